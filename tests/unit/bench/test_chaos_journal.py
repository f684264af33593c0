"""The verifier of the chaos suite finds each kind of damage, and none where there is none."""

import msgspec
import pytest
from aiokafka.partitioner import murmur2

from bench.chaos import journal
from bench.chaos.journal import Entry, Reader
from claims.events import CaseChanged, Claims, DayClosed, ImportReported, Matched, RowOutcome
from pipeline.codec import HEADER_BYTES
from tests.support.contracts import CODEC, KINDS, SCHEMAS, as_struct, examples

FACILITY = "3501340006"
PARTITION = (murmur2(FACILITY.encode()) & 0x7FFFFFFF) % 4
CLAIMS = as_struct(examples(SCHEMAS.newest("claims"))[1], Claims)
FIRST = as_struct(examples(SCHEMAS.newest("case-changed"))[1], CaseChanged)
SECOND = msgspec.structs.replace(FIRST, sequence=2, event_id="second", state="matched")
PART = msgspec.structs.replace(CLAIMS, rows=CLAIMS.rows[:1], part_count=1)
REPORT = ImportReported(
    f"{PART.submission_id}/1/match",
    *(PART.submission_id, 1, 1, FACILITY, "match"),
    (RowOutcome(1, "stored", "", "", "", 0, (PART.rows[0].claim_id,), ()),),
)


def a_reader(*told: tuple[str, object], partition: int = PARTITION) -> Reader:
    """A reader that has read these events, in this order."""
    entries = []
    for offset, (topic, event) in enumerate(told):
        body = CODEC.encode(event)[HEADER_BYTES:]
        entries.append(Entry(topic, partition, offset, FACILITY.encode(), event, body))
    return Reader("nowhere", CODEC, entries=entries)


GOOD = (
    ("claims", PART),
    ("import-reported", REPORT),
    ("case-changed", FIRST),
    ("case-changed", SECOND),
    ("matched", msgspec.convert(msgspec.structs.asdict(SECOND), Matched)),
)


def test_a_whole_journal_has_nothing_wrong_with_it() -> None:
    reader = a_reader(*GOOD)
    assert journal.lost(reader, {PART.submission_id: 1}) == 0
    assert journal.repeated(reader) == journal.differing(reader) == journal.gaps(reader) == 0
    assert journal.misplaced(reader, 4) == journal.after_their_day(reader) == 0
    assert journal.answered(reader)


@pytest.mark.parametrize("gone", ["claims", "import-reported", "case-changed"])
def test_what_is_missing_is_counted_as_lost(gone: str) -> None:
    reader = a_reader(*(told for told in GOOD if told[0] != gone))
    assert journal.lost(reader, {PART.submission_id: 1}) == 1


def test_a_row_without_outcome_keeps_the_run_waiting() -> None:
    assert not journal.answered(a_reader(GOOD[0]))


def test_a_day_end_without_its_sweep_keeps_the_run_waiting() -> None:
    assert not journal.answered(a_reader(*GOOD, ("actions", DayClosed("day-closed/x", 9))))


def test_a_part_that_was_produced_twice_is_no_damage() -> None:
    assert journal.repeated(a_reader(GOOD[0], *GOOD)) == 0


@pytest.mark.parametrize("at", [2, 3, 4])
def test_an_event_id_that_comes_again_is_repeated(at: int) -> None:
    assert journal.repeated(a_reader(*GOOD, GOOD[at])) == 1


def test_a_row_that_is_answered_twice_is_repeated() -> None:
    again = msgspec.structs.replace(REPORT, event_id="other")
    assert journal.repeated(a_reader(*GOOD, ("import-reported", again))) == 1


def test_a_view_that_says_something_else_differs() -> None:
    other = msgspec.structs.replace(GOOD[4][1], state="late")
    assert journal.differing(a_reader(*GOOD[:4], ("matched", other))) == 1


def test_a_step_that_is_missing_or_out_of_order_is_a_gap() -> None:
    assert journal.gaps(a_reader(GOOD[3])) == 1
    assert journal.gaps(a_reader(GOOD[3], GOOD[2])) == 2


def test_an_event_in_another_partition_is_misplaced() -> None:
    assert journal.misplaced(a_reader(GOOD[2], partition=(PARTITION + 1) % 4), 4) == 1


def test_a_part_behind_the_end_of_its_day_is_found() -> None:
    records = as_struct(examples(SCHEMAS.newest("records"))[1], KINDS["records"])
    day = DayClosed("day-closed/x", records.received_on)
    assert journal.after_their_day(a_reader(("records", records), ("records", day))) == 0
    assert journal.after_their_day(a_reader(("records", day), ("records", records))) == 1


def test_another_end_of_a_case_is_a_difference() -> None:
    one = journal.final_state(a_reader(*GOOD))
    other = journal.final_state(a_reader(*GOOD[:3]))
    assert journal.differences(one, one) == []
    assert journal.differences(one, other) == [FIRST.case_id]
