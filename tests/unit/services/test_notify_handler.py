"""What the planner's agent takes from its topics, and what it leaves."""

import msgspec
import pytest

from claims.agency_events import RoundClosed
from claims.events import DayClosed, RowOutcome
from pipeline.errors import Undecodable, UnknownRecord
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Fact, Message
from services.notify.handler import IMPORTS, JOURNAL, NotifyHandler, Row
from services.notify.journal import CaseStep, Ended, Opened, Swept, unpacked, unpacked_part
from tests.support.contracts import CODEC
from tests.support.notices import CLINIC, DUE, Event, a_case, a_report, a_round, day_over

HANDLER = NotifyHandler(CODEC)
LEDGER = MemoryLedger(HANDLER.packer, MemoryPlace())


def facts_of(event: object) -> list[Fact]:
    value = CODEC.encode(event)
    return list(HANDLER.facts(LEDGER, Message(Address("t", 0, 1), b"k", value, 1_234)))


def row_of(fact: Fact) -> Row:
    assert isinstance(fact.body, Row)
    return fact.body


@pytest.mark.parametrize(
    "event, kind",
    [
        (a_case("c1"), CaseStep),
        (day_over(DUE), Swept),
        (a_round(), Opened),
        (RoundClosed("round-closed/R1", "R1", DUE), Ended),
    ],
)
def test_every_entry_of_the_journal_goes_to_its_sink(event: Event, kind: type) -> None:
    (fact,) = facts_of(event)
    row = row_of(fact)
    assert row.sink == JOURNAL
    (entry,) = unpacked([row.packed])
    assert type(entry) is kind


def test_nothing_that_names_a_person_goes_on() -> None:
    case = a_case("c1", person_masked="A9876*****", person_key="a-key", person_sealed=b"a-seal")
    (fact,) = facts_of(case)
    for personal in (b"A9876", b"a-key", b"a-seal"):
        assert personal not in row_of(fact).packed


def test_the_book_of_a_case_is_its_facility() -> None:
    assert [fact.book for fact in facts_of(a_case("c1"))] == [CLINIC.encode()]


def test_refused_rows_of_a_file_are_counted_and_a_file_without_any_is_passed_over() -> None:
    (fact,) = facts_of(a_report("S1", 2, refused=3, stored=4))
    part = unpacked_part(row_of(fact).packed)
    assert row_of(fact).sink == IMPORTS
    assert (part.submission_id, part.rows, part.refused, part.written_ms) == ("S1", 7, 3, 1_234)
    assert facts_of(a_report("S1", 2, refused=0, stored=4)) == []


def test_a_refused_command_is_no_refused_row() -> None:
    command = RowOutcome(1, "refused", "S1:1", "a-command", "", 0, (), ())
    assert facts_of(msgspec.structs.replace(a_report("S1", 1, 0), rows=(command,))) == []


def test_a_fact_that_waits_in_quarantine_comes_back_the_same() -> None:
    (fact,) = facts_of(a_case("c1"))
    assert HANDLER.unpark(fact.book, HANDLER.park(fact)) == Fact(fact.book, fact.body)


def test_what_cannot_be_read_or_is_no_business_of_ours_is_set_aside() -> None:
    reminder = CODEC.encode(day_over(DUE))[:4]
    with pytest.raises(Undecodable):
        list(HANDLER.facts(LEDGER, Message(Address("t", 0, 1), b"k", reminder, 0)))
    with pytest.raises(UnknownRecord):
        facts_of(DayClosed("day-closed/x", DUE))
