"""What of a book is alone once its deadline has passed, and who finds whom at another facility."""

from itertools import permutations
from typing import Any

import pytest

from claims.alone import CLAIM, RESULT, Item, alone_in, result_days
from claims.book import Cause, catch_up, new_book, take_case, take_row
from claims.foreign_hints import with_hint
from claims.foreign_pairs import found_among, interval_broken
from claims.model import (
    DAY_CLOSED,
    ROUND_OPENED,
    Book,
    Elsewhere,
    Milestone,
    Result,
    Round,
    with_,
)
from claims.periods import roc_text
from tests.support.judge import FACILITY, a_claim, a_result, day

OTHER = "3501200099"
DUE = day("114-05-30")
VISIT = day("114-03-10")


def key_of(born: int) -> str:
    return f"key of {born}"


def book_of(*, claims: Any = (), results: Any = (), closed: int | None = DUE) -> Book:
    book = new_book(FACILITY, ())
    for claim in claims:
        cause = Cause(claim.received_on, claim.record_id)
        book, _ = take_case(book, claim.case_key, (claim,), claim.appl_date, cause)
    for row in results:
        book, _ = take_row(book, row, Cause(row.received_on, row.record_id))
    milestones = () if closed is None else (Milestone(DAY_CLOSED, closed, "day-closed"),)
    return catch_up(book, milestones)[0]


def alone(book: Book) -> list[tuple[str, str, str]]:
    return [(item.kind, item.requirement, item.birth_key) for _, item in found(book)]


def found(book: Book) -> list[tuple[str, Item]]:
    return list(alone_in(book, key_of).values())


def test_a_claim_without_a_result_is_alone_when_its_deadline_has_closed() -> None:
    assert alone(book_of(claims=[a_claim()], closed=DUE - 1)) == []
    assert alone(book_of(claims=[a_claim()])) == [(CLAIM, "stage1", "")]


def test_a_result_that_no_claim_asks_for_is_alone_when_its_deadline_has_closed() -> None:
    assert alone(book_of(results=[a_result()], closed=DUE - 1)) == []
    assert alone(book_of(results=[a_result()])) == [(RESULT, "stage1", "")]


def test_a_pair_is_not_alone_matched_or_not() -> None:
    for wrong in ((), ("hdl",)):
        assert alone(book_of(claims=[a_claim()], results=[a_result(missing=wrong)])) == []


def test_the_second_claim_of_a_service_is_a_duplicate_and_not_alone() -> None:
    book = book_of(claims=[a_claim("A"), a_claim("B")], results=[a_result()])
    assert alone(book) == []


def test_of_two_claims_for_one_service_the_holder_is_alone() -> None:
    book = book_of(claims=[a_claim("A"), a_claim("B")])
    assert [item.item_id for _, item in found(book)] == [a_claim("A").claim_id]


def test_a_child_carries_a_hash_of_its_birth_date_and_an_adult_row_its_facets() -> None:
    child = a_result("R", "child", order="71")
    row = a_result("S", "adult", stage2=day("114-03-17"), filled=("stage1", "stage2"), hbsag="0")
    born = key_of(day("060-05-05"))
    assert alone(book_of(results=[child])) == [(RESULT, "visit", born)]
    (item,) = [item for _, item in found(book_of(results=[row]))]
    assert item.requirement.split(",")[:2] == ["stage1", "stage2"]
    assert item.second_date == day("114-03-17")


LATER = a_claim("L", visit=day("114-04-10"))


@pytest.mark.parametrize(
    ("claims", "rows", "items"),
    [
        # what is due in the same book, and what is not yet
        ([a_claim("A"), LATER], [], ["A"]),
        ([LATER, a_claim("A")], [], ["A"]),
        # a duplicate, and one without a date, before one that is alone
        ([a_claim("A"), a_claim("B"), a_claim("C", order="95")], [], ["A", "C"]),
        ([a_claim("A", visit=None), a_claim("C", order="95")], [], ["C"]),
        # a result that is asked for, before one that is not
        ([a_claim("A")], [a_result("R"), a_result("S", visit=day("114-03-20"))], ["S"]),
        ([], [a_result("S", visit=day("114-04-10")), a_result("T", "oral")], ["T"]),
    ],
)
def test_each_is_looked_at_by_itself(claims: Any, rows: Any, items: list[str]) -> None:
    ids = {one.claim_id: one.claim_id[-1] for one in claims}
    ids |= {one.result_id: one.result_id[1] for one in rows}
    assert [ids[item.item_id] for _, item in found(book_of(claims=claims, results=rows))] == items


