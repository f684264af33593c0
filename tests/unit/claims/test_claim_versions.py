"""A case comes again with other lines, leaves for another person's book, and comes back."""

import pytest

from claims.book import Cause, Change, new_book, take_case, take_row, withdraw_claim
from claims.claim_facts import ClaimsTaken, receive, same_content, send_away
from claims.model import PLAIN, Book, Claim, Head, Result, with_
from tests.support.judge import FACILITY, a_claim, a_result, day

CAUSE = Cause(day("114-04-06"), "C")
FIRST, AGAIN, BEFORE = day("114-04-05"), day("114-04-09"), day("114-04-01")
KEY = a_claim(case="K").case_key


def line(name: str, order: str = "21", date: str = "114-03-10", **more: object) -> Claim:
    return a_claim(name, order=order, visit=day(date), case="K", **more)


def taken(book: Book, *lines: Claim, on: int = FIRST) -> tuple[Book, ClaimsTaken]:
    return take_case(book, KEY, tuple(with_(one, appl_date=on) for one in lines), on, CAUSE)


def a_book(*lines: Claim, row: Result | None = None) -> Book:
    book, _ = taken(new_book(FACILITY, ()), *lines)
    return book if row is None else take_row(book, row, CAUSE)[0]


def told(changes: tuple[Change, ...]) -> list[str]:
    return [f"{one.claim.claim_id[-1]} {one.change} {one.head.state}" for one in changes]


def stand(book: Book) -> list[str]:
    """``A late NOT_FOUND`` of every case."""
    return [
        " ".join([claim.claim_id[-1], head.state, *(reason.code for reason in head.reasons)])
        for claim, head in zip(book.claims, book.heads, strict=True)
    ]


A, B = line("A"), line("B", "23", "114-03-20")
OTHER_POINTS = with_(A, points="400")
AGAINST: tuple[tuple[tuple[Claim, ...], int, tuple[str, ...], list[str]], ...] = (
    # lines of the second version, and its date | what became of each | what was told
    ((A, B), FIRST, ("unchanged", "unchanged"), []),
    ((A, B), AGAIN, ("unchanged", "unchanged"), []),
    ((A,), FIRST, ("unchanged",), ["B claim_withdrawn withdrawn"]),
    ((A,), AGAIN, ("unchanged",), ["B claim_withdrawn withdrawn"]),
    ((OTHER_POINTS, B), FIRST, ("stored", "unchanged"), ["A claim_revised pending"]),
    ((B, OTHER_POINTS), AGAIN, ("unchanged", "stored"), ["A claim_revised pending"]),
    ((B, OTHER_POINTS), FIRST, ("unchanged", "stored"), ["A claim_revised pending"]),
    ((OTHER_POINTS, B), BEFORE, ("unchanged", "unchanged"), []),
    ((A, B, line("C", "22")), AGAIN, ("unchanged", "unchanged", "stored"),
     ["C claim_registered pending"]),
    # named twice in one file: the later line counts
    ((A, B, line("C", "95"), line("C", "22")), AGAIN,
     ("unchanged", "unchanged", "stored", "stored"), ["C claim_registered pending"]),
)  # fmt: skip


@pytest.mark.parametrize(("lines", "on", "outcomes", "changes"), AGAINST)
def test_a_version_changes_what_it_says_anew(
    lines: tuple[Claim, ...], on: int, outcomes: tuple[str, ...], changes: list[str]
) -> None:
    _, said = taken(a_book(A, B), *lines, on=on)
    assert said.outcomes == outcomes
    assert [one for one in told(said.changes) if "hint_changed" not in one] == changes


def test_a_line_that_finds_its_result_is_matched_at_once() -> None:
    book, _ = take_row(new_book(FACILITY, ()), a_result(), CAUSE)
    _, said = taken(book, A, line("C", "95"))
    assert said.outcomes == ("matched", "stored")


@pytest.mark.parametrize(
    ("state", "after"),
    [
        ("withdrawn", "B withdrawn"),
        ("not_payable", "B not_payable"),
        ("recovered", "B recovered"),
        ("overdue", "B withdrawn"),
        ("matched", "B withdrawn"),
    ],
)
def test_a_line_that_is_gone_is_withdrawn_once_and_not_when_it_was_decided(
    state: str, after: str
) -> None:
    book = a_book(A, B)
    decision = state if state in ("not_payable", "recovered") else ""
    standing = None if not decision else with_(PLAIN, decision=decision)
    book = with_(book, heads=(book.heads[0], Head(state, 5, standing=standing)))
    after_, said = taken(book, A, on=AGAIN)
    gone = [one for one in told(said.changes) if one.startswith("B claim_withdrawn")]
    assert bool(gone) == (after == "B withdrawn" and state != "withdrawn")
    assert stand(after_)[1].split()[:2] == after.split()
    if gone:
        assert after_.heads[1].sequence == 6


