"""Sends the files of a region, day after day, and insists until each has its receipt."""

import asyncio
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from bench.chaos.fleet import Fleet
from bench.region.making import make_region
from pipeline.errors import PipelineError
from services.ingest import keys, registry
from services.ingest.assembly import open_door
from services.ingest.database import opened
from services.ingest.registry import Facility
from services.ingest.settings import IngestSettings

AT_ONCE = 6
AGAIN_S = 0.5
Item = dict[str, Any]


@dataclass(frozen=True)
class Script:
    """What is sent on which day, in order, as the region's schedule says."""

    folder: Path
    facilities: tuple[str, ...]
    first_closed: date
    last_closed: date
    days: tuple[tuple[date, tuple[Item, ...]], ...]

    @classmethod
    def make(cls, folder: Path, seed: int, facilities: int, claims: int) -> "Script":
        """A region of about so many claims below ``folder``."""
        make_region(seed, folder, facilities, claims)
        schedule = json.loads((folder / "schedule.json").read_text(encoding="utf-8"))
        return cls(
            folder,
            tuple(facility["code"] for facility in schedule["facilities"]),
            date.fromisoformat(schedule["first_closed"]),
            date.fromisoformat(schedule["last_closed"]),
            tuple((date.fromisoformat(d["day"]), tuple(d["items"])) for d in schedule["days"]),
        )

    @property
    def items(self) -> int:
        return sum(len(items) for _, items in self.days)


class Driver:
    """One sender for each facility, in order; several facilities at once.

    ``receipts``: submissions the door answered with a receipt, which must never be lost, and their
    number of parts.
    """

    def __init__(self, fleet: Fleet, script: Script) -> None:
        self._fleet, self._script = fleet, script
        self._keys: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._not_taken: set[str] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._sent = 0
        self.receipts: dict[str, int] = {}
        self.refused: list[str] = []
        self.tries = 0

    async def prepare(self) -> None:
        """Enter the facilities and make each a key."""
        pool = await opened(self._fleet.database.url, 2)
        async with pool, pool.acquire() as connection:
            for code in self._script.facilities:
                await registry.enter(connection, Facility(code, "測試機構", "", None, ()))
                self._keys[code] = await keys.create(connection, code, "chaos")

    async def run(self, seconds: float) -> None:
        """Everything, spread over so many seconds; as fast as it goes when 0."""
        began = monotonic()
        address = f"http://127.0.0.1:{self._fleet.http_port}/v1"
        async with httpx.AsyncClient(base_url=address, timeout=60.0) as client:
            await self._close(self._script.first_closed)
            for day, items in self._script.days:
                await self._close(day - timedelta(days=1))
                by_facility: dict[str, list[Item]] = defaultdict(list)
                for item in items:
                    by_facility[item["facility"]].append(item)
                await asyncio.gather(
                    *(self._send_all(client, each, began, seconds) for each in by_facility.values())
                )
            await self._close(self._script.last_closed)

    async def _close(self, day: date) -> None:
        """Until it is closed: a closing that failed half-way goes on where it stopped."""
        settings = IngestSettings.read(self._fleet.environment())
        while day >= self._script.first_closed:
            try:
                async with open_door(settings) as door:
                    await door.closing.close((day - date(1970, 1, 1)).days)
                    return
            except (PipelineError, OSError):
                await asyncio.sleep(AGAIN_S)

    async def _send_all(
        self, client: httpx.AsyncClient, items: list[Item], began: float, seconds: float
    ) -> None:
        for item in items:
            async with self._room:
                due = began + seconds * self._sent / self._script.items
                self._sent += 1
                await asyncio.sleep(max(0.0, due - monotonic()))
                await self._send(client, item)

    async def _send(self, client: httpx.AsyncClient, item: Item) -> None:
        """Until there is an answer for good: a receipt, or a refusal of the whole file."""
        if item["what"] == "command" and item.get("target", {}).get("file") in self._not_taken:
            return
        headers = {"X-Api-Key": self._keys[item["facility"]]}
        while True:
            self.tries += 1
            try:
                if item["what"] == "command":
                    answer = await self._command(client, item, headers)
                else:
                    answer = await self._file(client, item, headers)
            except httpx.HTTPError:  # it was killed, or is not up yet
                await asyncio.sleep(AGAIN_S)
                continue
            if answer.status_code == 422:
                self.refused.append(f"{item.get('path', item['what'])} {answer.json()['code']}")
                self._not_taken.add(item.get("path", ""))
                print("refused:", self.refused[-1], file=sys.stderr)
                return
            if answer.status_code in (200, 201):
                body = answer.json()
                submission = body.get("submission", body)
                if submission["receipt"]:
                    self._note(item, submission["submission_id"], submission["parts"])
                    return
            elif answer.status_code not in (202, 503):
                raise RuntimeError(f"{answer.status_code} for {item.get('path', item['what'])}")
            await asyncio.sleep(AGAIN_S)

    def _note(self, item: Item, submission_id: str, parts: int) -> None:
        self.receipts[submission_id] = parts
        if item["what"] == "file":
            self._files[item["path"]] = submission_id

    async def _file(
        self, client: httpx.AsyncClient, item: Item, headers: dict[str, str]
    ) -> httpx.Response:
        path = self._script.folder / item["path"]
        kind = item["kind"]
        form = {"kind": kind} if kind == "claim-xml" else {"kind": "results", "programme": kind}
        if "map" in item:
            form["map"] = item["map"]
        return await client.post(
            "/submissions",
            headers=headers,
            data=form,
            files={"file": (path.name, path.read_bytes())},
        )

    async def _command(
        self, client: httpx.AsyncClient, item: Item, headers: dict[str, str]
    ) -> httpx.Response:
        command: Item = {"action": item["action"]}
        if item["action"] == "withdraw":
            command["claim_id"] = item["claim_id"]
            token = item["claim_id"]
        else:
            file, place = item["target"]["file"], item["target"]["place"]
            # Rows are numbered as the clinic sees them: a header is row 1, fixed width has none.
            row_no = place if file.endswith(".txt") else place + 1
            command["result_id"] = f"{self._files[file]}:{row_no}"
            command |= {"programme": item["programme"], "seen_version": item["seen_version"]}
            command |= {"values": item["values"]} if item["values"] else {}
            token = f"{file}:{place}"
        # The same token again, so that a second try is the same submission.
        key = f"{item['action']}/{token}"[-100:]
        return await client.post(
            "/commands", headers={**headers, "Idempotency-Key": key}, json=[command]
        )
