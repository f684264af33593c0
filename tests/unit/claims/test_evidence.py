"""What the other claims and results of a book say about one claim."""

import pytest

from claims.model import NO_HEAD, Book, Claim, Head, with_
from claims.rules.evidence import (
    Evidence,
    newborn_mark,
    pair_code,
    precedence,
    usable,
    visit_key,
)
from tests.support.judge import FACILITY, a_claim, a_result, day

BORN = day("114-02-01")


def a_book(*claims: Claim, withdrawn: str = "") -> Book:
    """A book of claims; those whose letters are in ``withdrawn`` were taken back."""
    heads = (
        Head("withdrawn") if claim.claim_id.rpartition("/")[2] in withdrawn else NO_HEAD
        for claim in claims
    )
    return Book(FACILITY, claims=claims, heads=tuple(heads))


def names(claims: list[Claim]) -> str:
    return "".join(claim.claim_id.rpartition("/")[2] for claim in claims)


def on(name: str, order: str, date: str, **more: object) -> Claim:
    return a_claim(name, order=order, visit=day(date), **more)


@pytest.mark.parametrize(("first", "second"), [("21", "23"), ("22", "24"), ("25", "26"),
                                               ("27", "28"), ("3D", "3E")])  # fmt: skip
def test_stage_1_and_stage_2_are_a_pair(first: str, second: str) -> None:
    assert (pair_code(first), pair_code(second)) == (second, first)


def test_other_orders_have_no_pair() -> None:
    assert [pair_code(order) for order in ("L1001C", "71", "95", "ZZ")] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (a_claim(), True),
        (a_claim(born=None), True),  # no part of an adult key
        (a_claim(order="95", born=None), True),
        (a_claim(visit=None), False),
        (a_claim(person_id=""), False),
        (a_claim(order="71"), True),
        (a_claim(order="71", subject_birth_date=None), False),
    ],
)
def test_a_key_is_usable_when_its_fields_are_there(claim: Claim, said: bool) -> None:
    assert usable(claim) == said


def test_a_blank_mark_of_a_newborn_counts_as_the_first() -> None:
    assert [newborn_mark(mark) for mark in ("", "1", "2")] == ["1", "1", "2"]
    blank, first, second = (
        a_claim(order="71", is_newborn=True, subject_birth_date=BORN, newborn_mark=mark)
        for mark in ("", "1", "2")
    )
    assert visit_key(blank) == visit_key(first) != visit_key(second)
    sister = with_(first, subject_birth_date=BORN + 1)
    assert visit_key(first) != visit_key(sister)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # the earlier claim date, then the id with its numbers as numbers
        (a_claim("B", appl_date=1), a_claim("A", appl_date=2)),
        (a_claim("A"), a_claim("B")),
        (a_claim(claim_id="F/9/A"), a_claim(claim_id="F/10/A")),
        (a_claim(claim_id="F/9/A2"), a_claim(claim_id="F/9/A11")),
    ],
)
def test_of_two_claims_for_one_service_the_first_holds_it(first: Claim, second: Claim) -> None:
    assert precedence(first) < precedence(second)
    for claims in ((first, second), (second, first)):
        evidence = Evidence(a_book(*claims), "adult")
        assert (evidence.is_holder(first), evidence.is_holder(second)) == (True, False)


def test_a_service_is_told_by_its_order_and_day() -> None:
    claims = (on("A", "21", "114-03-10"), on("B", "22", "114-03-10"), on("C", "21", "114-03-11"))
    evidence = Evidence(a_book(*claims), "adult")
    assert [evidence.is_holder(claim) for claim in claims] == [True, True, True]


