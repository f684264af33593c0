"""elsewhere on real Kafka: facilities in two partitions, persons in a third, kills in between."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from claims.events import CaseChanged, DayClosed
from claims.recovery_events import HintFound, Loose
from deploy.local.kafka import Broker
from pipeline.producer import partition_of
from tests.support.judge import day
from tests.support.match_stage import KEYS, a_line, a_part, an_item
from tests.support.services import Log, Running, make_our_topics

PARTITIONS = 3
VISIT, DUE = day("114-03-10"), day("114-05-30")


def a_code(at: int, start: int) -> str:
    """The first facility code from a number on that lies in a partition."""
    codes = (f"3501{number:06d}" for number in range(start, start + 999))
    return next(code for code in codes if partition_of(code.encode(), PARTITIONS) == at)


CLAIMING, OTHER = a_code(0, 200_000), a_code(1, 300_000)
PEOPLE = [f"A1{number:08d}" for number in range(40)]


@pytest.fixture
async def log(kafka: Broker) -> AsyncIterator[Log]:
    await make_our_topics(kafka.address, PARTITIONS)
    yield Log(kafka.address, PARTITIONS)


@pytest.fixture
def elsewhere(kafka: Broker, tmp_path: Path) -> Iterator[Running]:
    service = Running("elsewhere", kafka.address, tmp_path)
    yield service
    service.kill()


@pytest.fixture
def match(kafka: Broker, tmp_path: Path) -> Iterator[Running]:
    service = Running("match", kafka.address, tmp_path)
    yield service
    service.kill()


def loose(person_id: str, kind: str, facility: str, gone: bool = False) -> Loose:
    key, name = KEYS.key(person_id), f"{kind}-{person_id[-4:]}"
    return Loose(
        f"{name}/{gone:d}", key, kind, gone, facility, name, "adult", "stage1",
        "21" if kind == "claim" else "", VISIT, None, "", DUE,
    )  # fmt: skip


async def test_hints_reach_the_partition_of_their_facility_once_whatever_is_killed(
    log: Log, elsewhere: Running
) -> None:
    assert {partition_of(KEYS.key(who).encode(), PARTITIONS) for who in PEOPLE} == {0, 1, 2}
    elsewhere.start()
    for who in PEOPLE:
        await log.give("loose", KEYS.key(who), loose(who, "claim", CLAIMING))
        await log.give("loose", KEYS.key(who), loose(who, "result", OTHER))
        if who == PEOPLE[len(PEOPLE) // 2]:
            await log.wait_for("records", 1)
            elsewhere.kill()
    elsewhere.start()
    await log.wait_for("records", len(PEOPLE))
    for who in PEOPLE[:5]:
        await log.give("loose", KEYS.key(who), loose(who, "result", OTHER, gone=True))
    hints = await log.wait_for("records", len(PEOPLE) + 5)
    assert {type(hint) for hint in hints} == {HintFound}
    assert len({hint.event_id for hint in hints}) == len(PEOPLE) + 5
    assert sum(hint.taken_back for hint in hints) == 5
    assert {(hint.facility_id, hint.found) for hint in hints} == {(CLAIMING, OTHER)}
    assert await log.read("records", partitions=1) == hints, "partition 0 holds them all"
    assert await log.read("records") == hints, "and each once"


async def test_a_result_at_another_facility_explains_a_late_claim_until_it_is_put_right(
    log: Log, match: Running, elsewhere: Running
) -> None:
    """The whole circle: match, loose, elsewhere, records, match."""
    line, row = a_line("A"), an_item(received_on=DUE - 9)
    await log.give("records", CLAIMING, a_part("SC", claims=[line], facility=CLAIMING))
    await log.give("records", OTHER, a_part("SR", results=[row], facility=OTHER))
    await log.give_all("records", DayClosed("day-closed/2025-05-30", DUE))
    match.start()
    elsewhere.start()
    (hint,) = await log.wait_for("records", 1, HintFound)
    assert (hint.code, hint.found, hint.facility_id) == ("FACILITY_MISMATCH", OTHER, CLAIMING)
    seen = await log.wait_for("case-changed", 3, CaseChanged)
    assert [(event.state, [reason.code for reason in event.reasons]) for event in seen] == [
        ("pending", ["NOT_FOUND"]),
        ("late", ["NOT_FOUND"]),
        ("late", ["FACILITY_MISMATCH"]),
    ]
    assert (seen[-1].reasons[0].expected, seen[-1].reasons[0].found) == (CLAIMING, OTHER)
    again = a_part("SR2", results=[an_item()], facility=CLAIMING, on="114-06-02")
    await log.give("records", CLAIMING, again)
    _, back = await log.wait_for("records", 2, HintFound)
    assert back.taken_back and back.case_id == hint.case_id
    match.kill()
    match.start()
    seen = await log.wait_for("case-changed", 4, CaseChanged)
    assert [event.sequence for event in seen] == [1, 2, 3, 4]
    assert (seen[-1].state, seen[-1].reasons) == ("matched", ())
