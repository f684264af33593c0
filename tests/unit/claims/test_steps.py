"""One look at a book: which cases speak, in which order, and what a step keeps."""

import pytest

from claims.book import Cause, new_book, take_case
from claims.model import Book, Claim, Head, Reason, Result, Standing, with_
from claims.settling import Change, reopened, settle, settle_all, with_standing, withdrawn
from tests.support.judge import FACILITY, Story, a_claim, a_result, day

CAUSE = Cause(day("114-04-06"), "C")
CHILD = "71 on 114-03-10 born=114-02-01"
CHILD_ROW = "child on 114-03-10 order=71 born=114-02-01"


def played(text: str) -> Story:
    story = Story()
    for step in text.split("; "):
        when, _, what = step.partition(" ")
        story.step(day(when), what)
    return story


def told(changes: list[Change]) -> list[str]:
    return [f"{one.claim.claim_id[-1]} {one.change} {one.head.state}" for one in changes]


def test_what_passes_from_one_case_to_another_is_taken_back_first() -> None:
    """The claim that holds the result is sent again with a later claim date: its double holds it
    now, and stands before it in the book (R-12)."""
    story = played(
        "114-04-05 claim A: 21 on 114-03-10 appl=114-04-05;"
        " 114-04-05 claim B: 21 on 114-03-10 appl=114-04-01; 114-04-06 row R: adult on 114-03-10"
    )
    assert [head.state for head in story.book.heads] == ["pending", "matched"]
    before = len(story.journal)
    story.step(day("114-04-08"), "claim B: 21 on 114-03-10 appl=114-04-08")
    assert told(story.journal[before:]) == ["B match_retracted pending", "A matched matched"]


def test_a_sign_that_changes_is_told_though_the_reasons_stay() -> None:
    story = played(
        "114-04-05 claim A: 95 on 114-03-10; 114-04-06 row R: oral on 114-03-10 payer=2;"
        " 114-04-07 edit R: oral on 114-03-10 payer=2 result_sign=1"
    )
    last = story.journal[-1]
    assert (last.change, last.head.sign, last.before.sign) == ("mismatch_found", "1", "0")
    told_ = len(story.journal)
    story.step(day("114-04-08"), "edit R: oral on 114-03-10 payer=2 result_sign=1 smoking=1")
    assert len(story.journal) == told_  # neither state, reasons, hints nor sign: nothing is said


@pytest.mark.parametrize(
    ("first", "then", "late"),
    [("114-05-30", "114-06-04", False), ("114-06-02", "114-06-04", True)],
)
def test_a_case_that_stays_matched_keeps_whether_it_was_late_and_its_day(
    first: str, then: str, late: bool
) -> None:
    """R-3: the edit changes what is uploaded, not when the case was completed."""
    story = played(
        f"114-04-05 claim A: {CHILD}; {first} row R: {CHILD_ROW};"
        f" {then} edit R: {CHILD_ROW} weight=5; 114-06-05 annotate A: LAB_NO_ACCESS"
    )
    last = story.journal[-1]
    assert last.change != "matched"
    assert last.head.is_late is late
    assert last.head.completed_on == day(first)


def a_book(claim: Claim, row: Result, **head: object) -> Book:
    return with_(
        new_book(FACILITY, ()),
        claims=(claim,),
        heads=(with_(Head("matched", 3, result_id=row.result_id, completed_on=1), **head),),
        results=(row,),
    )


BLANK = Reason("STAGE1_INCOMPLETE", "hdl", "filled", "")


def test_what_a_change_of_rules_was_forgiven_stays_forgiven_with_the_same_result() -> None:
    """Row 28: rules alone undo no match."""
    book = a_book(a_claim(), a_result(missing=("hdl",)), waived=(BLANK,))
    assert settle(book, "adult", CAUSE).changes == ()
    closed, changes = settle_all(with_(book, facility_closed=20000), CAUSE)
    assert told(list(changes)) == ["A hint_changed matched"]
    assert closed.heads[0].waived == (BLANK,)
    # nothing else is forgiven, nor anything of another result
    worse = with_(book.results[0], missing=("hdl", "ldl"))
    (change,) = settle(with_(book, results=(worse,)), "adult", CAUSE).changes
    assert (change.change, change.head.waived) == ("match_retracted", ())
    better = with_(a_result("S"), result_id="another")
    (change,) = settle(with_(book, results=(better,)), "adult", CAUSE).changes
    assert (change.head.state, change.head.waived) == ("matched", ())


def test_a_claim_taken_back_is_one_step_further_and_keeps_what_was_done_to_it() -> None:
    standing = Standing(remark="heard")
    change = withdrawn(a_claim(), Head("pending", 7, standing=standing), CAUSE)
    assert (change.change, change.previous_state) == ("claim_withdrawn", "pending")
    assert change.head == Head("withdrawn", 8, standing=standing)


def test_a_recovery_keeps_its_id_from_step_to_step() -> None:
    story = played(
        f"114-04-05 claim A: {CHILD}; 114-05-30 day closes;"
        " 114-06-30 round L: child from=114-01-01 to=114-06-30 until=114-09-30;"
        " 114-09-30 day closes; 114-10-02 decide A: recovered"
    )
    ids = [one.head.standing.order_id for one in story.journal if one.head.standing]
    assert [bool(one) for one in ids] == [False, False, True, True]
    assert ids[2] == ids[3]


def test_new_rules_are_told_of_every_programme() -> None:
    book = new_book(FACILITY, ())
    for name, order in (("A", "21"), ("B", "95")):
        claim = a_claim(name, order=order)
        book, _ = take_case(book, claim.case_key, (claim,), claim.appl_date, CAUSE)
    doubted = with_(
        book, heads=tuple(with_(head, reasons=(Reason("UNKNOWN"),)) for head in book.heads)
    )
    after, changes = settle_all(doubted, CAUSE, "rule version changed")
    assert told(list(changes)) == ["A rule_changed pending", "B rule_changed pending"]
    assert [head.sequence for head in after.heads] == [head.sequence + 1 for head in book.heads]
    assert settle_all(after, CAUSE, "rule version changed") == (after, ())


def test_a_case_that_is_judged_afresh_remembers_its_match_and_nothing_else() -> None:
    head = Head("matched", 4, (BLANK,), "R", 9, True, (BLANK,), None, (BLANK,), "1")
    standing = Standing(remark="heard")
    assert reopened(head, standing) == Head("", 4, (), "R", 9, True, (), standing)


def test_what_is_done_to_one_case_leaves_the_others() -> None:
    heads = tuple(Head("pending", at) for at in range(3))
    book = with_(new_book(FACILITY, ()), heads=heads)
    standing = Standing(exempt=True)
    after = with_standing(book, 1, standing)
    assert after.heads == (heads[0], with_(heads[1], standing=standing), heads[2])
