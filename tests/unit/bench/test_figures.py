"""The workload of the figures is what it says, or the figures would measure refusals."""

from collections import Counter

import pytest

from bench.figures.ground import partition_of
from bench.figures.line import BARS, passed
from bench.figures.workload import checked_messages, persons, raw_messages
from bench.memory_run import Line

PERSONS = 400


@pytest.mark.parametrize("size", [500, 1])
async def test_rows_for_validate_are_accepted_and_answer(size: int) -> None:
    line = Line()
    await line.open()
    for topic, event in raw_messages(PERSONS, size):
        await line.give(topic, event)
    states = Counter(case.state for case in line.seen.cases.values())
    assert states == {"matched": PERSONS}
    assert {row.outcome for row in line.seen.rows.values()} == {"stored", "matched"}
    assert line.dead == 0


async def test_nine_of_ten_rows_for_match_answer() -> None:
    line = Line()
    await line.open()
    for topic, event in checked_messages(PERSONS, 500):
        await line.give_checked(topic, event)
    states = Counter(case.state for case in line.seen.cases.values())
    assert states["matched"] == PERSONS * 9 // 10
    assert sum(states.values()) == PERSONS


def test_persons_are_distinct_and_spread_over_all_partitions() -> None:
    everyone = list(persons(8000))
    assert len({person.person_id for person in everyone}) == 8000
    spread = Counter(partition_of(person.facility) for person in everyone)
    assert len(spread) == 4
    assert max(spread.values()) < 2 * min(spread.values())


def test_a_bar_is_passed_from_its_own_side() -> None:
    assert passed("match rows per CPU second", 12_000) is True
    assert passed("match rows per CPU second", 11_999) is False
    assert passed("latency p99", 2_000) is True
    assert passed("latency p99", 2_001) is False
    assert passed("something else", 1) is None
    assert all(way in (">=", "<=") for way, _ in BARS.values())
