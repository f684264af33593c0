"""One run under fire, and the laws that must hold after it; one JSON line."""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import asyncpg

from bench.chaos.__main__ import the_codec
from bench.chaos_notify.calendar import Calendar
from bench.chaos_notify.doubts import undue
from bench.chaos_notify.evidence import Evidence, collect
from bench.chaos_notify.house import PARTITIONS, House, asked
from bench.chaos_notify.laws import Laws
from bench.chaos_notify.people import People
from bench.chaos_notify.storm import Storm
from bench.chaos_notify.story import Story

DRAIN_S = 120.0
# Faults that a facility brings about in a day, somewhat less than measured.
FAULTS_PER_FACILITY_DAY = 2.2
DAY_S = 20.0
BAD = (
    *("duplicates", "lost", "after_matched", "miscounted", "overspent", "leaks", "undue"),
    *("unfinished", "faults_missing"),
)
# Nothing is on its way any more: no plan without its end, no fact that is not told.
_WAITING = """
select (select count(*) from notify.notices where state = 'planned')
    + (select count(*) from notify.deliveries where state in ('ready', 'calling'))
    + (select count(*) from notify.facts where published_at is null)
    + (select count(*) from notify.deliveries
        where channel = 'line' and uncertain and state in ('cancelled', 'parked')
            and not doubt_settled) as n,
    (select max(day) from notify.milestones where cause like 'day-closed/%') as day
"""


async def drained(house: House, day: int) -> bool:
    """Wait until that day is over for everybody and everything planned has its end."""
    give_up = monotonic() + DRAIN_S
    while monotonic() < give_up:
        try:
            row = (await asked(house.database.url, _WAITING))[0]
            if row["n"] == 0 and row["day"] == day:
                return True
        except (OSError, asyncpg.PostgresError):
            pass
        await asyncio.sleep(0.5)
    return False


async def chaos(folder: Path, given: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """The run; its figures, and everything that is wrong."""
    random = Random(given.seed)
    days = max(3, round(given.seconds / DAY_S))
    count = max(12, round(given.faults / days / FAULTS_PER_FACILITY_DAY))
    house, people = House(folder), People.invented(random, count)
    codec = the_codec()
    story = Story(house.broker.address, PARTITIONS, codec)
    storm = Storm(house, people, random)
    tasks: list[asyncio.Task[None]] = []

    async def enough() -> bool:
        return await storm.faults() >= int(given.faults)

    try:
        await house.begin()
        await people.move_in(house)
        calendar = Calendar(story, people, random)
        await calendar.begin()
        await storm.begin(given.seed)
        house.open()
        tasks = [asyncio.create_task(house.keep())]
        tasks.append(asyncio.create_task(storm.befall(given.seconds)))
        began = monotonic()
        await calendar.live(days, given.seconds / days, enough)
        under_fire = monotonic() - began
        tasks[1].cancel()
        await asyncio.gather(tasks[1], return_exceptions=True)
        await storm.end()
        await asyncio.to_thread(house.database.start) if not house.database.is_alive() else None
        await calendar.end_day()
        finished = await drained(house, calendar.today - 1)
        evidence = await collect(house, people, codec)
        injected = await storm.injected()
        laws = Laws(evidence, story, people)
        figures, wrong = judged(laws, evidence, [*undue(evidence, storm.deaths, injected)])
        line = {
            "faults": sum(injected.values()),
            "seconds": round(under_fire, 1),
            "days": calendar.today - 1 - min(story.closed),
            "events": story.events,
            "facilities": count,
            "kills_in_flight": storm.in_flight,
            **figures,
            "unfinished": int(not finished),
            "faults_missing": max(0, given.faults - sum(injected.values())),
            "injected": injected,
            "exits": dict(house.exits),
            "seed": given.seed,
        }
        return line, wrong
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await story.stop()
        await asyncio.to_thread(house.stop)


def judged(laws: Laws, evidence: Evidence, doubts: list[str]) -> tuple[dict[str, Any], list[str]]:
    """How often each law is broken and all that was found, and every breach in words."""
    whole, parts = laws.stale()
    breaches = {
        "duplicates": [*laws.duplicates()],
        "lost": [*laws.lost()],
        "after_matched": whole,
        "miscounted": parts,
        "overspent": [*laws.overspent()],
        "leaks": [*laws.leaks()],
        "undue": doubts,
    }
    ends = Counter(
        f"{fact.fact} {fact.reason}".strip() for fact in evidence.facts if fact.fact != "planned"
    )
    figures = {
        **{name: len(found) for name, found in breaches.items()},
        "calls": len(evidence.calls),
        "planned": dict(Counter(fact.kind for fact in evidence.facts if fact.fact == "planned")),
        "ends": dict(ends),
        "facts_repeated": evidence.repeated,
        "on_phones": sum(one.channel == "line" for one in evidence.arrivals),
        "in_mailboxes": sum(one.channel == "email" for one in evidence.arrivals),
        "charged": evidence.used,
        "line_counted": evidence.counted,
    }
    return figures, [f"{name}: {each}" for name, found in breaches.items() for each in found]


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.chaos_notify",
        description="A planner and two senders between a broker, a database, a LINE simulator and "
        "a mail server that all misbehave, while cases match; then what reached phones and "
        "mailboxes is compared with the journal. One JSON line.",
        epilog="It starts everything itself, in a temporary folder, on the loopback address. Exit "
        f"code 1: one of {', '.join(BAD)} is not 0.",
    )
    parser.add_argument("--faults", type=int, default=150, help="at least so many")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long it is under fire")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep data and logs here (it must not exist)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Runs it; 0 when nothing was wrong, else 1."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says every refused connection
    given = _arguments(arguments)
    if given.folder is not None:
        given.folder.mkdir(parents=True)
        line, wrong = asyncio.run(chaos(given.folder.resolve(), given))
    else:
        with tempfile.TemporaryDirectory(
            prefix="gouji-chaos-", ignore_cleanup_errors=True
        ) as folder:
            line, wrong = asyncio.run(chaos(Path(folder), given))
    for each in wrong:
        print(each, file=sys.stderr)
    print(json.dumps(line, ensure_ascii=False))
    return 1 if any(line[name] for name in BAD) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
