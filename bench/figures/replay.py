"""replay without output, one process: from messages in memory, and from a real broker's log."""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures.ground import CODEC, a_ground
from bench.figures.line import Line, line, memory_mb
from bench.figures.workload import RECEIVED, checked_messages
from claims.events import DayClosed
from deploy.local.keys import secrets_of
from pipeline.message import Address, Message
from pipeline.topics import ROOT
from services.match.log_range import ranges_of
from services.match.replay_stage import PartitionReplay, Rules
from services.match.replay_work import TOPIC, Plan, replayed
from services.match.settings import MatchSettings

PERSONS, SIZE = 100_000, 500
LATER = RECEIVED + 90
"""By then every upload deadline has passed."""


def run() -> list[Line]:
    """200,000 rows in parts of 500, twice."""
    return [_from_memory(), asyncio.run(_from_kafka())]


class Spent:
    """CPU and wall seconds of a piece of work in this process."""

    cpu_s = wall_s = 0.0

    def line(self, name: str, rows: int) -> Line:
        memory = memory_mb(os.getpid())
        rate = rows / self.cpu_s
        return line(name, rate, "rows/cpu_s", rows, self.cpu_s, self.wall_s, memory)


@contextmanager
def _measured() -> Iterator[Spent]:
    """As the command does it: without the garbage collector."""
    spent, cpu, began = Spent(), time.process_time(), time.monotonic()
    gc.disable()
    try:
        yield spent
        spent.cpu_s, spent.wall_s = time.process_time() - cpu, time.monotonic() - began
    finally:
        gc.enable()


def _from_memory() -> Line:
    """Everything, the closing of the day and its sweep included."""
    events: list[Any] = [event for _, event in checked_messages(PERSONS, SIZE)]
    events.append(DayClosed(f"day-closed/{LATER}", LATER))
    messages = [
        Message(Address(TOPIC, 0, offset), b"", CODEC.encode(event), 0)
        for offset, event in enumerate(events)
    ]
    del events
    with tempfile.TemporaryDirectory(prefix="gouji-bench-") as folder:
        rules = Rules(_settings(Path(folder), "nowhere:1"))
    replay = PartitionReplay(rules, 0, LATER)
    with _measured() as spent:
        asyncio.run(replay.take(messages))
    assert len(replay.cases()) == PERSONS
    return spent.line("replay rows per CPU second", 2 * PERSONS)


async def _from_kafka() -> Line:
    """The same rows read from four partitions, up to the end of the log."""
    async with a_ground() as ground:
        await ground.produce(checked_messages(PERSONS, SIZE))
        settings = _settings(ground.folder, ground.broker.address)
        plan = Plan(tuple(await ranges_of(settings.brokers, TOPIC)), LATER, "")
        cases = 0
        with _measured() as spent:
            async for each in replayed(plan, settings, lambda done: None):
                cases += len(each.cases)
        assert cases == PERSONS
    return spent.line("replay from Kafka rows per CPU second", 2 * PERSONS)


def _settings(folder: Path, brokers: str) -> MatchSettings:
    schemas = str(ROOT / "schemas" / "avro")
    return MatchSettings.read(
        {**secrets_of(folder), "KAFKA_BROKERS": brokers, "GOUJI_SCHEMAS_DIR": schemas}
    )
