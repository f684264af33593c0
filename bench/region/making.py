"""Makes the region: tells stories until there are enough claims, then writes everything down."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import bench.region.stories as stories
from bench.region.dates import FIRST_CLOSED, LAST_CLOSED, MONTHS, Month
from bench.region.life import NAMED
from bench.region.numbers import Numbers
from bench.region.packing import Days, write_files
from bench.region.public import proclaim
from bench.region.rounds import ROUNDS
from bench.region.scenarios import SCENARIOS, Scenario
from bench.region.story import Region, Story
from bench.region.world import LABORATORY, Facility, facilities, special_facilities

assert stories  # importing it fills SCENARIOS


@dataclass(frozen=True)
class Made:
    """What came of it."""

    folder: Path
    cases: int
    rows: int
    files: int


def make_region(seed: int, folder: Path, facility_count: int = 36, claims: int = 12_000) -> Made:
    """Write a region of about so many claims below ``folder``: files/, schedule.json, truth.json,
    persons.txt. The same arguments give the same bytes.

    Raises ValueError when the facilities are too few to host every scenario.
    """
    random = Random(seed)
    region = Region(random, Numbers(random), _facilities(facility_count))
    proclaim(region)
    hosts = {each.name: _hosts(each, region.facilities) for each in SCENARIOS}
    for each in SCENARIOS:  # however small the region, it shows everything once
        _tell(region, each, hosts[each.name])
    shares = [each.share for each in SCENARIOS]
    while len(region.truths) < claims:
        for each in random.choices(SCENARIOS, shares, k=50):
            _tell(region, each, hosts[each.name])
    days = write_files(region, folder)
    _write_json(folder / "schedule.json", _schedule(region, days))
    _write_json(folder / "truth.json", _truth(region, seed))
    # What must never be seen in full outside: the demo searches logs and outputs for these.
    persons = sorted(region.numbers.persons | region.numbers.near)
    (folder / "persons.txt").write_text("\n".join(persons) + "\n", encoding="ascii")
    files = sum(item["what"] == "file" for items in days.values() for item in items)
    return Made(folder, len(region.truths), len(region.rows), files)


def _facilities(count: int) -> list[Facility]:
    return facilities(count) + special_facilities(count)


def _hosts(scenario: Scenario, known: list[Facility]) -> list[Facility]:
    hosts = [facility for facility in known if scenario.suits(facility)]
    if not hosts:
        raise ValueError(f"no facility can host {scenario.name}; more facilities are needed")
    return hosts


def _tell(region: Region, scenario: Scenario, hosts: list[Facility]) -> None:
    facility = region.random.choices(hosts, [each.size for each in hosts])[0]
    months: Sequence[Month] = scenario.months
    if scenario.rare:
        # Every file costs a request: a facility has its rare things in every third month only.
        place = region.facilities.index(facility)
        third = [month for month in months if (MONTHS.index(month) + place) % 3 == 0]
        months = third or months
    scenario.tell(Story(region, scenario.name, facility, region.random.choice(months)))


def _schedule(region: Region, days: Days) -> dict[str, Any]:
    return {
        "first_closed": FIRST_CLOSED.isoformat(),
        "last_closed": LAST_CLOSED.isoformat(),
        "laboratory": LABORATORY,
        "facilities": [
            {
                "code": each.code,
                "name": each.name,
                "format": each.format,
                "successor": each.successor,
            }
            for each in region.facilities
        ],
        "days": [_day(day, items) for day, items in days.items()],
    }


def _day(day: date, items: list[Any]) -> dict[str, Any]:
    return {"day": day.isoformat(), "items": items}


def _truth(region: Region, seed: int) -> dict[str, Any]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in region.rows:
        expected = {"place": row.place, "outcome": row.outcome, "codes": sorted(row.codes)}
        rows[row.file].append(expected | {"scenario": row.scenario})
    return {
        "seed": seed,
        "cases": [asdict(truth) for truth in region.truths.values()],
        "rows": dict(sorted(rows.items())),
        "commands": [
            {"path": each.file, "place": each.place, "outcome": each.outcome, "code": each.code}
            | {"kind": each.kind}
            for each in region.commands
        ],
        "acts": [
            {"path": each.file, "place": each.place, "outcome": each.outcome, "code": each.code}
            | {"kind": each.kind}
            for each in region.acts
            if each.claim_id
        ],
        "rounds": [each.round_id for each in ROUNDS],
        "named_events": sorted(NAMED),
    }


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
