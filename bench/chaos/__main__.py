"""Plays a small region twice, once under fire and once in peace, and compares; one JSON line."""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from aiokafka.errors import KafkaError

from bench.chaos import journal
from bench.chaos.caught_up import caught_up
from bench.chaos.driver import Driver, Script
from bench.chaos.fleet import PARTITIONS, Fate, Fleet
from bench.chaos.journal import Reader
from claims.recovery_events import BookMoved
from claims.wire import WIRE
from pipeline.codec import Codec, stem_of
from pipeline.deadletter import DeadLetters
from pipeline.schemas import Schemas
from pipeline.topics import ROOT

WORKERS = 3
DRAIN_S = 240.0
BAD = (
    *("lost", "repeated", "differing", "gaps", "state_differences"),
    *("misplaced", "after_their_day", "illegal", "dead_letters", "unfinished", "deaf"),
)


def the_codec() -> Codec:
    """Reads every record there is."""
    schemas = Schemas.read(ROOT / "schemas" / "avro")
    stems = {schema.stem for schema in schemas.all}
    kinds = (*WIRE, DeadLetters)
    return Codec(schemas, [k for k in kinds if isinstance(k, type) and stem_of(k) in stems])


async def drained(fleet: Fleet, reader: Reader) -> bool:
    """Wait until every row has its outcome, every stage has taken everything, and nothing more
    comes; False when over time."""
    give_up = monotonic() + DRAIN_S
    quiet = 0
    while monotonic() < give_up:
        try:
            new = await reader.read_on()
            done = not new and journal.answered(reader) and await caught_up(reader)
        except KafkaError:
            done = False
        quiet = quiet + 1 if done else 0
        if quiet == 3:
            return True
        await asyncio.sleep(1)
    return False


async def play(
    folder: Path, keys: Path, script: Script, workers: int, seconds: float, random: Random | None,
    kills: int = 0,
) -> tuple[Reader, Fleet, Fate | None, dict[str, Any]]:  # fmt: skip
    """One run from an empty cluster to the last sweep; under fire when there is a ``random``."""
    fleet = Fleet(folder, keys, workers)
    reader = Reader(fleet.broker.address, the_codec())
    keeping: asyncio.Task[None] | None = None
    try:
        await fleet.start()
        keeping = asyncio.create_task(fleet.keep())
        driver = Driver(fleet, script)
        await driver.prepare()
        fate = Fate(fleet, random) if random else None
        began = monotonic()
        await asyncio.gather(
            driver.run(seconds if fate else 0.0),
            *([fate.befall(kills, seconds)] if fate else []),
        )
        finished = await drained(fleet, reader)
        facts = {
            "seconds": round(monotonic() - began, 1),
            "receipts": len(driver.receipts) + len(driver.acted),
            "tries": driver.tries,
            "lost": journal.lost(reader, driver.receipts)
            + journal.lost_actions(reader, driver.acted),
            "unfinished": int(not finished),
        }
        return reader, fleet, fate, facts
    finally:
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        await asyncio.to_thread(fleet.stop)


async def chaos(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Both runs, and everything that is wrong, as one flat object."""
    script = Script.make(folder / "region", given.seed, given.facilities, given.claims)
    keys = folder / "keys"
    random = Random(given.seed)
    reader, fleet, fate, facts = await play(
        folder / "fire", keys, script, WORKERS, given.seconds, random, given.kills
    )
    calm, _, _, peace = await play(folder / "calm", keys, script, 1, 0.0, None)
    differing = journal.differences(journal.final_state(reader), journal.final_state(calm))
    for key in differing[:10]:
        ends = (journal.final_state(run).get(key) for run in (reader, calm))
        print(f"differs: {key}: {' | '.join(map(str, ends))}", file=sys.stderr)
    assert fate is not None
    return {
        "kills": sum(fate.kills.values()),
        "killed": dict(fate.kills),
        "stops": fate.stops,
        "deaf": fate.deaf,
        "disks_lost": fate.disks,
        "outages": fate.outages,
        "exits": sum(fleet.exits.values()),
        **facts,
        "rows": len(
            {row for part in journal.parts(reader).values() for row in journal.rows_of(part)}
        ),
        "cases": len(journal.cases(reader)),
        "events": sum(1 for _ in reader.of(*journal.OUTPUTS)),
        "repeated": journal.repeated(reader),
        "differing": journal.differing(reader),
        "gaps": journal.gaps(reader),
        "orders": len(journal.recoveries(reader)),
        "moved": sum(isinstance(entry.event, BookMoved) for entry in reader.of("records")),
        "illegal": journal.illegal(reader),
        "misplaced": journal.misplaced(reader, PARTITIONS),
        "after_their_day": journal.after_their_day(reader),
        "dead_letters": sum(1 for _ in reader.of("dead-letters")),
        "state_differences": len(differing),
        "calm_lost": peace["lost"] + peace["unfinished"],
        "seed": given.seed,
    }


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.chaos",
        description="kill -9 of random workers and of ingest, lost disks, graceful stops, and a "
        "broker outage, while a small region is played; then the same in peace. One JSON line.",
        epilog="It starts a broker and a database of its own in a temporary folder. Exit code 1: "
        f"one of {', '.join(BAD)} is not 0.",
    )
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long it is under fire")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--facilities", type=int, default=30)
    parser.add_argument("--claims", type=int, default=1500)
    parser.add_argument("--folder", type=Path, help="keep data and logs here (it must not exist)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Runs it; 0 when nothing was wrong, else 1."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says every refused connection
    given = _arguments(arguments)
    if given.folder is not None:
        given.folder.mkdir(parents=True)
        line = asyncio.run(chaos(given.folder.resolve(), given))
    else:
        with tempfile.TemporaryDirectory(
            prefix="gouji-chaos-", ignore_cleanup_errors=True
        ) as folder:
            line = asyncio.run(chaos(Path(folder), given))
    print(json.dumps(line))
    return 1 if any(line[name] for name in (*BAD, "calm_lost")) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
