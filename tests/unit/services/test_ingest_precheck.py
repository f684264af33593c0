"""Pre-checks: waiting for the answers of both stages, and putting them together."""

import asyncio

import pytest

from claims.events import Finding, RowOutcome, UploadItem, Uploads
from claims.precheck_events import CaseStanding, PrecheckAnswered
from pipeline.errors import BrokerUnavailable
from services.ingest.parts import FileLine, Part
from services.ingest.precheck import Checked, Read, put_together
from services.ingest.precheck_answers import Waiting
from services.ingest.precheck_report import shown
from tests.support.result_rows import FACILITY, RECEIVED_ON

BAD = Finding("ID_SHAPE", "error", "person_id", "A1234*****", "", "")
ODD = Finding("FIELD_BLANK", "warning", "bmi", "", "", "")
SPLIT = Finding("W_SPLIT_CHAR", "warning", "name", "", "", "")


def an_outcome(row_no: int, outcome: str, *findings: Finding) -> RowOutcome:
    return RowOutcome(row_no, outcome, f"P:{row_no}", "", "", 0, (), findings)


def a_standing(case_id: str, state: str) -> CaseStanding:
    return CaseStanding(case_id, "A1234*****", "adult", "21", 20000, state, None, ("X",), ("Y",))


def an_answer(
    stage: str, *rows: RowOutcome, part_no: int = 1, cases: tuple[CaseStanding, ...] = ()
) -> PrecheckAnswered:
    name = f"P/{part_no}/{stage}"
    return PrecheckAnswered(name, "P", part_no, 2, FACILITY, stage, rows, cases)


def a_part(part_no: int, *row_nos: int) -> Part:
    items = tuple(UploadItem(no, "row", "", "", 0, "", ("x",)) for no in row_nos)
    columns = (("name",), ("",))
    event = Uploads(
        f"P/{part_no}", "P", part_no, 0, FACILITY, 1, "adult", "m", (FACILITY,), *columns, items
    )
    return Part("uploads", event, list(row_nos), ["A1234*****"] * len(row_nos))


def a_read(*parts: Part, lines: tuple[FileLine, ...] = ()) -> Read:
    return Read("results", "adult", "A-2026.1", "", lines, parts)


async def test_both_stages_must_answer_for_every_part() -> None:
    waiting = Waiting(2)
    for number in (1, 2):
        waiting.take(an_answer("validate", part_no=number))
        waiting.take(an_answer("validate", part_no=number))  # a repeat
    with pytest.raises(TimeoutError):
        await waiting.whole(0.01)
    waiting = Waiting(1)
    waiting.take(an_answer("validate"))
    waiting.take(an_answer("match"))
    assert len(await waiting.whole(1)) == 2


async def test_a_lost_broker_ends_the_waiting() -> None:
    waiting = Waiting(1)
    asyncio.get_running_loop().call_soon(waiting.fail, BrokerUnavailable("gone"))
    with pytest.raises(BrokerUnavailable):
        await waiting.whole(5)


def test_match_has_the_last_word_and_the_reader_is_heard() -> None:
    lines = (FileLine(SPLIT, row_no=3), FileLine(ODD, row_no=4), FileLine(SPLIT))
    read = a_read(a_part(1, 2, 3, 4), a_part(2, 5), lines=lines)
    answers = [
        an_answer("match", an_outcome(3, "matched"), an_outcome(4, "stored", ODD)),
        an_answer("validate", an_outcome(2, "refused", BAD), an_outcome(4, "refused", BAD)),
        an_answer("match", part_no=2),
    ]
    rows, _ = put_together(read, answers)
    assert [(row.row_no, row.verdict) for row in rows] == [
        (2, "refused"),
        (3, "warning"),
        (4, "warning"),
        (5, "waiting"),
    ]
    # What the reader and a stage both say stands once.
    assert [row.findings for row in rows] == [(BAD,), (SPLIT,), (ODD,), ()]


def test_a_case_that_one_part_matches_is_matched() -> None:
    first = (a_standing("A", "matched"), a_standing("B", "pending"))
    second = (a_standing("A", "pending"), a_standing("B", "matched"))
    answers = [an_answer("match", cases=first), an_answer("match", part_no=2, cases=second)]
    _, cases = put_together(a_read(a_part(1, 2)), answers)
    assert [(case.case_id, case.state) for case in cases] == [("A", "matched"), ("B", "matched")]


def test_the_answer_counts_rows_and_writes_days_out() -> None:
    read = a_read(a_part(1, 2, 3), lines=(FileLine(SPLIT),))
    cases = (a_standing("A", "pending"),)
    rows = (an_outcome(2, "refused", BAD), an_outcome(3, "matched"))
    checked = Checked(
        read, RECEIVED_ON, *put_together(read, [an_answer("match", *rows, cases=cases)])
    )
    page = shown(FACILITY, checked)
    assert checked.refused
    assert (page.received_on, page.cases[0].visit_date) == ("2025-06-01", "2024-10-04")
    assert (page.counts.sent, page.counts.refused, page.counts.accepted) == (2, 1, 1)
    assert [line.code for line in page.file_lines] == ["W_SPLIT_CHAR"]
    assert page.rows[0].findings[0].found == "A1234*****"
