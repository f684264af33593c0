"""Verdicts that few tables reach: unusable claims, and results at the very edge."""

import pytest

from claims.book import Cause, edit_result, new_book, take_case, take_row
from claims.codes import PersonId
from claims.events import UploadItem
from claims.matching import answers_key
from claims.model import Book, Claim, Result
from claims.results import reduced
from claims.rules.evidence import Evidence
from claims.verdicts import verdict
from tests.support.judge import FACILITY, a_claim, a_result, day, played
from tests.support.result_rows import check

CAUSE = Cause(day("114-04-06"), "S9:1")


def book_of(*facts: Claim | Result) -> Book:
    book = new_book(FACILITY, ())
    for fact in facts:
        if isinstance(fact, Claim):
            book, _ = take_case(book, fact.case_key, (fact,), fact.appl_date, CAUSE)
        else:
            book, _ = take_row(book, fact, CAUSE)
    return book


def test_each_key_field_that_is_blank_is_named_with_the_same_code() -> None:
    claim = a_claim("A", person_id="", visit=None)
    found = verdict(claim, book_of(claim))
    assert [(reason.code, reason.field) for reason in found.reasons] == [
        ("KEY_BLANK", "person_id"),
        ("KEY_BLANK", "visit_date"),
    ]
    assert (found.state, found.due_on) == ("invalid", None)


def test_a_key_field_that_is_there_is_not_named() -> None:
    for claim in (a_claim("A", order="71", person_id=""), a_claim("A", person_id="", born=None)):
        found = verdict(claim, book_of(claim))
        assert [(reason.code, reason.field) for reason in found.reasons] == [
            ("KEY_BLANK", "person_id")
        ]


@pytest.mark.parametrize(
    "claim", ["95 on 114-03-10", "21 on 114-03-10", "71 on 114-03-10 born=114-02-01"]
)
def test_whatever_a_listed_case_becomes_its_deadline_is_that_of_the_list(claim: str) -> None:
    programme = {"95": "oral", "21": "adult", "71": "child"}[claim[:2]]
    story = played(
        f"114-04-05 claim A: {claim};114-05-30 day closes;"
        f"114-06-30 round L: {programme} from=114-01-01 to=114-06-30 until=114-09-30"
    )
    whole = "order=71 born=114-02-01" if programme == "child" else ""
    for what in (f"row R: {programme} on 114-03-10 {whole}", "claim A: 71 on 114-03-10 born="):
        story.step(day("114-07-01"), what.strip())
        (waiting,) = story.book.claims
        found = verdict(waiting, story.book)
        assert found.due_on == day("114-09-30"), found.state
        assert found.state == ("matched" if what.startswith("row") else "invalid")


def test_an_unusable_claim_with_a_visit_date_still_has_its_upload_deadline() -> None:
    """60 days from the first of the month after the visit, the last one included."""
    claim = a_claim("A", order="71", born=None)
    assert verdict(claim, book_of(claim)).due_on == day("114-05-30")


def test_a_second_stage_thirty_days_off_comes_near_and_one_day_more_does_not() -> None:
    claim = a_claim("A", order="23", visit=day("114-05-10"))
    for days, near in ((30, 1), (31, 0)):
        row = a_result(
            visit=day("114-01-10"), stage2=day("114-05-10") - days, filled=("stage1", "stage2")
        )
        assert len(verdict(claim, book_of(claim, row)).nearest) == near


def test_an_edit_that_changes_nothing_is_done_and_names_the_version_there_is() -> None:
    row = a_result("R")
    book = book_of(row)
    after, taken = edit_result(book, row, row.result_id, 1, CAUSE)
    assert after == book
    assert (taken.outcome, taken.code, taken.stored) == ("done", "", book.results[0])


def test_a_person_id_is_printed_without_the_number() -> None:
    shown = repr(PersonId("A123456789", "OK", "citizen"))
    assert shown.startswith("PersonId(A12") and "3456789" not in shown


def test_a_row_of_the_day_has_the_key_of_a_first_stage_and_of_no_other_day() -> None:
    for order in ("21", "22"):
        claim, row = a_claim("A", order=order), a_result("R")
        evidence = Evidence(book_of(claim, row), "adult")
        assert answers_key(claim, row, evidence)
        other = a_result("S", visit=day("114-03-11"))
        assert not answers_key(claim, other, evidence)


def test_a_row_goes_on_with_its_dates() -> None:
    row = check("adult")
    item = UploadItem(1, "row", "", "", 0, "", ())
    sent = reduced("adult", item, "S1:1", row, "hash", b"sealed", "key-1")
    dates = (sent.birth_date, sent.visit_date, sent.stage2_date)
    assert dates == tuple(row.days[name] for name in ("birth_date", "stage1_date", "stage2_date"))
