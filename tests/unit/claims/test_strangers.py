"""Another person's result near a claim: what counts as near, what is told, what is proven."""

from typing import Any

import pytest

from claims.model import Book, Claim, Result, Stranger, with_
from claims.rules.evidence import Evidence
from claims.settling import Cause
from claims.stranger_facts import with_strangers
from claims.strangers import (
    PERSONS_SWAPPED,
    exchange_matches,
    likely_strangers,
    near_stranger,
    strangers_near,
    swapped_hint,
)
from claims.unanswered import ALL_ANSWERED, place_of, places_near, unanswered_of
from tests.support.judge import FACILITY, Story, a_claim, a_result, day

TYPO = "A123456780"
FAR = "B223456782"
CAUSE = Cause(day("114-04-06"), "S9:1")


def codes(claim: Claim, row: Result) -> list[tuple[str, str]] | None:
    near = near_stranger(claim, row)
    return None if near is None else [(reason.code, reason.field) for reason in near.reasons]


ID = ("ID_MISMATCH", "person_id")


@pytest.mark.parametrize(
    ("claim", "row", "expected"),
    [
        ({}, {"person_id": TYPO}, [ID]),
        ({}, {"person_id": FAR}, None),
        ({}, {"person_id": TYPO, "visit": day("114-03-11")}, None),
        (
            {},
            {"person_id": TYPO, "born": day("060-05-06")},
            [ID, ("BIRTH_MISMATCH", "birth_date")],
        ),
        ({"born": None}, {"person_id": TYPO}, [ID]),
        ({"order": "23"}, {"person_id": TYPO}, None),
        ({"order": "23"}, {"person_id": TYPO, "stage2": day("114-03-10")}, [ID]),
        ({"order": "L1001C"}, {"person_id": TYPO, "filled": ("stage1", "hbsag")}, [ID]),
        ({"order": "L1001C"}, {"person_id": TYPO, "filled": ("stage1",)}, None),
        (
            {"person_id": "AB23456789"},
            {"person_id": "F912345678"},
            [("ID_OLD_NEW", "person_id")],
        ),
        ({"person_id": "AB23456789", "born": None}, {"person_id": "F912345678"}, None),
        ({"person_id": "AB23456789", "birth_date": 1}, {"person_id": "F912345678"}, None),
    ],
)
def test_an_adult_row_of_another_id_comes_near(
    claim: dict[str, Any], row: dict[str, Any], expected: list[tuple[str, str]] | None
) -> None:
    assert codes(a_claim(**claim), a_result("R", "adult", **row)) == expected


@pytest.mark.parametrize(
    ("claim", "row", "expected"),
    [
        ({}, {}, [ID]),
        ({}, {"order": "72"}, [ID, ("CODE_MISMATCH", "order_code")]),
        ({}, {"born": day("060-05-06")}, [ID, ("BIRTH_MISMATCH", "birth_date")]),
        ({}, {"order": "72", "born": day("060-05-06")}, None),
        ({}, {"visit": day("114-04-09")}, [ID, ("DATE_MISMATCH", "visit_date")]),
        ({}, {"visit": day("114-04-10")}, None),
        ({}, {"visit": day("114-03-11"), "order": "72"}, None),
        ({}, {"visit": day("114-03-11"), "born": day("060-05-06")}, None),
        ({"is_newborn": True, "newborn_mark": "2"}, {}, None),
        ({"is_newborn": True, "newborn_mark": "2"}, {"mark": "2"}, [ID]),
        ({"is_newborn": True}, {"mark": "1"}, [ID]),
        (
            {"person_id": "AB23456789", "birth_date": day("080-01-01")},
            {"person_id": "F912345678"},
            [("ID_OLD_NEW", "person_id")],
        ),
    ],
)
def test_a_child_row_of_another_id_needs_two_of_code_date_and_birth_date(
    claim: dict[str, Any], row: dict[str, Any], expected: list[tuple[str, str]] | None
) -> None:
    fields = {"order": "71", "person_id": TYPO} | row
    assert codes(a_claim(order="71", **claim), a_result("R", "child", **fields)) == expected


def test_an_oral_row_says_nothing_of_births_and_programmes_do_not_mix() -> None:
    oral = a_result("R", "oral", person_id=TYPO, born=day("060-05-06"))
    assert codes(a_claim(order="95"), oral) == [ID]
    assert codes(a_claim(order="21"), oral) is None


def test_both_ids_are_shown_masked() -> None:
    near = near_stranger(a_claim(), a_result(person_id=TYPO))
    assert near is not None
    assert (near.reasons[0].expected, near.reasons[0].found) == ("A1234*****", "A1234*****")


def test_the_three_likeliest_are_kept() -> None:
    born = day("060-05-06")
    rows = [
        a_result(f"R{at}", person_id=f"A12345678{at}", born=born if at < 3 else day("060-05-05"))
        for at in range(5)
    ]
    kept = likely_strangers(a_claim(), rows)
    assert [one.result.result_id for one in kept] == ["SR3:1", "SR4:1", "SR0:1"]
    assert {one.code for one in kept} == {"ID_MISMATCH"}


