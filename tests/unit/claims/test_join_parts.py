"""What a joined book takes from each side, and what each side gets back."""

from claims.book import Cause, new_book
from claims.joining import close_facility, join, split
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
    books = side(MINE, results=(row,)), side(THEIRS, results=(with_(row, version=3),))
    for both in (books, books[::-1]):
        book, _ = join(both, CAUSE)
        assert [one.version for one in book.results] == [3]


def test_a_facility_closed_twice_says_nothing_the_second_time() -> None:
    book, told = close_facility(side(MINE), 20200, CAUSE)
    assert told != ()
    assert close_facility(book, 20200, CAUSE) == (book, ())