@pytest.mark.parametrize("count", range(9))
def test_however_many_rows_a_day_names_its_own(count: int) -> None:
    """Of two rows a day, in the order they came; a row without stage 2 has no second date."""
    rows = tuple(
        a_result(f"R{n}", visit=day("114-03-10") + n // 2, stage2=None if n % 3 else BORN + n // 6)
        for n in range(count)
    )
    child = a_result("K", "child", order="71", visit=day("114-03-10"))
    evidence = Evidence(Book(FACILITY, results=(child, *rows)), "adult")
    for date in range(day("114-03-09"), day("114-03-16")):
        assert list(evidence.dated(date)) == [row for row in rows if row.visit_date == date]
    for date in range(BORN - 1, BORN + 3):
        assert list(evidence.second(date)) == [row for row in rows if row.stage2_date == date]


OTHERS = (
    on("A", "21", "114-03-10"),
    on("B", "95", "114-03-10"),
    on("C", "71", "114-03-10", subject_birth_date=None),
    on("D", "71", "114-03-11"),
    on("E", "21", "114-03-12"),
)


@pytest.mark.parametrize(
    ("claims", "programme", "others"),
    [
        (OTHERS, "adult", "ABD"),  # C cannot be used, E was withdrawn
        (OTHERS, "oral", "ABD"),
        (OTHERS[:1] + OTHERS[4:], "adult", "A"),
        (OTHERS[1:3], "oral", "B"),
        ((), "adult", ""),
    ],
)
def test_others_are_the_live_claims_of_every_programme(
    claims: tuple[Claim, ...], programme: str, others: str
) -> None:
    assert names(list(Evidence(a_book(*claims, withdrawn="E"), programme).others)) == others


PAIRS = (
    # stage-1 claims of the book | the one that a stage-2 claim of 114-03-20 belongs to
    ((), ""),
    (("A 21 114-03-10",), "A"),
    (("A 21 114-03-20",), "A"),
    (("A 21 114-03-21",), ""),
    (("A 22 114-03-10",), ""),
    (("A 21 114-03-10", "B 21 114-03-15"), "B"),
    (("A 21 114-03-15", "B 21 114-03-10"), "A"),
    (("A 21 114-03-10", "B 21 114-03-21"), "A"),
    (("A 21 114-03-10", "W 21 114-03-15"), "A"),
    # of one day the first that came
    (("A 21 114-03-10", "B 21 114-03-10"), "A"),
)


@pytest.mark.parametrize(("firsts", "pair"), PAIRS)
def test_stage_2_belongs_to_the_newest_stage_1_not_after_it(
    firsts: tuple[str, ...], pair: str
) -> None:
    second = on("Z", "23", "114-03-20")
    claims = [on(*text.split()) for text in firsts]
    evidence = Evidence(a_book(second, *claims, withdrawn="W"), "adult")
    found = evidence.pair_claim(second)
    assert names([found] if found else []) == pair


@pytest.mark.parametrize(
    ("others", "with_adult", "has_stage2"),
    [
        ((), False, False),
        (("A 21 114-03-10",), True, False),
        (("A 21 114-03-11",), False, False),
        (("A 23 114-03-10",), False, False),  # a stage 2 without its stage 1
        (("A 21 114-03-10", "B 23 114-03-20"), True, True),
        (("B 23 114-03-20", "A 21 114-03-10"), True, True),
        (("A 21 114-03-11", "B 23 114-03-20"), False, False),
        (("A 21 114-03-10", "B 24 114-03-20"), True, False),
        (("A 21 114-03-10", "W 23 114-03-20"), True, False),
        # of two checks the stage 2 belongs to the later one
        (("A 21 114-03-10", "C 21 114-03-15", "B 23 114-03-20"), True, False),
        (("B 24 114-03-12", "A 21 114-03-10", "C 23 114-03-20"), True, True),
    ],
)
def test_a_hepatitis_claim_looks_at_the_check_of_its_day(
    others: tuple[str, ...], with_adult: bool, has_stage2: bool
) -> None:
    """R-16, R-21."""
    claim = on("Z", "L1001C", "114-03-10")
    claims = [on(*text.split()) for text in others]
    evidence = Evidence(a_book(claim, *claims, withdrawn="W"), "adult")
    assert (evidence.with_adult(claim), evidence.has_stage2(claim)) == (with_adult, has_stage2)


def test_live_claims_ask_for_the_keys_of_their_results() -> None:
    visit = day("114-03-10")
    assert Evidence(a_book(*OTHERS, withdrawn="E"), "adult").attached() == {("stage1", visit)}
    assert Evidence(a_book(*OTHERS), "oral").attached() == {("screen", visit)}
    own = a_claim("A", order="71", subject_birth_date=BORN)
    twins = [
        a_claim(name, order="72", subject_birth_date=BORN, is_newborn=True, newborn_mark=mark)
        for name, mark in (("B", ""), ("C", "2"))
    ]
    assert Evidence(a_book(own, *twins), "child").attached() == {
        ("71", visit, BORN),
        ("72", visit, BORN, "1"),
        ("72", visit, BORN, "2"),
    }


def test_a_claim_that_was_never_judged_counts() -> None:
    """A trial names claims without heads."""
    judged, fresh = on("A", "21", "114-03-10"), on("B", "22", "114-03-10")
    book = Book(FACILITY, claims=(judged, fresh), heads=(Head("withdrawn"),))
    assert names(Evidence(book, "adult").live) == "B"