def test_a_line_that_changes_its_programme_leaves_the_old_one_judged_again() -> None:
    """Its double was a duplicate until then."""
    other = a_claim("D", appl_date=AGAIN)
    book, _ = take_case(a_book(A), other.case_key, (other,), AGAIN, CAUSE)
    assert stand(book) == ["A pending NOT_FOUND", "D pending DUPLICATE_CLAIM"]
    book, _ = taken(book, line("A", "95"), on=AGAIN)
    assert stand(book) == ["A pending NOT_FOUND", "D pending NOT_FOUND"]


SAME = a_claim("A", rest="x", lab_facility_id="1")


@pytest.mark.parametrize(
    "change",
    [
        {"rest": "y"},
        {"visit_date": 1},
        {"order_code": "22"},
        {"person_id": "B123456780"},
        {"birth_date": 1},
        {"subject_birth_date": 1},
        {"points": "1"},
        {"newborn_mark": "1"},
        {"is_newborn": True},
        {"requirement": "stage2"},
        {"lab_facility_id": "2"},
        {"fee_month": 202501},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_a_clinic_claims_is_content(change: dict[str, object]) -> None:
    assert not same_content(SAME, with_(SAME, **change))
    assert not same_content(with_(SAME, **change), SAME)


def test_the_claim_date_and_the_file_are_none() -> None:
    assert same_content(SAME, with_(SAME, appl_date=1, record_id="S9:1", received_on=1))


def test_a_case_leaves_with_its_history_and_what_stays_is_judged_again() -> None:
    double = a_claim("D", appl_date=AGAIN)
    book, _ = take_case(a_book(A, line("B", "95")), double.case_key, (double,), AGAIN, CAUSE)
    book, _ = take_row(book, a_result(), CAUSE)
    assert stand(book) == ["A matched", "B pending NOT_FOUND", "D pending DUPLICATE_CLAIM"]
    heads = book.heads
    left, moved, changes = send_away(book, KEY, CAUSE)
    assert stand(left) == ["D matched"]
    assert told(changes) == ["D matched matched"]
    assert [head for _, head in moved.lines] == list(heads[:2])
    there = receive(a_book(), moved)
    assert (stand(there), there.heads) == (["A matched", "B pending NOT_FOUND"], heads[:2])
    back = receive(left, moved)
    assert stand(back) == ["D matched", "A matched", "B pending NOT_FOUND"]


def test_a_case_that_is_not_there_does_not_leave() -> None:
    book = a_book(A)
    left, moved, changes = send_away(book, "another", CAUSE)
    assert (left, moved.lines, changes) == (book, (), ())


@pytest.mark.parametrize(
    ("state", "decision", "code"),
    [
        ("not_payable", "not_payable", "WITHDRAW_NOT_ALLOWED"),
        ("recovered", "recovered", "WITHDRAW_NOT_ALLOWED"),
        ("withdrawn", "", ""),
    ],
)
def test_what_was_decided_or_taken_back_is_not_taken_back(
    state: str, decision: str, code: str
) -> None:
    book = with_(a_book(A), heads=(Head(state, 5, standing=with_(PLAIN, decision=decision)),))
    assert withdraw_claim(book, book.claims[0].claim_id, CAUSE) == (book, code, ())
    assert withdraw_claim(book, "another", CAUSE) == (book, "UNKNOWN_CASE", ())


def test_a_claim_taken_back_leaves_its_result_to_its_double() -> None:
    double = a_claim("D", appl_date=AGAIN)
    book, _ = take_case(a_book(A), double.case_key, (double,), AGAIN, CAUSE)
    book, _ = take_row(book, a_result(), CAUSE)
    book, code, changes = withdraw_claim(book, book.claims[0].claim_id, CAUSE)
    assert (code, stand(book)) == ("", ["A withdrawn", "D matched"])
    assert told(changes) == ["A claim_withdrawn withdrawn", "D matched matched"]
