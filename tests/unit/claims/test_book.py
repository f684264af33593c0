"""The book as a value: immutable, hidden, small; and what its functions refuse."""

import msgspec
import pytest

from claims.book import (
    Cause,
    catch_up,
    due_days,
    new_book,
    pass_milestone,
    remove_result,
    take_case,
    take_row,
)
from claims.model import DAY_CLOSED, Book, Milestone
from tests.support.judge import BORN, FACILITY, PERSON, a_claim, a_result, day

CAUSE = Cause(day("114-04-05"), "S:1")


def a_book(*, row: bool = True) -> Book:
    claim = a_claim()
    book, _ = take_case(new_book(FACILITY, ()), claim.case_key, (claim,), claim.appl_date, CAUSE)
    return take_row(book, a_result(), CAUSE)[0] if row else book


def test_taking_gives_a_new_book_and_leaves_the_old_one() -> None:
    """Undoing is dropping a reference."""
    before = a_book(row=False)
    copy = msgspec.msgpack.encode(before)
    after, _ = take_row(before, a_result(), CAUSE)
    assert after != before and msgspec.msgpack.encode(before) == copy


def test_a_book_comes_back_from_its_bytes() -> None:
    book = a_book()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(book), type=Book) == book


def test_no_text_of_a_book_names_anybody() -> None:
    book = a_book()
    for text in (repr(book), repr(book.claims[0]), repr(book.results[0]), str(book.heads)):
        assert PERSON not in text and str(day(BORN)) not in text


def test_removing_what_is_not_there_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        remove_result(a_book(), "S9:9", CAUSE)


def test_a_book_without_waiting_cases_passes_days_in_silence() -> None:
    days = [Milestone(DAY_CLOSED, day("114-05-30") + later) for later in range(100)]
    book, changes = catch_up(a_book(), days)
    assert (book.seen, book.closed_on, changes) == (100, days[-1].day, ())
    assert catch_up(book, days) == (book, ())


def test_a_missed_milestone_is_told_on_its_own_day() -> None:
    """The first closed day on which it was due, however late the book hears of it."""
    book = a_book(row=False)
    days = [
        Milestone(DAY_CLOSED, day("114-05-20") + 7 * week, f"day-closed/{week}")
        for week in range(10)
    ]
    late, changes = catch_up(book, days)
    assert [step.cause.day for step in changes] == [day("114-06-03")]
    assert [step.cause.id for step in changes] == ["day-closed/2"]
    by_hand = book
    for number, milestone in enumerate(days, 1):
        by_hand, _ = pass_milestone(by_hand, number, milestone)
    assert by_hand == late


def test_due_days_are_those_of_cases_without_a_match() -> None:
    assert due_days(a_book(row=False)) == {day("114-05-30")}
    assert due_days(a_book()) == set()