def test_of_likely_rows_of_a_child_the_nearer_day_goes_first() -> None:
    rows = [
        a_result(name, "child", order="71", person_id=TYPO, visit=day(visit))
        for name, visit in (("FAR", "114-02-28"), ("NEAR", "114-03-12"))
    ]
    kept = likely_strangers(a_claim(order="71"), rows)
    assert [one.result.result_id for one in kept] == ["SNEAR:1", "SFAR:1"]


def a_book(*lines: str) -> Book:
    story = Story()
    for line in lines:
        story.step(day("114-04-05"), line)
    return story.book


def test_a_stranger_stands_in_place_of_not_found_while_it_is_there() -> None:
    book = a_book("claim A: 21 on 114-03-10")
    stranger = Stranger(book.claims[0].claim_id, "ID_MISMATCH", a_result(person_id=TYPO))
    book, (change,) = with_strangers(book, (stranger,), CAUSE)
    assert [reason.code for reason in book.heads[0].reasons] == ["ID_MISMATCH"]
    assert (change.change, change.head.state) == ("mismatch_found", "pending")
    assert with_strangers(book, (stranger,), CAUSE) == (book, ())
    book, (change,) = with_strangers(book, (), CAUSE)
    assert [reason.code for reason in book.heads[0].reasons] == ["NOT_FOUND"]


def test_a_stranger_of_the_day_goes_before_an_own_row_of_another() -> None:
    book = a_book("claim A: 71 on 114-03-10", "row R: child on 114-03-20 order=71")
    assert [reason.code for reason in book.heads[0].reasons] == ["DATE_MISMATCH"]
    row = a_result("S", "child", order="71", person_id=TYPO)
    stranger = Stranger(book.claims[0].claim_id, "ID_MISMATCH", row)
    book, _ = with_strangers(book, (stranger,), CAUSE)
    assert [reason.code for reason in book.heads[0].reasons] == ["ID_MISMATCH"]


def test_a_stranger_of_one_case_leaves_the_others_alone() -> None:
    book = a_book("claim A: 21 on 114-03-10", "claim B: 95 on 114-03-10")
    first, second = (
        Stranger(claim.claim_id, "ID_MISMATCH", a_result("R", claim.programme, person_id=TYPO))
        for claim in book.claims
    )
    book, changes = with_strangers(book, (first,), CAUSE)
    assert [change.claim.claim_id for change in changes] == [first.claim_id]
    book, changes = with_strangers(book, (first, second), CAUSE)
    assert [change.claim.claim_id for change in changes] == [second.claim_id]


def test_a_stranger_that_no_longer_fits_is_not_told() -> None:
    """The claim came again with another date before the index looked."""
    book = a_book("claim A: 21 on 114-03-11")
    stranger = Stranger(book.claims[0].claim_id, "ID_MISMATCH", a_result(person_id=TYPO))
    book, changes = with_strangers(book, (stranger,), CAUSE)
    assert not strangers_near(book.claims[0], book, Evidence(book, "adult")) and not changes


def test_swapped_persons_are_a_hint_and_no_reason() -> None:
    book = a_book("claim A: 21 on 114-03-10")
    stranger = Stranger(book.claims[0].claim_id, PERSONS_SWAPPED, a_result(person_id=FAR))
    book, _ = with_strangers(book, (stranger,), CAUSE)
    claim = book.claims[0]
    (hint,) = swapped_hint(claim, book)
    assert (hint.code, hint.expected, hint.found) == (PERSONS_SWAPPED, "A1234*****", "B2234*****")
    assert [reason.code for reason in book.heads[0].reasons] == ["NOT_FOUND"]
    assert swapped_hint(a_claim("B"), book) == ()


def test_a_result_that_is_near_and_swapped_is_shown_once() -> None:
    book = a_book("claim A: 21 on 114-03-10")
    claim, row = book.claims[0], a_result(person_id=TYPO)
    both = tuple(Stranger(claim.claim_id, code, row) for code in ("ID_MISMATCH", PERSONS_SWAPPED))
    book, _ = with_strangers(book, both, CAUSE)
    assert len(strangers_near(claim, book, Evidence(book, "adult"))) == 1


def swap(mine: str, theirs: str, claim: str = "21", row: str = "adult") -> bool:
    """A claims day 10, B day 11; A has a result of day 11, B of day 10."""
    one = a_book(f"claim A: {claim} on 114-03-10", f"row R: {row} on 114-03-11 {mine}")
    two = a_book(
        f"claim B: {claim} on 114-03-11 born=070-01-01", f"row T: {row} on 114-03-10 {theirs}"
    )
    return exchange_matches(
        *(one, one.claims[0], one.results[0]), *(two, two.claims[0], two.results[0])
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("born=070-01-01", "born=060-05-05", True),
        ("born=060-05-05", "born=070-01-01", False),  # whole rows of the right persons
        ("born=070-01-01 missing=hdl", "born=060-05-05", False),
        ("born=", "born=", True),
    ],
)
def test_an_exchange_is_proven_when_both_claims_would_match(
    mine: str, theirs: str, expected: bool
) -> None:
    assert swap(mine, theirs) is expected


