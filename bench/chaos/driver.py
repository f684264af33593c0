"""Sends what clinics and agency of a region do, day after day, and insists until each has its
receipt."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
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
            tuple(
                (date.fromisoformat(day["day"]), tuple(day["items"])) for day in schedule["days"]
            ),
        )


class Driver:
    """One sender for each facility, in order; several facilities at once.

    ``receipts``: submissions of clinics the door answered with a receipt, which must never be lost,
    and their number of parts; ``acted``: the same of the agency's lists, and how many actions on
    cases each holds.
    """

    def __init__(self, fleet: Fleet, script: Script) -> None:
        self._fleet, self._script = fleet, script
        self._keys: dict[str, str] = {}
        self._agency: tuple[str, ...] = ()
        self._files: dict[str, str] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self.receipts: dict[str, int] = {}
        self.acted: dict[str, int] = {}
        self.tries = 0

    async def prepare(self) -> None:
        """Enter the facilities and make each a key; two persons of the agency have one each."""
        pool = await opened(self._fleet.database.url, 2)
        async with pool, pool.acquire() as connection:
            for code in self._script.facilities:
                await registry.enter(connection, Facility(code, "測試機構", "", None, ()))
                self._keys[code] = await keys.create(connection, code, "chaos")
            both = [await keys.create(connection, None, name) for name in ("chaos-1", "chaos-2")]
            self._agency = tuple(both)

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
                    if item["what"] == "actions":
                        await self._act(client, item)
                    else:
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
        async def once() -> httpx.Response:
            if item["what"] == "commands":
                return await self._commands(client, item)
            return await self._file(client, item)

        body = await self._insist(item["path"], once)
        submission = body.get("submission", body)
        self._note(item, submission["submission_id"], submission["parts"])

    async def _act(self, client: httpx.AsyncClient, item: Item) -> None:
        """A list of the agency; what waits for a second person is confirmed by one."""
        asking, confirming = ({"X-Api-Key": key} for key in self._agency)
        asking["Idempotency-Key"] = item["path"]

        async def ask() -> httpx.Response:
            return await client.post("/actions", headers=asking, json=item["actions"])

        body = await self._insist(item["path"], ask)
        name = body["submission"]["submission_id"]

        async def confirm() -> httpx.Response:
            return await client.post(f"/actions/{name}/confirm", headers=confirming)

        if body["held"]:
            await self._insist(item["path"], confirm)
        self.acted[name] = sum("case_id" in action for action in item["actions"])

    async def _insist(self, path: str, once: Callable[[], Awaitable[httpx.Response]]) -> Item:
        """Until there is a receipt, or a second person is waited for. Raises RuntimeError for a
        refusal: the region has none."""
        while True:
            self.tries += 1
            try:
                answer = await once()
            except httpx.HTTPError:  # it was killed, or is not up yet
                await asyncio.sleep(AGAIN_S)
                continue
            if answer.status_code in (200, 201, 202):
                body: Item = answer.json()
                if body.get("submission", body)["receipt"] or body.get("held", False):
                    return body
            elif answer.status_code == 422:
                raise RuntimeError(f"{path}: {answer.json()['code']}")
            elif answer.status_code != 503:
                raise RuntimeError(f"{path}: {answer.status_code}")
            await asyncio.sleep(AGAIN_S)

    def _note(self, item: Item, submission_id: str, parts: int) -> None:
        self.receipts[submission_id] = parts
        if item["what"] == "file":
            self._files[item["path"]] = submission_id

    def _key(self, item: Item) -> dict[str, str]:
        agency = item.get("agency", False)
        return {"X-Api-Key": self._agency[0] if agency else self._keys[item["facility"]]}

    async def _file(self, client: httpx.AsyncClient, item: Item) -> httpx.Response:
        path = self._script.folder / item["path"]
        kind = item["kind"]
        form = {"kind": kind} if kind == "claim-xml" else {"kind": "results", "programme": kind}
        if "map" in item:
            form["map"] = item["map"]
        return await client.post(
            "/submissions",
            headers=self._key(item),
            data=form,
            files={"file": (path.name, path.read_bytes())},
        )

    async def _commands(self, client: httpx.AsyncClient, item: Item) -> httpx.Response:
        # The same token again, so that a second try is the same submission.
        headers = {**self._key(item), "Idempotency-Key": item["path"]}
        about = {"facility_id": item["facility"]} if item.get("agency", False) else {}
        bodies = [self._body(command) | about for command in item["commands"]]
        return await client.post("/commands", headers=headers, json=bodies)

    def _body(self, command: Item) -> Item:
        """As the door takes it: a result is named by the submission and the row that brought it."""
        if command["action"] in ("withdraw", "note"):
            return command
        target = command["target"]
        names = ("action", "programme", "seen_version", "form_no")
        body = {name: command[name] for name in names if name in command}
        body["result_id"] = f"{self._files[target['file']]}:{target['place']}"
        return body | ({"values": command["values"]} if command["values"] else {})
