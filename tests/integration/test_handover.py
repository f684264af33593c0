"""A facility gets the code of another partition, on real Kafka, while its workers are killed."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.agency_events import (
    Actions,
    CaseAction,
    FacilityClosed,
    FacilityRenamed,
    PersonAliased,
)
from claims.events import CaseChanged, DayClosed, Records
from claims.recovery_events import BookMoved
from deploy.local.kafka import Broker
from tests.support.judge import day
from tests.support.kafka import until
from tests.support.linked import NEW, OLD, PARTITIONS
from tests.support.match_stage import a_line, a_part, an_item
from tests.support.services import Log, Running, make_our_topics

PEOPLE = [f"A1{number:08d}" for number in range(80)]
BEFORE, THERE, STRAGGLING, AFTER = PEOPLE[:10], PEOPLE[10:20], PEOPLE[20:30], PEOPLE[30:40]
REVISED, CHILD = PEOPLE[40:50], PEOPLE[50]
KNOWN, WRONGLY, DECIDED = PEOPLE[60], PEOPLE[61], PEOPLE[62]
ON, LATE = day("114-04-06"), day("114-06-30")
RENAME = FacilityRenamed("facility-renamed/1", ON, OLD, NEW, ON, True)


@pytest.fixture
async def log(kafka: Broker) -> AsyncIterator[Log]:
    await make_our_topics(kafka.address, PARTITIONS)
    yield Log(kafka.address, PARTITIONS)


@pytest.fixture
def workers(kafka: Broker, tmp_path: Path) -> Iterator[list[Running]]:
    """Two, with slices so small that a hand-over takes many commits."""
    workers = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        one = {"GOUJI_INSTANCE": f"match-{number}", "GOUJI_SWEEP_BOOKS": "1"}
        workers.append(Running("match", kafka.address, folder, **one).start())
    yield workers
    for worker in workers:
        worker.kill()


def claims_of(people: list[str], submission: str, facility: str = OLD, **fields: Any) -> Records:
    """Cases named by their person."""
    lines = []
    for who in people:
        child = {"programme": "child"} if who == CHILD else {}
        lines.append(a_line(who, person_id=who, **child, **fields))
    return a_part(submission, claims=lines, facility=facility)


def results_of(people: list[str], submission: str, facility: str = OLD) -> Records:
    rows = [an_item(person_id=who) for who in people]
    return a_part(submission, results=rows, facility=facility)


def alias(number: int, one: str, other: str, back: bool = False) -> PersonAliased:
    return PersonAliased(f"person-aliased/{number}", ON, one, other, back)


def exempted() -> Actions:
    case = f"{OLD}/11403/1/A3/{DECIDED}/{DECIDED}"
    item = CaseAction(1, "SX:1", "exempt", case, "", "", None)
    return Actions("SX/1", "SX", 1, 1, OLD, ON, "somebody", (item,))


def wanted() -> dict[str, str]:
    states = dict.fromkeys(PEOPLE, "late")
    states |= dict.fromkeys([*BEFORE, *THERE, *STRAGGLING, *AFTER, KNOWN], "matched")
    return states | {CHILD: "exempt", DECIDED: "exempt"}


def stories(events: list[Any]) -> dict[str, list[CaseChanged]]:
    """The steps of every case by its person, in their order."""
    found: dict[str, list[CaseChanged]] = {}
    for event in events:
        if isinstance(event, CaseChanged):
            found.setdefault(event.case_id.rpartition("/")[2], []).append(event)
    return {name: sorted(steps, key=lambda event: event.sequence) for name, steps in found.items()}


async def test_every_case_goes_on_once_under_the_new_code_whoever_is_killed(
    log: Log, workers: list[Running]
) -> None:
    await log.give("records", OLD, claims_of(PEOPLE, "SC"), results_of(BEFORE, "SR1"))
    await log.give("records", OLD, results_of(["B123456780", "C123456789"], "SR2"))
    await log.give("records", NEW, results_of(THERE, "SR3", NEW))
    await log.give_all("records", alias(1, "B123456780", KNOWN))
    await log.give_all("records", alias(2, "C123456789", WRONGLY))
    await log.wait_for("case-changed", len(PEOPLE) + len(BEFORE) + 2)
    await log.give_all("records", RENAME)
    await log.wait_for("records", 5, BookMoved)
    for worker in workers:
        worker.kill()
    await log.give("records", OLD, results_of(STRAGGLING, "SR4"), exempted())
    await log.give("records", NEW, results_of(AFTER, "SR5", NEW))
    await log.give("records", NEW, claims_of(REVISED, "SC2", NEW, appl_date=ON + 9, points="500"))
    moved = [event for event in await log.read("records") if isinstance(event, BookMoved)]
    assert sum(len(event.books) for event in moved) < len(PEOPLE), "it was in the middle"
    for worker in workers:
        worker.start()
    await log.give_all("records", alias(3, "C123456789", WRONGLY, back=True))
    await log.give_all("records", DayClosed("day-closed/2025-06-30", LATE))
    await log.give("records", NEW, FacilityClosed("facility-closed/1", LATE + 1, NEW, LATE))

    async def settled() -> bool:
        found = stories(await log.read("case-changed"))
        return {name: steps[-1].state for name, steps in found.items()} == wanted()

    await until(settled)
    events = await log.read("case-changed")
    told = Counter(event.event_id for event in events if not isinstance(event, FacilityRenamed))
    assert max(told.values()) == 1
    renamed = [event for event in events if isinstance(event, FacilityRenamed)]
    assert renamed == [RENAME] * len(renamed) != []  # every partition says it, in the same words
    for name, steps in stories(events).items():
        assert [event.sequence for event in steps] == list(range(1, len(steps) + 1)), name
        assert [event.facility_id for event in steps] == sorted(
            (event.facility_id for event in steps), key=(OLD, NEW).index
        )
    found = stories(events)
    assert "matched" in [event.state for event in found[WRONGLY]]
    assert {found[who][-1].facility_id for who in THERE + STRAGGLING + AFTER + REVISED} == {NEW}
    assert all("claim_revised" in [step.change for step in found[who]] for who in REVISED)
    reports = await log.read("import-reported")
    told = Counter((report.submission_id, row.row_no) for report in reports for row in report.rows)
    assert max(told.values()) == 1
    refused = [row for report in reports for row in report.rows if row.outcome == "refused"]
    assert refused == [] and await log.read("dead-letters") == []