def test_a_claim_stays_alone_on_a_list_and_when_its_round_is_over() -> None:
    listing = Round("L", "adult", day("114-01-01"), day("114-06-30"), day("114-09-30"), None, DUE)
    opened = Milestone(ROUND_OPENED, DUE, "round-opened", listing)
    late = book_of(claims=[a_claim()])
    listed, _ = catch_up(late, (Milestone(DAY_CLOSED, DUE, "day-closed"), opened))
    over, _ = catch_up(
        listed,
        (
            Milestone(DAY_CLOSED, DUE, "day-closed"),
            opened,
            Milestone(DAY_CLOSED, day("114-09-30"), "day-closed"),
        ),
    )
    assert [book.heads[0].state for book in (late, listed, over)] == [
        "late",
        "open_missing",
        "overdue",
    ]
    for book in (late, listed, over):
        assert alone(book) == [("claim", "stage1", "")]


@pytest.mark.parametrize(
    ("row", "facets"),
    [
        (a_result("R", "oral"), "screen"),
        (a_result("R", "child", order="71"), "visit"),
        (a_result("R", filled=("hbsag",), bc_history="3"), "bc"),
        (a_result("R", filled=("stage1", "hbsag")), "stage1,bc"),
        (
            a_result("R", filled=("stage1", "stage2", "anti_hcv"), stage2=VISIT + 7),
            "stage1,stage2,bc",
        ),
    ],
)
def test_a_result_that_is_alone_says_what_it_answers(row: Result, facets: str) -> None:
    assert [(kind, said) for kind, said, _ in alone(book_of(results=[row]))] == [("result", facets)]


@pytest.mark.parametrize(
    ("claims", "rows", "closed", "days"),
    [
        ([], [], None, []),
        ([], [a_result()], None, [DUE]),
        ([], [a_result()], DUE - 1, [DUE]),
        ([], [a_result()], DUE, []),  # it has passed
        ([a_claim()], [a_result()], None, []),  # it answers a case
        ([a_claim()], [a_result(missing=("hdl",))], None, [DUE]),
        ([], [a_result(), a_result("S", visit=day("114-04-10"))], None, [DUE, day("114-06-29")]),
        ([], [a_result(), a_result("S", visit=day("114-04-10"))], DUE, [day("114-06-29")]),
    ],
)
def test_a_book_is_looked_at_when_a_result_may_be_alone(
    claims: Any, rows: Any, closed: int | None, days: list[int]
) -> None:
    assert result_days(book_of(claims=claims, results=rows, closed=closed)) == days


def a_loose(kind: str, name: str, facility: str = FACILITY, **fields: Any) -> Item:
    values: dict[str, Any] = {
        "programme": "adult",
        "requirement": "stage1",
        "order_code": "21" if kind == CLAIM else "",
        "key_date": VISIT,
    }
    return Item(kind, facility, name, **values | fields)


def codes(*items: Item) -> list[tuple[str, str, str, str]]:
    return [(hint.case_id, hint.code, hint.found, hint.evidence) for hint in found_among(items)]


def test_a_result_of_that_day_at_another_facility_is_found() -> None:
    pair = a_loose(CLAIM, "A"), a_loose(RESULT, "R", OTHER)
    assert codes(*pair) == [("A", "FACILITY_MISMATCH", OTHER, "R")]
    (hint,) = found_among(pair)
    assert (hint.field, hint.expected, hint.facility_id) == ("facility_id", FACILITY, FACILITY)


