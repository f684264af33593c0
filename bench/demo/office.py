"""The agency's side of the demo: registers facilities, hands out keys, closes days."""

import csv
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from bench.schedule import Schedule
from claims.periods import from_iso
from services.ingest import keys
from services.ingest.assembly import Door, open_door
from services.ingest.settings import IngestSettings

ROOT = Path(__file__).resolve().parents[2]


class Office:
    """Speaks to ingest as its command line does, in one process: a command takes a second to begin,
    and there are dozens of facilities and almost five hundred days."""

    def __init__(self, door: Door, env: Mapping[str, str], folder: Path) -> None:
        self._door, self._env, self._folder = door, env, folder

    def register(self, schedule: Schedule) -> None:
        """Enter all facilities by the command line; raises CalledProcessError."""
        file = self._folder / "facilities.csv"
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(["facility_id", "name", "county"])
            for facility in schedule.facilities:
                writer.writerow([facility["code"], facility["name"], "測試縣"])
        command = [sys.executable, "-m", "services.ingest", "facilities", "import", str(file)]
        subprocess.run(command, check=True, env=dict(self._env), cwd=ROOT, capture_output=True)

    async def hand_out_keys(self, schedule: Schedule) -> dict[str, str]:
        """A new key of every facility, by its code."""
        codes = [facility["code"] for facility in schedule.facilities]
        async with self._door.pool.acquire() as connection:
            return {code: await keys.create(connection, code, "demo") for code in codes}

    async def agency_keys(self) -> tuple[str, str]:
        """Keys of two persons of the agency."""
        async with self._door.pool.acquire() as connection:
            first, second = [await keys.create(connection, None, name) for name in "AB"]
        return first, second

    async def close(self, day: date) -> int:
        """Close every day up to this one; returns how many that were."""
        return len(await self._door.closing.close(from_iso(day.isoformat())))


@asynccontextmanager
async def open_office(env: Mapping[str, str], folder: Path) -> AsyncIterator[Office]:
    async with open_door(IngestSettings.read(env)) as door:
        yield Office(door, env, folder)
