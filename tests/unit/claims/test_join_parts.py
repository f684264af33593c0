"""What a joined book takes from each side, and what each side gets back."""

import pytest

from claims.book import Cause, new_book
from claims.joining import close_facility, join, split, told_of_alias
from claims.model import Book, Elsewhere, Head, Stranger, with_
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day

OTHER = "B123456780"
CAUSE = Cause(day("114-04-06"), "person-aliased/1")
MINE, THEIRS = a_claim("A", person_id=PERSON), a_claim("B", person_id=OTHER, order="95")


def side(claim: object, **more: object) -> Book:
    return with_(
        new_book(FACILITY, ()), claims=(claim,), heads=(Head("pending", 1),), rules="R1", **more
    )


def test_hints_of_neighbours_go_with_their_claim() -> None:
    near = a_result("N", person_id="C123456785")
    seen = (
        Stranger(MINE.claim_id, "ID_MISMATCH", near),
        Stranger(THEIRS.claim_id, "ID_OLD_NEW", near),
    )
    found = (
        Elsewhere(MINE.claim_id, "FACILITY_MISMATCH", "facility_id", "", "F", "E1"),
        Elsewhere(THEIRS.claim_id, "FACILITY_MISMATCH", "facility_id", "", "F", "E2"),
    )
    one = side(MINE, strangers=seen[:1], elsewhere=found[:1])
    other = side(THEIRS, strangers=seen[1:], elsewhere=found[1:])
    book, _ = join((one, other), CAUSE)
    assert (book.strangers, book.elsewhere) == (seen, found)
    parts = {group: part for group, part, _ in split(book, lambda who: who, CAUSE)}
    assert (parts[PERSON].strangers, parts[PERSON].elsewhere) == (seen[:1], found[:1])
    assert (parts[OTHER].strangers, parts[OTHER].elsewhere) == (seen[1:], found[1:])
    assert [claim.claim_id for claim in parts[OTHER].claims] == [THEIRS.claim_id]


def test_a_stranger_that_turns_out_to_be_the_same_person_is_none() -> None:
    row = a_result("R", person_id=OTHER)
    one = side(MINE, strangers=(Stranger(MINE.claim_id, "ID_MISMATCH", row),))
    book, _ = join((one, side(THEIRS, results=(row,))), CAUSE)
    assert book.strangers == ()


def test_the_older_rules_and_the_earlier_closure_hold() -> None:
    one = side(MINE, facility_closed=20200)
    other = with_(side(THEIRS, facility_closed=20100), rules="R0")
    book, _ = join((one, other), CAUSE)
    assert (book.rules, book.facility_closed) == ("R0", 20100)
    book, _ = join((one, with_(other, facility_closed=None)), CAUSE)
    assert book.facility_closed == 20200
    book, _ = join((side(MINE), side(THEIRS)), CAUSE)
    assert book.facility_closed is None


def test_of_a_case_in_both_books_the_longer_history_counts() -> None:
    older = side(MINE)
    newer = with_(older, heads=(Head("late", 7),))
    for books in ((older, newer), (newer, older)):
        book, _ = join(books, CAUSE)
        assert len(book.claims) == 1
        assert book.heads[0].sequence > 7


def test_of_a_result_in_both_books_the_newer_version_counts() -> None:
    row = a_result("R", person_id=PERSON)
    newer = with_(row, version=3)
    for mine, theirs in ((row, newer), (newer, row)):
        books = side(MINE, results=(mine,)), side(THEIRS, results=(theirs,))
        for both in (books, books[::-1]):
            book, _ = join(both, CAUSE)
            assert [one.version for one in book.results] == [3]


def test_a_joined_book_is_due_on_the_days_of_both_and_a_part_is_asked_anew() -> None:
    one, other = side(MINE, indexed=(20300, 20100)), side(THEIRS, indexed=(20100, 20200))
    book, _ = join((one, other), CAUSE)
    assert book.indexed == (20100, 20200, 20300)
    assert [part.indexed for _, part, _ in split(book, lambda who: who, CAUSE)] == [(), ()]


def test_a_book_of_one_person_is_not_split() -> None:
    book = side(MINE, indexed=(20100,))
    assert split(book, lambda who: who[:1], CAUSE) == [("A", book, ())]


def test_an_empty_book_may_be_joined() -> None:
    joined = [join(books, CAUSE)[0] for books in (
        (new_book(FACILITY, ()), side(MINE)), (side(MINE), new_book(FACILITY, ())),
    )]  # fmt: skip
    assert joined[0].claims == joined[1].claims == (MINE,)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("pending", True),
        ("late", True),
        ("open_error", True),
        ("overdue", True),
        ("exempt", False),
        ("excused", False),
        ("invalid", False),
    ],
)
def test_open_cases_are_told_of_the_alias(state: str, told: bool) -> None:
    """R-5: any open state; a case that is settled is not disturbed."""
    held = with_(side(MINE), heads=(Head(state, 4),))
    _, changes = told_of_alias(held, CAUSE)
    assert ("alias_added" in [one.change for one in changes]) is told


def test_books_at_different_milestones_are_not_joined() -> None:
    for behind in ({"seen": 1}, {"closed_on": 20100}):
        with pytest.raises(ValueError, match="up to date"):
            join((side(MINE), with_(side(THEIRS), **behind)), CAUSE)


def test_a_facility_closed_twice_says_nothing_the_second_time() -> None:
    book, told = close_facility(side(MINE), 20200, CAUSE)
    assert told != ()
    assert close_facility(book, 20200, CAUSE) == (book, ())
