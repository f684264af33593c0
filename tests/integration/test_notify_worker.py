"""`python -m services.notify planner` on real Kafka and Postgres, killed at chosen moments: rows
and facts are those of a run that nobody disturbed.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pipeline.topics import ROOT
from services.notify.database import opened
from tests.support.contracts import CODEC
from tests.support.kafka import make_topics, produce, until
from tests.support.notices import (
    DUE,
    LABORATORY,
    Event,
    a_case,
    a_report,
    a_round,
    a_sweep,
    day_over,
    new_database,
)

PARTITIONS, CASES, DAYS = 4, 120, 12
TOPICS = ("case-changed", "import-reported", "dead-letters")
LAST = DUE - 8
"""The newest day: seven days are left on the day after it."""
FACILITIES = tuple(f"350134{number:04d}" for number in range(8))
SAME = {
    "cases": "select case_id, sequence, facility_id, state, due_on, round_id, changed_on"
    " from notify.cases order by 1",
    "milestones": "select cause, day, planned_on from notify.milestones order by 1",
    "counts": "select day, partition, change, count from notify.day_counts order by 1, 2, 3",
    "notices": "select notice_id, while_states, urgent, count, facts, planned_on, state"
    " from notify.notices where kind <> 'import_refused' order by 1",
    "their cases": "select notice_id, case_id from notify.notice_cases order by 1, 2",
    # A file belongs to the day on which it was heard of.
    "imports": "select facility_id, subject, count from notify.notices"
    " where kind = 'import_refused' order by 2",
    "rounds": "select * from notify.rounds order by 1",
}


def journal(partition: int) -> Iterator[Event]:
    """Cases of two facilities: waiting, listed, matched, decided; a round; the days.

    Nothing changes after the last milestones: how far one partition is ahead of another when a
    milestone is complete is not the same in any two runs.
    """
    for number in range(CASES):
        yield _step(partition, number, 1, "pending")
    for day in range(LAST - DAYS + 1, LAST + 1):
        at = (day - LAST + DAYS) * 6
        for number in range(at, at + 4):
            yield _step(partition, number, 2, "matched", change="matched", occurred_on=day)
        more = {"previous_state": "overdue", "occurred_on": day}
        yield _step(partition, at + 4, 2, "not_payable", change="payment_denied", **more)
        if day < LAST:
            yield day_over(day, partition)
    for number in range(0, CASES, 6):
        yield _step(partition, number, 3, "open_missing", round_id="R1", change="unmatched")
    # Open until the day on which uploads are due, too.
    yield a_round("R1", opened_on=LAST)
    yield a_sweep("round-opened/R1", LAST, partition)
    yield day_over(LAST, partition)


def _step(partition: int, number: int, sequence: int, state: str, **fields: Any) -> Event:
    facility = FACILITIES[partition::PARTITIONS][number % 2]
    lab = LABORATORY if number % 5 == 0 else ""
    id = f"p{partition}c{number}"
    return a_case(id, sequence, state, facility_id=facility, lab_facility_id=lab, **fields)


async def feed(brokers: str) -> None:
    journals = [(p, event) for p in range(PARTITIONS) for event in journal(p)]
    reports = [(n % PARTITIONS, a_report(f"S{n % 12}", n // 12, n % 3)) for n in range(36)]
    await produce(
        brokers,
        [("case-changed", p, key_of(event, p), CODEC.encode(event)) for p, event in journals]
        + [("import-reported", p, b"k", CODEC.encode(report)) for p, report in reports],
    )


def key_of(event: Event, partition: int) -> bytes:
    return getattr(event, "facility_id", f"partition-{partition}").encode()


class Running:
    """The planner as a process over one database."""

    def __init__(self, brokers: str, url: str, folder: Path) -> None:
        self.url, self._folder = url, folder
        self._env = {
            **os.environ,
            "KAFKA_BROKERS": brokers,
            "DATABASE_URL": url,
            "GOUJI_PARTITIONS": str(PARTITIONS),
            "GOUJI_STATE_DIR": str(folder),
            "GOUJI_INSTANCE": "notify-0",
            "GOUJI_SESSION_S": "6",
            "GOUJI_COMMIT_ROWS": "200",
            "GOUJI_METRICS_PORT": "0",
        }

    @contextmanager
    def process(self) -> "Iterator[subprocess.Popen[bytes]]":
        """Killed at the end, if it still runs."""
        command = (sys.executable, "-m", "services.notify", "planner")
        with (self._folder / "planner.log").open("ab") as log:
            process = subprocess.Popen(command, env=self._env, cwd=ROOT, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait(60)

    @asynccontextmanager
    async def connected(self) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
        connection = await asyncpg.connect(self.url)
        try:
            yield connection
        finally:
            await connection.close()

    async def to_the_end(self) -> dict[str, list[tuple[Any, ...]]]:
        """Run until everything was taken; then what is there."""
        with self.process():
            async with self.connected() as connection:
                await until(lambda: is_done(connection))
                return await state_of(connection)

    async def killed_before_writing(self, table: str) -> None:
        """Runs into a locked table; is killed there, within its transaction."""
        async with self.connected() as connection, connection.transaction():
            await connection.execute(f"lock table notify.{table} in exclusive mode")
            with self.process():
                await until(lambda: somebody_waits(connection))


async def exists(connection: Any, table: str) -> bool:
    return await connection.fetchval("select to_regclass($1)", f"notify.{table}") is not None


async def somebody_waits(connection: Any) -> bool:
    waiting = "select count(*) from pg_locks where not granted and locktype = 'relation'"
    return bool(await connection.fetchval(waiting))


async def is_done(connection: Any) -> bool:
    if not await exists(connection, "milestones"):
        return False
    days = await connection.fetchval("select count(*) from notify.milestones")
    parts = await connection.fetchval("select count(*) from notify.import_parts")
    return bool(days == DAYS + 1 and parts == 24)


async def state_of(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
    found = {
        name: [tuple(row) for row in await connection.fetch(query)] for name, query in SAME.items()
    }
    rows = await connection.fetch("select value from notify.facts")
    found["facts"] = sorted(told(CODEC.decode(row["value"])) for row in rows)
    return found


def told(fact: Any) -> tuple[Any, ...]:
    """A fact without its instant; of what is gathered over a day, without what it began with."""
    gathered = fact.kind in ("decision_made", "import_refused")
    day = 0 if fact.kind == "import_refused" else fact.day
    count = -1 if gathered else fact.count
    return fact.fact, fact.kind, fact.audience, fact.facility_id, day, count, fact.reason


@pytest.fixture(scope="module")
def undisturbed(brokers: str, database_url: str) -> str:
    """Every topic fed; the URL of a database for the run that nobody disturbs."""

    async def made() -> str:
        await make_topics(brokers, {topic: {} for topic in TOPICS}, PARTITIONS)
        await feed(brokers)
        return await new_database(database_url, "notify_undisturbed")

    return asyncio.run(made())


async def test_killed_at_any_moment_it_leaves_the_rows_and_facts_of_an_undisturbed_run(
    brokers: str, database_url: str, undisturbed: str, tmp_path: Path
) -> None:
    expected = await Running(brokers, undisturbed, tmp_path).to_the_end()
    assert {kind for _, kind, *_ in expected["facts"]} == {
        *("correction_due", "upload_due", "round_opened", "decision_made", "import_refused"),
        "daily_summary",
    }
    planned = [day for _, day, planned_on in expected["milestones"] if planned_on]
    assert planned == [LAST]  # how far the journal reached was known at the start
    url = await new_database(database_url, "notify_killed")
    await (await opened(url, 1)).close()
    killed = Running(brokers, url, tmp_path)
    for table in ("milestones", "notice_cases"):
        await killed.killed_before_writing(table)
    found = await killed.to_the_end()
    for name, rows in expected.items():
        assert found[name] == rows, name
