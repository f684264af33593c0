"""The door killed at chosen moments: what was begun is finished, once, on the same day.

The moment is chosen from outside: a table that the door must write next is locked, so that it
stands still there until it is killed.
"""

import asyncio
import subprocess
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TypeAlias

import asyncpg
import httpx
import pytest

from claims.agency_events import Actions, FacilityClosed, RoundOpened
from claims.events import Claims, DayClosed
from claims.periods import from_iso
from services.ingest.names import facility_lock
from tests.support.door import PATIENCE_S, DoorProcesses, Served, topics_and_database
from tests.support.files import a_case, a_claim_file
from tests.support.kafka import until

Watcher: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
LINES, PARTS = 1201, 3
# The table that is written next, and what lies behind the door at that moment.
MOMENTS = {"parts": "stored, nothing sent", "claim_cases": "all sent, not yet marked produced"}


@pytest.fixture(scope="module")
def door(
    brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> DoorProcesses:
    url = asyncio.run(topics_and_database(brokers, database_url, "ingest_crashes"))
    made = DoorProcesses(brokers, url, tmp_path_factory.mktemp("door") / "log")
    made.done("close-day", "2025-04-30")
    return made


def a_file(folder: Path, facility: str, month: str = "11403") -> Path:
    cases = (a_case(d2=str(no)) for no in range(1, LINES + 1))
    path = folder / f"{facility}-{month}.xml"
    path.write_bytes(a_claim_file(*cases, t2=facility, t3=month).encode("cp950"))
    return path


@asynccontextmanager
async def locked(door: DoorProcesses, table: str) -> "AsyncIterator[Watcher]":
    """Nobody can write the table meanwhile."""
    connection = await asyncpg.connect(door.database_url)
    try:
        async with connection.transaction():
            await connection.execute(f"lock table ingest.{table} in exclusive mode")
            yield connection
    finally:
        await connection.close()


async def stands_still(connection: "Watcher") -> bool:
    """Somebody waits for a table of ours."""
    waiting = await connection.fetchval(
        "select count(*) from pg_locks where not granted and locktype = 'relation'"
    )
    return bool(waiting)


async def killed_at(door: DoorProcesses, table: str, *command: str) -> None:
    """Start a command, let it come to the moment, kill -9 it there."""
    async with locked(door, table) as connection:
        process = door.start(*command)
        await until(lambda: stands_still(connection))
        process.kill()
        await asyncio.to_thread(process.wait, PATIENCE_S)
    await until(lambda: nobody_is_connected(door))


async def nobody_is_connected(door: DoorProcesses) -> bool:
    """Postgres has noticed that the process is gone, and rolled its work back."""
    connection = await asyncpg.connect(door.database_url)
    try:
        others = await connection.fetchval(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        return not others
    finally:
        await connection.close()


def parts_of(door: DoorProcesses, facility: str) -> list[tuple[bytes, Claims]]:
    found = door.events("claims")["claims"]
    return [
        (value, event)
        for _, value, event in found
        if isinstance(event, Claims) and event.facility_id == facility
    ]


def the_submission(door: DoorProcesses, facility: str) -> asyncpg.Record:
    (row,) = door.query("select * from ingest.submissions where facility_id = $1", facility)
    return row


def check_finished(door: DoorProcesses, facility: str, before: asyncpg.Record) -> None:
    after = the_submission(door, facility)
    assert (after["state"], after["part_count"], after["rows_sent"]) == ("produced", PARTS, LINES)
    for name in ("submission_id", "received_on", "received_at", "sha256", "begun_no"):
        assert after[name] == before[name]
    assert after["receipt"]
    parts = parts_of(door, facility)
    # Sent again perhaps, but always the same bytes.
    assert len({value for value, _ in parts}) == PARTS
    assert sorted({event.part_no for _, event in parts}) == [1, 2, 3]
    assert {event.received_on for _, event in parts} == {from_iso(str(before["received_on"]))}


@pytest.mark.parametrize("table", MOMENTS, ids=MOMENTS.values())
async def test_what_a_killed_load_left_is_finished_by_the_next(
    door: DoorProcesses, tmp_path: Path, table: str
) -> None:
    facility = {"parts": "3501340006", "claim_cases": "3501340015"}[table]
    path = a_file(tmp_path, facility)
    await killed_at(door, table, "load", str(path), "--facility", facility)
    before = the_submission(door, facility)
    assert (before["state"], before["receipt"]) == ("begun", "")
    assert len(parts_of(door, facility)) == (0 if table == "parts" else PARTS)

    door.done("load", str(path), "--facility", facility)

    check_finished(door, facility, before)


@pytest.mark.parametrize("table", MOMENTS, ids=MOMENTS.values())
async def test_a_restarted_service_finishes_by_itself(
    door: DoorProcesses, tmp_path: Path, table: str
) -> None:
    facility = {"parts": "3501340024", "claim_cases": "3501340033"}[table]
    path = a_file(tmp_path, facility)
    key = door.key(facility)

    async def submit_and_kill() -> None:
        async with locked(door, table) as connection:
            with door.serving() as served:
                sender = threading.Thread(target=swallow, args=(served, key, path), daemon=True)
                sender.start()
                await until(lambda: stands_still(connection))
                served.kill()
                await asyncio.to_thread(sender.join, PATIENCE_S)
        await until(lambda: nobody_is_connected(door))

    await submit_and_kill()
    before = the_submission(door, facility)
    assert before["state"] == "begun"

    with door.serving() as served:

        async def is_produced() -> bool:
            found = await asyncio.to_thread(
                door.query,
                "select 1 from ingest.submissions where facility_id = $1 and receipt <> ''",
                facility,
            )
            return bool(found)

        await until(is_produced)
        again = served.submit(key, path.name, path.read_bytes())
        assert (again.status_code, again.json()["duplicate"]) == (200, True)
        assert again.json()["receipt"]["receipt"]["received_on"] == str(before["received_on"])
    check_finished(door, facility, before)


def swallow(served: Served, key: str, path: Path) -> None:
    """The sender whose connection breaks."""
    try:
        served.submit(key, path.name, path.read_bytes())
    except httpx.TransportError:
        return


async def test_a_day_ends_only_after_what_was_received_on_it(
    door: DoorProcesses, tmp_path: Path
) -> None:
    facility = "3501340042"
    path = a_file(tmp_path, facility)
    await killed_at(door, "parts", "load", str(path), "--facility", facility)
    before = the_submission(door, facility)
    day = before["received_on"].isoformat()

    assert door.done("close-day", day) == f"closed {day}"

    check_finished(door, facility, before)
    for topic, found in door.events("claims", "uploads", "actions").items():
        for partition in range(4):
            events = [event for at, _, event in found if at == partition]
            ends = [
                place
                for place, event in enumerate(events)
                if isinstance(event, DayClosed) and event.day == from_iso(day)
            ]
            assert len(ends) == 1, topic
            late = [
                event
                for event in events[ends[0] :]
                if isinstance(event, Claims) and event.received_on <= from_iso(day)
            ]
            assert late == []


async def test_actions_a_killed_service_left_are_sent_before_their_day_ends(
    door: DoorProcesses,
) -> None:
    key = door.agency_key()
    day = door.query("select max(day) + 1 as day from ingest.days_closed")[0]["day"].isoformat()
    opened = {
        **{"kind": "open_round", "round_id": "crash-1", "programme": "adult"},
        **{"service_from": day, "service_to": day, "pickup_from": day, "pickup_to": day},
    }
    exempt = {"kind": "exempt", "case_id": "3501340060/11403/1/A3/1"}
    closed = {"kind": "facility_closed", "facility_id": "3501340060", "closed_on": day}
    async with locked(door, "parts") as connection:
        with door.serving() as served:

            def sending() -> None:
                with suppress(httpx.TransportError):
                    served.act(key, opened, exempt, closed)

            sender = threading.Thread(target=sending, daemon=True)
            sender.start()
            await until(lambda: stands_still(connection))
            served.kill()
            await asyncio.to_thread(sender.join, PATIENCE_S)
    await until(lambda: nobody_is_connected(door))
    before = the_submission(door, "agency")
    assert before["state"] == "begun"

    assert door.done("close-day", day) == f"closed {day}"

    after = the_submission(door, "agency")
    assert (after["state"], after["received_on"]) == ("produced", before["received_on"])
    found = door.events("actions")["actions"]
    number = from_iso(day)
    for partition in range(4):
        here = [(value, event) for at, value, event in found if at == partition]
        (end,) = [
            n for n, (_, one) in enumerate(here) if one == DayClosed(f"day-closed/{day}", number)
        ]
        # Sent again perhaps, but always the same bytes, in order, and never after the day.
        rounds = [n for n, (_, one) in enumerate(here) if isinstance(one, RoundOpened)]
        assert rounds and max(rounds) < end
        assert len({here[n][0] for n in rounds}) == 1
        theirs = [one for _, one in here[:end] if isinstance(one, Actions | FacilityClosed)]
        assert not [one for _, one in here[end:] if isinstance(one, Actions | FacilityClosed)]
        if theirs:
            assert [type(one) for one in theirs[-2:]] == [Actions, FacilityClosed]


async def test_a_close_day_that_was_killed_may_be_repeated(door: DoorProcesses) -> None:
    last = door.query("select max(day) + 1 as day from ingest.days_closed")[0]["day"].isoformat()

    async def kill_in_the_middle() -> None:
        connection = await asyncpg.connect(door.database_url)
        try:
            # begin_closing has committed; the end of the day waits for this submission.
            await connection.execute(
                "insert into ingest.submissions (submission_id, facility_id, owner_codes, uploader,"
                " file_name, sha256, size_bytes, received_on, received_at) values"
                " ('S' || repeat('0', 24), '0000000000', '{}', 'cli', 'x', '', 0, $1, now())",
                date.fromisoformat(last),
            )
            await connection.execute("select pg_advisory_lock($1)", facility_lock("0000000000"))
            process = door.start("close-day", last)

            async def waits() -> bool:
                found = await connection.fetchval(
                    "select count(*) from pg_locks where not granted and locktype = 'advisory'"
                )
                return bool(found)

            await until(waits)
            process.kill()
            await asyncio.to_thread(process.wait, PATIENCE_S)
            await connection.execute(
                "delete from ingest.submissions where facility_id = '0000000000'"
            )
        finally:
            await connection.close()
        await until(lambda: nobody_is_connected(door))

    await kill_in_the_middle()
    assert door.query("select 1 from ingest.days_closed where closed_at is null")

    assert door.done("close-day", last) == f"closed {last}"
    assert not door.query("select 1 from ingest.days_closed where closed_at is null")


def test_days_close_in_order_only(door: DoorProcesses) -> None:
    last = door.query("select max(day) as day from ingest.days_closed")[0]["day"]
    refused: subprocess.CompletedProcess[str] = door.run("close-day", "2025-01-01")
    assert refused.returncode == 1
    assert "closed already" in refused.stderr
    assert "was closed already" in door.done("close-day", last.isoformat())
    assert door.run("close-day", "not-a-day").returncode == 2


def test_a_day_that_is_not_over_closes_in_the_demo_only(door: DoorProcesses) -> None:
    strict = DoorProcesses(door.brokers, door.database_url, door.log, GOUJI_BUSINESS_DAY="calendar")
    refused = strict.run("close-day", "2999-01-01")
    assert (refused.returncode, "not over yet" in refused.stderr) == (1, True)


def test_several_loads_at_once_take_turns(door: DoorProcesses, tmp_path: Path) -> None:
    facility = "3501340051"
    months = [f"1130{n}" for n in range(1, 5)]
    files = [a_file(tmp_path, facility, month) for month in months]
    running = [door.start("load", str(path), "--facility", facility) for path in files]
    assert [process.wait(PATIENCE_S) for process in running] == [0, 0, 0, 0]

    order = door.query(
        "select submission_id from ingest.submissions where facility_id = $1 order by begun_no",
        facility,
    )
    sent = [event.submission_id for _, event in parts_of(door, facility)]
    # One after the other, never mixed, in the order in which they were accepted.
    assert sent == [row["submission_id"] for row in order for _ in range(PARTS)]
