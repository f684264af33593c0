"""Books joined under an alias and split again; closed facilities."""

from claims.book import Cause, new_book, take_case, take_row
from claims.joining import close_facility, join, split
from claims.model import Book, Claim, Result
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day

OTHER = "B123456780"
CAUSE = Cause(day("114-04-06"), "person-aliased/1")


def a_book(*facts: Claim | Result) -> Book:
    book = new_book(FACILITY, ())
    for fact in facts:
        cause = Cause(fact.received_on, fact.record_id)
        if isinstance(fact, Claim):
            book, _ = take_case(book, fact.case_key, (fact,), fact.appl_date, cause)
        else:
            book, _ = take_row(book, fact, cause)
    return book


def states(book: Book) -> dict[str, tuple[str, object]]:
    return {
        claim.claim_id: (head.state, head.reasons)
        for claim, head in zip(book.claims, book.heads, strict=True)
    }


CLAIM = a_claim("A", person_id=PERSON)
RESULT = a_result("R", person_id=OTHER)


def test_a_result_under_the_old_id_answers_the_claim_under_the_new_one() -> None:
    book, told = join((a_book(CLAIM), a_book(RESULT)), CAUSE)
    assert [head.state for head in book.heads] == ["matched"]
    assert [(each.change, each.head.state) for each in told] == [
        ("alias_added", "pending"),
        ("matched", "matched"),
    ]
    assert [each.head.sequence for each in told] == [2, 3]


def test_it_does_not_matter_which_book_comes_first() -> None:
    one, other = a_book(CLAIM), a_book(RESULT, a_claim("B", person_id=OTHER))
    assert join((one, other), CAUSE) == join((other, one), CAUSE)


def test_both_sides_keep_all_their_facts_and_two_claims_of_a_visit_are_duplicates() -> None:
    other = a_book(a_claim("B", person_id=OTHER), RESULT)
    book, _ = join((a_book(CLAIM, a_result("S", person_id=PERSON)), other), CAUSE)
    assert len(book.claims) == 2 and len(book.results) == 2
    codes = {reason.code for head in book.heads for reason in head.reasons}
    assert "DUPLICATE_CLAIM" in codes


def test_a_join_and_a_split_leave_the_books_as_if_never_joined() -> None:
    one, other = a_book(CLAIM, a_result("S", person_id=PERSON)), a_book(RESULT)
    joined, _ = join((one, other), CAUSE)
    parts = {group: book for group, book, _ in split(joined, lambda who: who, CAUSE)}
    assert states(parts[PERSON]) == states(one) and parts[PERSON].results == one.results
    assert states(parts[OTHER]) == states(other) and parts[OTHER].results == other.results


def test_what_matched_by_the_alias_alone_is_retracted_when_it_is_taken_back() -> None:
    joined, _ = join((a_book(CLAIM), a_book(RESULT)), CAUSE)
    told = [each for _, _, changes in split(joined, lambda who: who, CAUSE) for each in changes]
    assert [(each.change, each.head.state, each.head.sequence) for each in told] == [
        ("match_retracted", "pending", 4)
    ]


def test_a_fact_before_or_after_the_alias_leads_to_the_same_states() -> None:
    before, _ = join((a_book(CLAIM), a_book(RESULT)), CAUSE)
    after, _ = take_row(a_book(CLAIM), RESULT, CAUSE)
    assert states(before) == states(after) and before.results == after.results


def test_a_closed_facility_exempts_its_children_until_it_is_open_again() -> None:
    book = a_book(a_claim("K", programme="child"), CLAIM)
    closed, told = close_facility(book, day("114-05-01"), CAUSE)
    assert [each.change for each in told if each.claim.programme == "child"] == ["exempted"]
    assert close_facility(closed, day("114-05-01"), CAUSE) == (closed, ())
    opened, _ = close_facility(closed, None, CAUSE)
    assert states(opened) == states(book)