def test_an_exchange_of_children_must_agree_in_code_and_birth_date() -> None:
    right = "born=070-01-01 order=71", "born=060-05-05 order=71"
    assert swap(*right, claim="71", row="child")
    assert not swap(right[0], "born=060-05-05 order=72", claim="71", row="child")
    assert not swap("order=71", right[1], claim="71", row="child")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["claim A: 21 on 114-03-10"], {"adult 114-03-10": (1, 0, 0)}),
        (["claim A: 21 on 114-03-10", "row R: adult on 114-03-10"], {}),
        (["row R: adult on 114-03-10"], {"adult 114-03-10": (0, 1, 0)}),
        (
            ["row R: adult on 114-03-10 stage2=114-03-20"],
            {"adult 114-03-10": (0, 1, 0), "adult 114-03-20": (0, 1, 0)},
        ),
        (
            ["claim A: 21 on 114-03-10", "row R: adult on 114-03-10 stage2=114-03-20"],
            {},
        ),
        (["claim A: 21 on 114-03-10", "claim B: 21 on 114-03-10"], {"adult 114-03-10": (1, 0, 0)}),
        (
            ["claim A: 21 on 114-03-10", "row R: adult on 114-03-10 born=060-05-06"],
            {"adult 114-03-10": (0, 0, 1)},
        ),
        (["claim A: 21 on 114-03-10", "row R: adult on 114-03-10 missing=hdl"], {}),
        (
            ["claim A: 21 on 114-03-10", "row R: adult on 114-03-12"],
            {"adult 114-03-10": (1, 0, 0), "adult 114-03-12": (0, 1, 0)},
        ),
        (
            ["claim A: 21 on 114-03-10", "row R: adult on 114-03-12", "withdraw A"],
            {"adult 114-03-12": (0, 1, 0)},
        ),
        (
            ["claim A: 71 on 114-03-10", "row R: child on 114-03-10 order=72"],
            {"child 114-03-10": (1, 1, 0)},
        ),
        (["claim A: 71 on 114-03-10 born="], {}),
    ],
)
def test_open_claims_loose_results_and_crossed_pairs_by_day(
    lines: list[str], expected: dict[str, tuple[int, int, int]]
) -> None:
    found = unanswered_of(a_book(*lines))
    shown = {
        place: (len(parts.claims), len(parts.results), len(parts.crossed))
        for place, parts in found.items()
    }
    assert shown == {
        place_of(name.split()[0], day(name.split()[1])): counts for name, counts in expected.items()
    }


def test_a_place_is_a_day_and_for_children_a_block_with_its_neighbours() -> None:
    for adult in ("adult", "oral"):
        assert places_near(place_of(adult, 20157), 30) == ((adult, 20157),)
    for visit in range(20144, 20160):
        near = {start for _, start in places_near(place_of("child", visit), 30)}
        assert {place_of("child", visit + days)[1] for days in range(-30, 31)} <= near
        assert len(near) == 5


def test_a_late_claim_is_open_until_a_result_has_its_key() -> None:
    story = Story()
    story.step(day("114-04-05"), "claim A: 21 on 114-03-10")
    story.step(day("114-05-30"), "day closes")
    story.step(day("114-06-01"), "row T: adult on 114-03-12")
    found = unanswered_of(story.book)
    assert [len(parts.claims) for parts in found.values()] == [1, 0]
    story.step(day("114-06-02"), "row R: adult on 114-03-10 missing=hdl")
    assert story.state_of("A").startswith("late STAGE1_INCOMPLETE")
    found = unanswered_of(story.book)
    assert list(found) == [("adult", day("114-03-12"))]
    assert unanswered_of(Book(FACILITY)) is ALL_ANSWERED


OPEN_STATES = ("pending", "late", "open_missing", "overdue")
OTHER_STATES = (
    *("matched", "noted", "excused", "not_payable", "recovered", "exempt", "withdrawn", "invalid"),
)


@pytest.mark.parametrize("state", [*OPEN_STATES, *OTHER_STATES])
def test_a_claim_without_a_result_is_open_in_these_states_only(state: str) -> None:
    """With a result of another day in the book, and without one."""
    alone = a_book("claim A: 21 on 114-03-10")
    for book in (alone, a_book("claim A: 21 on 114-03-10", "row R: adult on 114-03-12")):
        head = with_(book.heads[0], state=state, result_id="")
        found = unanswered_of(with_(book, heads=(head,)))
        claims = [claim for parts in found.values() for claim in parts.claims]
        assert bool(claims) == (state in OPEN_STATES)


def test_a_duplicate_is_not_open_though_the_first_claim_is_exempt() -> None:
    book = a_book("claim A: 21 on 114-03-10", "claim B: 21 on 114-03-10")
    assert [reason.code for reason in book.heads[1].reasons] == ["DUPLICATE_CLAIM"]
    exempt = with_(book.heads[0], state="exempt")
    assert not unanswered_of(with_(book, heads=(exempt, book.heads[1])))
