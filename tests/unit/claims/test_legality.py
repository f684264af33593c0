"""Whether a result may be changed or deleted: the answer, and which cases are asked (R-6, R-24)."""

import pytest

from claims.legality import concerned, may_change, may_remove, off_the_list
from claims.model import Book, Result, with_
from claims.rounds import opened_rounds
from tests.support.judge import Story, a_claim, a_result, day

CHILD_ROW = "row R: child on 114-03-10 order=71 born=114-02-01"
CHILD = f"114-04-05 claim A: 71 on 114-03-10 born=114-02-01;114-04-06 {CHILD_ROW}"
ORAL = "114-04-05 claim A: 95 on 114-03-10;114-04-06 row R: oral on 114-03-10"
ROUND = "114-06-30 round L: {} from=114-01-01 to=114-06-30 until=114-09-30"


def played(text: str) -> Story:
    story = Story()
    for step in text.split(";"):
        when, _, what = step.strip().partition(" ")
        story.step(day(when), what)
    return story


def asked(text: str) -> tuple[Book, Result]:
    """The book after a story, and its first row."""
    book = played(text).book
    return book, book.results[0]


def test_a_free_row_may_be_changed_and_deleted_with_an_empty_answer() -> None:
    book, row = asked(CHILD)
    assert may_change(book, row, with_(row, missing=("sex",))) == ""
    assert may_remove(book, row) == ""


def test_an_oral_row_that_no_list_names_may_be_changed_with_an_empty_answer() -> None:
    book, row = asked(f"{ORAL} payer=2")
    assert may_change(book, row, with_(row, values=row.values | {"payer": "3"})) == ""


def test_an_oral_row_is_never_deleted_matched_or_not() -> None:
    for text in (ORAL, f"{ORAL} payer=2"):
        assert may_remove(*asked(text)) == "DELETE_NOT_ALLOWED"


def test_a_row_that_answered_a_round_that_is_over_stays_as_it_is() -> None:
    late = CHILD.replace("114-04-06", "114-07-01")
    listed = late.replace(";", f";114-05-30 day closes;{ROUND.format('child')};")
    book, row = asked(f"{listed};114-09-30 end L")
    assert may_change(book, row, with_(row, missing=("sex",))) == "ROUND_CLOSED"
    assert may_remove(book, row) == "ROUND_CLOSED"


def test_the_cases_of_a_row_are_those_of_its_programme_and_key() -> None:
    book, row = asked(
        "114-04-05 claim A: 71 on 114-03-10 born=114-02-01;"
        "114-04-05 claim B: 95 on 114-03-10;"
        "114-04-05 claim C: 71 on 114-03-11 born=114-02-01;"
        f"114-04-06 {CHILD_ROW}"
    )
    names = [one.claim.claim_id.rpartition("/")[2] for one in concerned(book, row)]
    assert names == ["A"]


def test_a_listed_positive_with_its_own_content_again_is_right_for_its_case() -> None:
    text = (
        "114-04-05 claim A: 95 on 114-03-10;"
        "114-04-06 row R: oral on 114-03-10 payer=2 result_sign=1;"
        f"114-05-30 day closes;{ROUND.format('oral')}"
    )
    book, row = asked(text)
    right = with_(row, values=row.values | {"payer": "1"})
    assert may_change(book, row, right) == ""
    assert may_change(book, row, with_(row, values=row.values | {"payer": "3"})) == (
        "EDIT_NOT_ALLOWED"
    )
    # Another person's number leads the row to another book: it cannot be right for this case.
    assert may_change(book, row, with_(right, person_id="A223456781")) == "EDIT_NOT_ALLOWED"


def test_of_two_claims_with_one_key_the_row_must_be_right_for_one() -> None:
    """R-12: which of them holds the match is not asked."""
    text = (
        "114-04-05 claim A: 95 on 114-03-10;"
        "114-04-05 claim B: 95 on 114-03-10 appl=114-04-09;"
        "114-04-06 row R: oral on 114-03-10 payer=2 result_sign=1;"
        f"114-05-30 day closes;{ROUND.format('oral')}"
    )
    book, row = asked(text)
    assert may_change(book, row, with_(row, values=row.values | {"payer": "1"})) == ""


def test_a_row_right_for_the_second_of_two_orders_is_taken() -> None:
    """97 asks for indigenous people, 95 does not; what was taken back counts no more."""
    text = (
        "114-04-05 claim A: 97 on 114-03-10;114-04-05 claim B: 95 on 114-03-10;"
        "114-04-05 withdraw B;114-04-05 claim C: 95 on 114-03-10;"
        "114-04-06 row R: oral on 114-03-10 payer=2 result_sign=1;"
        f"114-05-30 day closes;{ROUND.format('oral')}"
    )
    book, row = asked(text)
    assert may_change(book, row, with_(row, values=row.values | {"payer": "1"})) == ""


@pytest.mark.parametrize(
    ("programme", "visit", "is_off"),
    [
        ("oral", "114-03-11", True),  # of the period, and nobody claimed that day
        ("oral", "114-03-10", False),  # claimed
        ("oral", "113-12-31", False),  # before the period
        ("oral", "114-07-01", False),  # after it
        ("child", "114-03-11", False),  # children have no such list
    ],
)
def test_off_the_list_is_an_oral_row_of_the_period_that_nobody_claimed(
    programme: str, visit: str, is_off: bool
) -> None:
    story = played(f"114-04-05 claim A: 95 on 114-03-10;{ROUND.format('oral')}")
    row = a_result(programme=programme, visit=day(visit))
    assert off_the_list(story.book, row, opened_rounds(story.milestones)) is is_off


def test_a_round_of_another_programme_lists_no_oral_case() -> None:
    story = played(f"114-04-05 claim A: 95 on 114-03-10;{ROUND.format('child')}")
    row = a_result(programme="oral", visit=day("114-03-11"))
    assert off_the_list(story.book, row, opened_rounds(story.milestones)) is False


def test_a_claim_taken_back_is_no_claim_of_that_day() -> None:
    story = played(
        f"114-04-05 claim A: 95 on 114-03-10;114-04-06 withdraw A;{ROUND.format('oral')}"
    )
    row = a_result(programme="oral", visit=a_claim("A").visit_date)
    assert off_the_list(story.book, row, opened_rounds(story.milestones)) is True
