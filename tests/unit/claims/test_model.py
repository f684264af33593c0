"""What a book keeps: what its text may show, and what a record holds that says nothing more."""

import re

import pytest

from claims.model import (
    DAY_CLOSED,
    NO_HEAD,
    PLAIN,
    ROUND_CLOSED,
    ROUND_OPENED,
    RULES_CHANGED,
    Book,
    Claim,
    Head,
    Kept,
    Listing,
    Note,
    Reason,
    Standing,
    Step,
    Stranger,
    with_,
)
from tests.support.judge import PERSON, a_claim, a_result, day

LISTING = Listing("L", 20_000, 20_001, 20_002)
STEP = Step(4, 20_000, "unmatched", "open_missing", (Reason("NOT_FOUND"),))


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (a_claim(), "claim_id case_key record_id order_code requirement"),
        (a_result(), "result_id version record_id order_code"),
        (Reason("ID_MISMATCH", "person_id", PERSON, PERSON), "code field"),
        (Head("open_missing", 4, sign="1"), "state sequence result_id"),
        (STEP, "sequence state"),
        (Book("3501200000", claims=(a_claim(),)), "seen"),
        (Stranger("C", "ID_MISMATCH", a_result()), "claim_id code"),
        (Note("moved to another town", "C1", 20_000), ""),
        (Standing(LISTING, remark="said by phone"), ""),
        (LISTING, ""),
    ],
)
def test_a_text_of_what_is_kept_shows_harmless_fields_alone(kept: Kept, shown: str) -> None:
    text = repr(kept)
    assert text.startswith(f"{type(kept).__name__}(")
    assert set(re.findall(r"(\w+)=", text)) == set(shown.split())
    assert not any(secret in text for secret in (PERSON, str(day("060-05-05")), "moved", "phone"))


def test_a_case_to_which_nothing_was_done() -> None:
    assert (PLAIN.listing, PLAIN.note, PLAIN.form_received_on) == (None, None, None)
    assert (PLAIN.review, PLAIN.decision, PLAIN.remark, PLAIN.order_id) == ("", "", "", "")
    assert (PLAIN.exempt, PLAIN.annotations, PLAIN.chain) == (False, (), ())


def test_a_claim_that_has_no_case_yet() -> None:
    assert (NO_HEAD.state, NO_HEAD.sequence, NO_HEAD.result_id, NO_HEAD.sign) == ("", 0, "", "")
    assert (NO_HEAD.completed_on, NO_HEAD.is_late, NO_HEAD.standing) == (None, False, None)
    assert NO_HEAD.reasons == NO_HEAD.hints == NO_HEAD.waived == ()


def test_a_book_of_which_nothing_is_known_has_seen_nothing_and_no_day_is_closed() -> None:
    book = Book("3501200000")
    assert (book.seen, book.rules, book.facility_closed) == (0, "", None)
    assert book.closed_on < day("001-01-01")
    assert (*book.claims, *book.heads, *book.results, *book.indexed) == ()
    assert (*book.strangers, *book.elsewhere) == ()


def test_a_reason_without_a_field_shows_no_value() -> None:
    reason = Reason("NOT_FOUND")
    assert (reason.field, reason.expected, reason.found) == ("", "", "")


def test_an_upload_is_named_by_its_rows() -> None:
    assert a_result(record_id="S1:17").submission_id == "S1"
    assert a_result(record_id="P:2:17").submission_id == "P:2"


def test_a_line_whose_other_content_differs_is_another_line() -> None:
    claim: Claim = a_claim()
    assert claim.rest == "" and with_(claim, rest="d8=x") != claim


def test_milestones_lie_in_the_state_under_the_same_names_for_ever() -> None:
    kinds = (DAY_CLOSED, ROUND_OPENED, ROUND_CLOSED, RULES_CHANGED)
    assert kinds == ("day_closed", "round_opened", "round_closed", "rules_changed")
