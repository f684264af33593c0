"""The clinics of a region, submitting over HTTP: in order inside one, at once across all."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.schedule import Item, Schedule, bodies_of, rows_meant
from bench.seen import Seen

AT_ONCE = 12
POLL_S = 0.1
PRECHECKED = 40  # of so many result files one is tried before it is handed in


class Refused(Exception):
    """The door did not take what it should have taken; the message holds path and code."""


@dataclass
class Clinics:
    """submissions: id of every file by its path, and of every command by its number.

    prechecked  rows that a pre-check would refuse, of every file that was tried first
    seen      outcomes as the stack's topics tell them; a command waits for the row it is about
    """

    http: httpx.AsyncClient
    folder: Path
    keys: dict[str, str]
    agency_key: str
    seen: Seen
    submissions: dict[str, str] = field(default_factory=dict)
    duplicates: int = 0
    results: int = 0
    prechecked: dict[str, set[int]] = field(default_factory=dict)

    async def submit(self, items: list[Item], told: Callable[[], None]) -> None:
        """One day's items; ``told`` is called after each."""
        by_facility: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            by_facility[item["facility"]].append(item)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(theirs: list[Item]) -> None:
            async with gate:
                for item in theirs:
                    await self._submit(item)
                    told()

        async with asyncio.TaskGroup() as group:
            for theirs in by_facility.values():
                group.create_task(one(theirs))

    async def _submit(self, item: Item) -> None:
        if item["what"] == "commands":
            await self._commands(item)
        else:
            await self._file(item)

    async def _file(self, item: Item) -> None:
        data = (self.folder / item["path"]).read_bytes()
        kind = item["kind"]
        form = {"kind": kind} if kind == "claim-xml" else {"programme": kind}
        form |= {"map": item["map"]} if "map" in item else {}
        name = Path(item["path"]).name
        self.results += kind != "claim-xml"
        if kind != "claim-xml" and self.results % PRECHECKED == 0:
            await self._precheck(item, form, (name, data))
        answer = await self.http.post(
            "/v1/submissions", data=form, files={"file": (name, data)}, headers=self._key(item)
        )
        again = item.get("again", False)
        if answer.status_code != (200 if again else 201):
            raise Refused(f"{item['path']}: {answer.status_code} {answer.json().get('code', '')}")
        body = answer.json()
        assert body["receipt"], "produced, but without a receipt"
        assert body["duplicate"] is again
        assert (
            self.submissions.setdefault(item["path"], body["submission_id"])
            == (body["submission_id"])
        )
        self.duplicates += again

    async def _precheck(self, item: Item, form: dict[str, str], file: tuple[str, bytes]) -> None:
        """預檢: nothing is kept of it; the file is handed in afterwards."""
        answer = await self.http.post(
            "/v1/precheck", data=form, files={"file": file}, headers=self._key(item)
        )
        if answer.status_code == 503:
            return  # no answer in time: a clinic would go on, too
        if answer.status_code != 200:
            raise Refused(f"{item['path']}: pre-check {answer.status_code}")
        rows = answer.json()["rows"]
        self.prechecked[item["path"]] = {
            row["row_no"] for row in rows if row["outcome"] == "refused"
        }

    async def _commands(self, item: Item) -> None:
        for row in rows_meant(item, self.submissions):
            while row not in self.seen.rows:
                await asyncio.sleep(POLL_S)
        bodies = bodies_of(item, self.submissions, self.seen)
        answer = await self.http.post("/v1/commands", json=bodies, headers=self._key(item))
        if answer.status_code != 201:
            raise Refused(f"{item['path']}: {answer.status_code} {answer.json().get('code', '')}")
        self.submissions[item["path"]] = answer.json()["submission"]["submission_id"]

    def _key(self, item: Item) -> dict[str, str]:
        agency = item.get("agency", False)
        return {"X-Api-Key": self.agency_key if agency else self.keys[item["facility"]]}

    async def unfinished(self, schedule: Schedule) -> int:
        """Submissions that still wait for outcomes of their rows, as their clinics see it."""
        count = 0
        for facility in schedule.facilities:
            headers = {"X-Api-Key": self.keys[facility["code"]]}
            before: dict[str, Any] = {}
            while True:
                params = {"limit": 200} | before
                answer = await self.http.get("/v1/submissions", params=params, headers=headers)
                answer.raise_for_status()
                page = answer.json()
                count += sum(one["status"] in ("waiting", "running") for one in page)
                if len(page) < 200:
                    break
                before = {"before": page[-1]["submission_id"]}
        return count
