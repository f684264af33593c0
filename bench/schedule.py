"""Reads the schedule of a region and turns its commands into what the door takes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.seen import Seen

Item = dict[str, Any]


@dataclass(frozen=True)
class Schedule:
    """Which files and commands are submitted on which day; every day of the range is closed."""

    first_closed: date
    last_closed: date
    facilities: list[dict[str, str]]
    laboratory: str
    days: dict[date, list[Item]]

    @classmethod
    def read(cls, folder: Path) -> "Schedule":
        raw = json.loads((folder / "schedule.json").read_text(encoding="utf-8"))
        return cls(
            date.fromisoformat(raw["first_closed"]),
            date.fromisoformat(raw["last_closed"]),
            raw["facilities"],
            raw["laboratory"],
            {date.fromisoformat(day["day"]): day["items"] for day in raw["days"]},
        )

    def items_of(self, day: date) -> list[Item]:
        return self.days.get(day, [])


def rows_meant(item: Item, submissions: Mapping[str, str]) -> list[tuple[str, int]]:
    """Submission and row number of the rows that a list of commands is about."""
    targets = [each["target"] for each in item["commands"] if "target" in each]
    return [(submissions[target["file"]], target["place"]) for target in targets]


def bodies_of(item: Item, submissions: Mapping[str, str], seen: Seen) -> list[dict[str, Any]]:
    """The bodies of a list of commands. A stored result is named as its row's report named it.

    Raises KeyError when a row it is about has no outcome yet.
    """
    about = {"facility_id": item["facility"]} if item.get("agency") else {}
    return [_body(command, submissions, seen) | about for command in item["commands"]]


def _body(item: Item, submissions: Mapping[str, str], seen: Seen) -> dict[str, Any]:
    if item["action"] == "note":
        return {"action": "note", "case_id": item["case_id"], "text": item["text"]}
    if item["action"] == "withdraw":
        return {"action": "withdraw", "claim_id": item["claim_id"]}
    target = item["target"]
    row = seen.rows[submissions[target["file"]], target["place"]]
    body = {"action": item["action"], "programme": item["programme"]}
    body |= {"result_id": row.result_id, "seen_version": item["seen_version"]}
    body |= {"form_no": item["form_no"]} if "form_no" in item else {}
    return body | ({"values": item["values"]} if item["values"] else {})
