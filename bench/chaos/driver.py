"""Sends the files of a region, day after day, and insists until each has its receipt."""

import asyncio
import json
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


class Driver:
    """One sender for each facility, in order; several facilities at once.

    ``receipts``: submissions the door answered with a receipt, which must never be lost, and their
    number of parts.
    """

    def __init__(self, fleet: Fleet, script: Script) -> None:
        self._fleet, self._script = fleet, script
        self._keys: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self.receipts: dict[str, int] = {}
        self.tries = 0

    async def prepare(self) -> None:
        """Enter the facilities and make each a key."""
        pool = await opened(self._fleet.database.url, 2)
        async with pool, pool.acquire() as connection:
            for code in self._script.facilities:
                await registry.enter(connection, Facility(code, "測試機構", "", None, ()))
                self._keys[code] = await keys.create(connection, code, "chaos")

    async def run(self, seconds: float) -> None:
        """Everything, its days spread over so many seconds, each in one burst: a rebalance then
        finds the topics full. As fast as it goes when 0."""
        began, days = monotonic(), self._script.days
        address = f"http://127.0.0.1:{self._fleet.http_port}/v1"
        async with httpx.AsyncClient(base_url=address, timeout=60.0) as client:
            await self._close(self._script.first_closed)
            for number, (day, items) in enumerate(days):
                await asyncio.sleep(max(0.0, began + seconds * number / len(days) - monotonic()))
                await self._close(day - timedelta(days=1))
                by_facility: dict[str, list[Item]] = defaultdict(list)
                for item in items:
                    by_facility[item["facility"]].append(item)
                await asyncio.gather(
                    *(self._send_all(client, theirs) for theirs in by_facility.values())
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

    async def _send_all(self, client: httpx.AsyncClient, items: list[Item]) -> None:
        for item in items:
            async with self._room:
                await self._send(client, item)

    async def _send(self, client: httpx.AsyncClient, item: Item) -> None:
        """Until there is a receipt. Raises RuntimeError for a refusal: the region has none."""
        headers = {"X-Api-Key": self._keys[item["facility"]]}
        while True:
            self.tries += 1
            try:
                if item["what"] == "commands":
                    answer = await self._commands(client, item, headers)
                else:
                    answer = await self._file(client, item, headers)
            except httpx.HTTPError:  # it was killed, or is not up yet
                await asyncio.sleep(AGAIN_S)
                continue
            if answer.status_code == 422:
                raise RuntimeError(f"{item['path']}: {answer.json()['code']}")
            if answer.status_code in (200, 201):
                body = answer.json()
                submission = body.get("submission", body)
                if submission["receipt"]:
                    self._note(item, submission["submission_id"], submission["parts"])
                    return
            elif answer.status_code not in (202, 503):
                raise RuntimeError(f"{item['path']}: {answer.status_code}")
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

    async def _commands(
        self, client: httpx.AsyncClient, item: Item, headers: dict[str, str]
    ) -> httpx.Response:
        # The same token again, so that a second try is the same submission.
        headers = {**headers, "Idempotency-Key": item["path"]}
        bodies = [self._body(command) for command in item["commands"]]
        return await client.post("/commands", headers=headers, json=bodies)

    def _body(self, command: Item) -> Item:
        """As the door takes it: a result is named by the submission and the row that brought it."""
        if command["action"] == "withdraw":
            return {"action": "withdraw", "claim_id": command["claim_id"]}
        target = command["target"]
        body = {name: command[name] for name in ("action", "programme", "seen_version")}
        body["result_id"] = f"{self._files[target['file']]}:{target['place']}"
        return body | ({"values": command["values"]} if command["values"] else {})