@pytest.mark.parametrize(
    "result",
    [
        a_loose(RESULT, "R"),
        a_loose(CLAIM, "R", OTHER),
        a_loose(RESULT, "R", OTHER, key_date=VISIT + 1),
        a_loose(RESULT, "R", OTHER, programme="oral", requirement="screen"),
        a_loose(RESULT, "R", OTHER, requirement="bc"),
    ],
    ids=["same facility", "a claim", "a later day", "other programme", "other facet"],
)
def test_nothing_else_is_found(result: Item) -> None:
    assert codes(a_loose(CLAIM, "A"), result) == []


def test_stage_2_is_compared_with_the_second_date() -> None:
    claim = a_loose(CLAIM, "A", requirement="stage2", order_code="23", key_date=VISIT + 7)
    row = a_loose(RESULT, "R", OTHER, requirement="stage1,stage2", second_date=VISIT + 7)
    assert [code for _, code, _, _ in codes(claim, row)] == ["FACILITY_MISMATCH"]


@pytest.mark.parametrize(
    ("fields", "hints"),
    [
        ({}, ["FACILITY_MISMATCH"]),
        ({"birth_key": "another"}, []),
        ({"order_code": "72"}, []),
    ],
)
def test_a_childs_order_and_birth_date_must_agree(fields: dict[str, Any], hints: list[str]) -> None:
    child = {"programme": "child", "requirement": "visit", "order_code": "71", "birth_key": "b"}
    items = a_loose(CLAIM, "A", **child), a_loose(RESULT, "R", OTHER, **child | fields)
    assert [code for _, code, _, _ in codes(*items)] == hints


def test_an_earlier_check_elsewhere_is_a_hint_that_names_no_place() -> None:
    for kind in (CLAIM, RESULT):
        earlier = a_loose(kind, "Z", OTHER, key_date=day("112-12-31"))
        hints = [hint for hint in found_among((a_loose(CLAIM, "A"), earlier))]
        assert [(h.code, h.field, h.expected, h.found) for h in hints] == [
            ("INTERVAL_TOO_SHORT", "visit_date", "3 year", "1121231")
        ]
        assert OTHER not in repr([(h.expected, h.found) for h in hints])


def test_of_several_earlier_ones_the_newest_is_named() -> None:
    dates = [day("112-05-05"), day("113-02-02"), day("112-07-07")]
    earlier = [a_loose(RESULT, f"R{n}", OTHER, key_date=date) for n, date in enumerate(dates)]
    assert codes(a_loose(CLAIM, "A"), *earlier) == [
        ("A", "INTERVAL_TOO_SHORT", roc_text(dates[1]), "R1")
    ]


@pytest.mark.parametrize(
    ("order", "visit", "earlier", "rule"),
    [
        ("21", "114-01-01", "112-12-31", "3 year"),
        ("21", "114-12-31", "111-01-01", ""),
        ("22", "114-12-31", "114-01-01", "1 year"),
        ("22", "114-01-01", "113-12-31", ""),
        ("95", "114-01-01", "113-01-01", "2 year"),
        ("71", "114-03-10", "114-03-09", "once"),
        ("23", "114-03-10", "114-03-09", ""),
        ("ZZ", "114-03-10", "114-03-09", ""),
        # by age it is every year or every third: the earlier one breaks one way and not the other
        ("31", "114-03-10", "113-03-09", ""),
        ("31", "114-03-10", "114-03-09", "1 year"),
        # once a tooth; between two rules nobody knows (U-11)
        ("8A", "111-08-31", "111-08-01", "once"),
        ("8A", "111-09-01", "111-08-01", ""),
    ],
)
def test_intervals_of_the_table(order: str, visit: str, earlier: str, rule: str) -> None:
    assert interval_broken(order, day(visit), day(earlier)) == rule


