"""The planner through its sinks, on a real Postgres: what is open, planned and told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from pipeline.errors import CommitFailed
from services.notify.database import opened
from tests.support.kafka import until
from tests.support.notice_histories import History
from tests.support.notices import (
    CLINIC,
    DUE,
    LABORATORY,
    OTHER_CLINIC,
    Event,
    Planner,
    a_case,
    a_report,
    a_round,
    a_sweep,
    day_over,
    emptied,
    new_database,
)

_WAITING = "select count(*) from pg_locks where not granted"
BEFORE = DUE - 15
"""With this day over, today is 14 days before the deadline."""


@pytest.fixture(scope="module")
def planner_database(database_url: str) -> str:
    return asyncio.run(new_database(database_url, "notify_planner"))


@pytest.fixture
async def pool(planner_database: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    pool = await opened(planner_database, 4)
    await emptied(pool)
    yield pool
    await pool.close()


@pytest.fixture
def planner(pool: "asyncpg.Pool[asyncpg.Record]") -> Planner:
    return Planner(pool)


async def test_a_deadline_fourteen_days_ahead_is_told_once(planner: Planner) -> None:
    await planner.give(a_case("c1"), a_case("c2"), a_case("c3", due_on=DUE + 1), day_over(BEFORE))
    assert await planner.notices("kind", "facility_id", "programme", "count", "planned_on") == [
        ("upload_due", CLINIC, "adult", 2, DUE - 14)
    ]
    (id,) = (row[0] for row in await planner.notices("notice_id"))
    assert await planner.cases_of(id) == ["c1", "c2"]
    (fact,) = await planner.facts()
    assert (fact.fact, fact.kind, fact.count, fact.due_on, fact.day) == (
        *("planned", "upload_due", 2, DUE, DUE - 14),
    )


async def test_each_step_of_the_ladder_is_told_and_no_day_between(planner: Planner) -> None:
    await planner.give(a_case("c1"))
    for day in range(DUE - 30, DUE + 5):
        await planner.give(day_over(day))
    assert [DUE - row[0] for row in await planner.notices("planned_on")] == [14, 7, 3, 1]


async def test_a_day_planned_twice_plans_the_same_rows(planner: Planner) -> None:
    await planner.give(a_case("c1"), day_over(BEFORE))
    before = await planner.pool.fetch("select * from notify.notices order by notice_id")
    await planner.give(day_over(BEFORE))
    await planner.pool.execute("delete from notify.milestones")  # without the guard: by their ids
    await planner.give(day_over(BEFORE))
    assert await planner.pool.fetch("select * from notify.notices order by notice_id") == before
    assert len(await planner.facts()) == 1


async def test_a_case_that_matches_leaves_its_notice_and_the_last_one_cancels_it(
    planner: Planner,
) -> None:
    await planner.give(a_case("c1"), a_case("c2"), day_over(BEFORE))
    await planner.give(a_case("c1", 2, "matched"))
    ((id,),) = await planner.notices("notice_id")
    assert await planner.cases_of(id) == ["c2"]
    await planner.give(a_case("c2", 2, "matched"))
    assert await planner.notices("notice_id") == []
    assert await planner.notices("notice_id", state="cancelled") == [(id,)]
    assert [(fact.fact, fact.reason) for fact in await planner.facts()] == [
        ("planned", ""),
        ("cancelled", "resolved"),
    ]


@pytest.mark.parametrize(
    "moved", [{"due_on": DUE + 30}, {"facility_id": OTHER_CLINIC}, {"state": "late"}]
)
async def test_a_case_leaves_a_notice_whose_words_are_no_longer_true_of_it(
    planner: Planner, moved: dict[str, Any]
) -> None:
    await planner.give(a_case("c1"), day_over(BEFORE))
    await planner.give(a_case("c1", 2, **moved))
    assert [fact.fact for fact in await planner.facts()] == ["planned", "cancelled"]


async def test_a_notice_that_is_already_taken_is_left_to_the_sender(planner: Planner) -> None:
    await planner.give(a_case("c1"), day_over(BEFORE))
    await planner.pool.execute("update notify.notices set state = 'taken'")
    await planner.give(a_case("c1", 2, "matched"))
    ((id,),) = await planner.notices("notice_id", state="taken")
    assert await planner.cases_of(id) == ["c1"]
    assert [fact.fact for fact in await planner.facts()] == ["planned"]


async def test_a_laboratory_gets_its_copy_and_a_clinic_that_examines_itself_does_not(
    planner: Planner,
) -> None:
    await planner.give(
        a_case("c1", lab_facility_id=LABORATORY),
        a_case("c2", lab_facility_id=LABORATORY, facility_id=OTHER_CLINIC),
        a_case("c3", lab_facility_id=CLINIC),
        day_over(BEFORE),
    )
    assert await planner.notices("audience", "facility_id", "count") == [
        ("claiming", CLINIC, 2),
        ("claiming", OTHER_CLINIC, 1),
        ("lab", LABORATORY, 2),
    ]


async def test_a_round_tells_those_whose_cases_are_on_its_list(planner: Planner) -> None:
    listed = {"state": "open_missing", "round_id": "R1", "previous_state": "late"}
    await planner.give(
        a_round(paper_deadline=DUE + 3),
        a_case("c1", 2, **listed),
        a_case("c2", 2, facility_id=OTHER_CLINIC, state="late", due_on=None),
        a_sweep("round-opened/R1", DUE - 30),
    )
    ((kind, facility, subject, facts),) = await planner.notices(
        "kind", "facility_id", "subject", "facts::text"
    )
    assert (kind, facility, subject) == ("round_opened", CLINIC, "R1")
    assert f'"paper_deadline": {DUE + 3}' in facts
    (fact,) = await planner.facts()
    assert (fact.round_id, fact.due_on) == ("R1", DUE)


async def test_all_partitions_must_have_finished_and_the_last_one_plans_once(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    planner = Planner(pool, partitions=3)
    await planner.give(a_case("c1"), day_over(BEFORE), partition=0)
    await planner.give(day_over(BEFORE, 2), partition=2)
    assert await planner.notices("kind") == []
    await planner.give(day_over(BEFORE, 1), partition=1)
    assert await planner.notices("kind") == [("upload_due",)]


async def test_a_step_that_is_older_than_the_known_one_changes_nothing(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    """A renamed facility: its cases go on in another partition, which may be ahead."""
    planner = Planner(pool, partitions=2)
    ahead = a_case("c1", 5, facility_id=OTHER_CLINIC)
    await planner.give(ahead, partition=1)
    decided = {"change": "payment_denied", "previous_state": "overdue"}
    await planner.give(a_case("c1", 4, "not_payable", **decided), partition=0)
    row = await pool.fetchrow("select sequence, facility_id, state from notify.cases")
    assert row is not None and tuple(row) == (5, OTHER_CLINIC, "pending")
    assert await planner.notices("kind") == []


async def test_a_renamed_facility_is_told_under_its_new_code(planner: Planner) -> None:
    await planner.give(a_case("c1"), day_over(BEFORE))
    await planner.give(a_case("c1", 2, facility_id=OTHER_CLINIC))
    for day in range(BEFORE + 1, DUE - 7):
        await planner.give(day_over(day))
    assert await planner.notices("facility_id", "planned_on") == [(OTHER_CLINIC, DUE - 7)]


OVERDUE = {"change": "correction_overdue", "previous_state": "open_missing", "state": "overdue"}
REFUSED = {"change": "note_refused", "previous_state": "noted", "state": "overdue"}
DENIED = {"change": "payment_denied", "previous_state": "overdue", "state": "not_payable"}


async def test_what_befalls_cases_is_one_notice_a_facility_programme_and_day(
    planner: Planner,
) -> None:
    await planner.give(a_case("c1", 2, **OVERDUE), a_case("c2", 2, **OVERDUE))
    await planner.give(a_case("c3", 2, **OVERDUE), a_case("c4", 2, **REFUSED))
    await planner.give(a_case("c5", 2, **OVERDUE, programme="oral"), a_case("c6", 3, **DENIED))
    assert await planner.notices("kind", "programme", "subject", "count") == [
        ("case_overdue", "adult", "", 3),
        ("case_overdue", "oral", "", 1),
        ("decision_made", "adult", "payment_denied", 1),
        ("note_reviewed", "adult", "note_refused", 1),
    ]
    assert len(await planner.facts()) == 4


async def test_what_follows_a_notice_that_was_sent_goes_into_another(planner: Planner) -> None:
    await planner.give(a_case("c1", 2, **OVERDUE))
    await planner.pool.execute("update notify.notices set state = 'taken'")
    await planner.give(a_case("c2", 2, **OVERDUE))
    await planner.give(a_case("c3", 2, **OVERDUE))
    ((id, count),) = await planner.notices("notice_id", "count")
    assert id.endswith("/2") and count == 2
    assert await planner.cases_of(id) == ["c2", "c3"]


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        (a_case("c1", 2, **OVERDUE), a_case("c2", 2, **OVERDUE), [1]),
        (a_report("S1", 1, 3), a_report("S1", 2, 4), [4]),
    ],
)
async def test_what_comes_while_a_digest_is_made_of_its_notice_goes_into_another(
    planner: Planner, before: Event, after: Event, counts: list[int]
) -> None:
    await planner.give(before)
    async with planner.pool.acquire() as sender, sender.transaction():
        await sender.execute("select from notify.notices for update")
        await sender.execute("update notify.notices set state = 'taken'")
        giving = asyncio.create_task(planner.give(after))

        async def waits() -> bool:
            return bool(await planner.pool.fetchval(_WAITING))

        await until(waits, 10)
    await giving
    assert [row[0] for row in await planner.notices("count")] == counts
    assert [row[0] for row in await planner.notices("count", state="taken")] != [7]


async def test_a_case_that_matched_in_the_same_breath_is_not_told(
    planner: Planner,
) -> None:
    back = {"change": "matched", "previous_state": "overdue", "state": "matched"}
    await planner.give(a_case("c1", 2, **OVERDUE), a_case("c1", 3, **back))
    assert await planner.notices("kind") == []


async def test_refused_rows_are_told_once_a_file_however_often_a_part_is_reported(
    planner: Planner,
) -> None:
    await planner.give(a_report("S1", 1, 3, 10), a_report("S1", 1, 3, 10), a_report("S2", 1, 0, 9))
    await planner.give(a_report("S1", 2, 4), a_report("S1", 1, 3, 10))
    assert await planner.notices("kind", "subject", "count") == [("import_refused", "S1", 7)]
    await planner.pool.execute("update notify.notices set state = 'taken'")
    await planner.give(a_report("S1", 3, 5))
    assert await planner.notices("subject", "count") == [("S1", 5)]


async def test_the_agency_hears_every_day_how_many_cases_changed_and_how_many_are_unheard(
    planner: Planner,
) -> None:
    today: dict[str, Any] = {"occurred_on": BEFORE}
    await planner.give(
        a_case("c1", **today), a_case("c2", **today), a_case("c2", 2, "matched", change="matched",
        **today), a_case("c3", lab_facility_id=LABORATORY), day_over(BEFORE),
    )  # fmt: skip
    row = await planner.pool.fetchrow(
        "select facts::text, planned_on from notify.notices where kind = 'daily_summary'"
    )
    assert row is not None and row["planned_on"] == DUE - 14
    assert '"changes": {"matched": 1, "claim_registered": 2}' in row["facts"]
    assert '"open": {"pending": 2}' in row["facts"]
    assert '"unheard": 2' in row["facts"]


async def test_a_long_journal_is_caught_up_without_reminders_of_days_long_over(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    """The newest day tells what the days left out would have told, once."""
    newest = DUE - 5
    planner = Planner(pool, newest=newest)
    await planner.give(a_case("c1"), a_case("c0", 2, **DENIED, occurred_on=newest - 15))
    for day in range(newest - 400, newest + 1):
        await planner.give(day_over(day))
    assert await planner.notices("kind", "planned_on") == [("upload_due", newest + 1)]
    assert await pool.fetchval("select count(*) from notify.milestones") == 401
    await planner.give(day_over(newest + 1))
    assert [row[0] for row in await planner.notices("planned_on")] == [newest + 1, DUE - 3]


async def test_a_sink_that_fails_leaves_neither_rows_nor_position(planner: Planner) -> None:
    await planner.give(a_case("c1"))
    with pytest.raises(CommitFailed):
        await planner.give(a_case("c2"), a_case("c3", programme="\0"))
    assert await planner.pool.fetchval("select count(*) from notify.cases") == 1


async def test_closed_cases_are_dropped_after_sixty_days(planner: Planner) -> None:
    await planner.give(a_case("c1"), a_case("c2", 2, "matched"), day_over(DUE + 39))
    assert await planner.pool.fetchval("select count(*) from notify.cases") == 2
    await planner.give(day_over(DUE + 41))
    assert [row["case_id"] for row in await planner.pool.fetch("select * from notify.cases")] == [
        "c1"
    ]


async def test_two_partitions_that_finish_at_the_same_time_plan_once(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    planner = Planner(pool, partitions=2)
    await planner.give(a_case("c1"))
    for day in range(BEFORE - 20, BEFORE + 1):
        await asyncio.gather(
            *(planner.give(a_round(), day_over(day, number), partition=number) for number in (0, 1))
        )
    assert await pool.fetchval("select count(*) from notify.milestones") == 21
    assert len(await planner.facts()) == 1


@pytest.mark.parametrize("seed", range(6))
async def test_in_any_order_who_stays_open_is_in_every_reminder_and_who_matched_in_none(
    pool: "asyncpg.Pool[asyncpg.Record]", seed: int
) -> None:
    history = History(seed)
    planner = Planner(pool, partitions=History.PARTITIONS)
    await history.told_to(planner)
    found: dict[int, set[str]] = {}
    for id, state, planned_on in await pool.fetch(
        "select notice_id, state, planned_on from notify.notices where audience = 'claiming'"
    ):
        cases = set(await planner.cases_of(id))
        assert bool(cases) == (state == "planned")
        found[DUE - planned_on] = found.get(DUE - planned_on, set()) | cases
    assert found == dict.fromkeys((14, 7, 3, 1), history.stays)
    told = [(fact.fact, fact.notice_id) for fact in await planner.facts()]
    assert len(told) == len(set(told))
    cancelled = {id for fact, id in told if fact == "cancelled"}
    assert cancelled == {id for (id,) in await planner.notices("notice_id", state="cancelled")}