CHILD = {"programme": "child", "requirement": "visit", "order_code": "71", "birth_key": "b"}


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ([{}], "Z0"),
        ([{"order_code": "72"}], None),
        ([{"order_code": "72"}, {}], "Z1"),
        # a brother, on the same parent's card
        ([{"birth_key": "another"}], None),
        ([{"birth_key": "another"}, {}], "Z1"),
        ([{"key_date": VISIT + 1}], None),
        ([{"key_date": VISIT}], None),
        ([{"key_date": VISIT + 1}, {"key_date": VISIT - 2}], "Z1"),
        # of one day the last by its id
        ([{}, {}], "Z1"),
    ],
)
def test_an_earlier_visit_of_a_child_is_of_its_own(
    earlier: list[dict[str, Any]], said: str | None
) -> None:
    before = [
        a_loose(CLAIM, f"Z{n}", OTHER, **CHILD | {"key_date": VISIT - 1} | fields)
        for n, fields in enumerate(earlier)
    ]
    hints = [hint for hint in codes(a_loose(CLAIM, "A", **CHILD), *before) if hint[0] == "A"]
    assert [(code, evidence) for _, code, _, evidence in hints] == (
        [] if said is None else [("INTERVAL_TOO_SHORT", said)]
    )


def test_enough_time_since_the_earlier_one_says_nothing() -> None:
    earlier = a_loose(RESULT, "Z", OTHER, key_date=day("111-12-31"))
    assert codes(a_loose(CLAIM, "A"), earlier) == []


def test_of_many_places_the_first_three_are_told() -> None:
    places = ["3501200077", "3501200055", "3501200066", "3501200088"]
    rows = [a_loose(RESULT, f"R{place}", place) for place in places]
    assert [found for _, _, found, _ in codes(a_loose(CLAIM, "A"), *rows)] == sorted(places)[:3]


def test_the_order_in_which_things_came_does_not_matter() -> None:
    items = (
        a_loose(CLAIM, "A"),
        a_loose(RESULT, "R", OTHER),
        a_loose(RESULT, "S", "3501200088"),
        a_loose(CLAIM, "Z", OTHER, key_date=VISIT - 200),
    )
    assert len({found_among(order) for order in permutations(items)}) == 1


def test_a_hint_takes_the_place_of_not_found_and_a_repeat_changes_nothing() -> None:
    claim = a_claim()
    book = book_of(claims=[claim])
    hint = Elsewhere(claim.claim_id, "FACILITY_MISMATCH", "facility_id", FACILITY, OTHER, "R")
    cause = Cause(DUE, "hint")
    known, changes = with_hint(book, hint, False, cause)
    (change,) = changes
    assert (change.head.state, [r.code for r in change.head.reasons]) == (
        "late", ["FACILITY_MISMATCH"],
    )  # fmt: skip
    assert with_hint(known, hint, False, cause) == (known, ())
    renamed = with_(hint, code="FACILITY_CODE_CHANGED")
    better, changes = with_hint(known, renamed, False, cause)
    assert [r.code for r in changes[0].head.reasons] == ["FACILITY_CODE_CHANGED"]
    back, changes = with_hint(better, hint, True, cause)
    assert back.elsewhere == () and [r.code for r in changes[0].head.reasons] == ["NOT_FOUND"]
    assert with_hint(back, hint, True, cause) == (back, ())


def test_an_interval_is_a_hint_beside_the_reason_and_an_unknown_claim_is_left_alone() -> None:
    claim = a_claim()
    book = book_of(claims=[claim])
    hint = Elsewhere(claim.claim_id, "INTERVAL_TOO_SHORT", "visit_date", "3 year", "1121231", "Z")
    known, changes = with_hint(book, hint, False, Cause(DUE, "hint"))
    assert [r.code for r in changes[0].head.reasons] == ["NOT_FOUND"]
    assert "INTERVAL_TOO_SHORT" in [r.code for r in changes[0].hints]
    stray = with_(hint, claim_id="of somebody else")
    assert with_hint(known, stray, False, Cause(DUE, "hint")) == (known, ())


def test_the_order_of_hints_does_not_matter() -> None:
    claim = a_claim()
    hints = [
        Elsewhere(claim.claim_id, "FACILITY_MISMATCH", "facility_id", FACILITY, place, "R" + place)
        for place in (OTHER, "3501200088")
    ]
    ends = set()
    for order in (hints, hints[::-1]):
        book = book_of(claims=[claim])
        for hint in order:
            book, _ = with_hint(book, hint, False, Cause(DUE, "hint"))
        ends.add(book.elsewhere)
    assert len(ends) == 1
