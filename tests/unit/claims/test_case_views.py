"""An entry of the journal and the views that show it: matched, unmatched, needs_note."""

import pytest

from claims.case_events import (
    CASE_KINDS,
    CASE_VIEWS,
    Publisher,
    case_changed,
    clawback,
    event_id_of,
    views_of,
)
from claims.events import CaseChanged
from claims.foreign_hints import with_hint
from claims.model import Elsewhere, Head, Standing, Stranger, with_
from claims.recovery_events import Clawback
from claims.settling import Cause, Change, settle_all
from claims.verdicts import Verdict
from tests.support.judge import FACILITY, Story, a_claim, a_result, day

PUBLISHER = Publisher(
    lambda person: f"key of {person[-3:]}", "P1", lambda text, bound: text + bound.encode(), "S1"
)
ORDERS = {"oral": "95", "adult": "21", "child": "71"}


def a_change(programme: str, before: str, after: str) -> Change:
    """``open_error 1`` to ``noted 1``: states with the sign of the oral result."""
    was, _, old = before.partition(" ")
    now, _, new = after.partition(" ")
    head, earlier = Head(now, 5, sign=new), Head(was, 4, sign=old)
    claim, cause = a_claim(order=ORDERS[programme]), Cause(day("114-04-06"), "C")
    return Change(claim, was, "x", head, Verdict(now), (), cause, earlier)


@pytest.mark.parametrize(
    ("programme", "before", "after", "views"),
    [
        # nothing is wrong before the deadline
        ("adult", "", "pending", ""),
        ("adult", "pending", "pending_error", ""),
        ("adult", "pending", "withdrawn", ""),
        ("adult", "pending", "exempt", ""),
        # into a match and out of it, not within it
        ("adult", "pending", "matched", "matched"),
        ("adult", "matched", "pending_error", "matched"),
        ("adult", "matched", "matched", ""),
        # an exception comes, stays, goes
        ("adult", "pending", "late", "unmatched"),
        ("adult", "late", "open_missing", "unmatched"),
        ("adult", "open_error", "overdue", "unmatched"),
        ("adult", "overdue", "recovered", "unmatched"),
        ("adult", "open_missing", "matched", "matched unmatched"),
        ("adult", "matched", "late", "matched unmatched"),
        ("adult", "recovered", "excused", ""),
        # a positive with errors wants a note, from the deadline on
        ("oral", "late 1", "open_error 1", "unmatched needs_note"),
        ("oral", "pending_error 1", "late 1", "unmatched needs_note"),
        ("oral", "pending_error 1", "late 0", "unmatched"),
        ("oral", "pending 1", "pending_error 1", ""),
        ("oral", "open_error 0", "open_error 1", "unmatched needs_note"),
        ("oral", "open_error 1", "open_error 0", "unmatched needs_note"),
        ("oral", "open_error 1", "noted 1", "unmatched needs_note"),
        ("oral", "noted 1", "excused 1", "needs_note"),
        ("oral", "noted 1", "overdue 1", "unmatched needs_note"),
        ("oral", "noted 1", "matched 1", "matched needs_note"),
        ("oral", "late 1", "matched 1", "matched unmatched needs_note"),
        ("oral", "open_missing 1", "overdue 1", "unmatched"),
        ("oral", "pending 1", "matched 1", "matched"),
        # the sign is the oral programme's
        ("adult", "late 1", "open_error 1", "unmatched"),
    ],
)
def test_a_step_is_shown_where_it_belongs(
    programme: str, before: str, after: str, views: str
) -> None:
    names = {"Matched": "matched", "Unmatched": "unmatched", "NeedsNote": "needs_note"}
    first, *others = views_of(a_change(programme, before, after))
    assert first is CaseChanged
    assert " ".join(names[view.__name__] for view in others) == views


def test_the_views_are_four_and_the_recovery_stands_beside_them() -> None:
    assert [kind.__name__ for kind in CASE_VIEWS] == [
        "CaseChanged", "Matched", "Unmatched", "NeedsNote",
    ]  # fmt: skip
    assert (*CASE_VIEWS, Clawback) == CASE_KINDS


def test_an_event_is_named_after_its_case_and_step_and_the_same_in_every_release() -> None:
    """A repeated event changes nothing, whoever wrote it first."""
    assert event_id_of("3501200000/11403/1/A3/1/1", 4) == "7b72e619f77f310c805cf0b6ee0e3b45"
    assert clawed("decide A: recovered").event_id == "694d25ec4a777ee1f7515c778e6a829e"


CHILD = "71 on 114-03-10 born=114-02-01"
OVER = (
    "114-05-30 day closes; 114-06-30 round L: {} from=114-01-01 to=114-06-30 until=114-09-30"
    " paper=114-09-15; 114-09-30 day closes"
)


def played(text: str) -> Story:
    story = Story()
    for step in text.split("; "):
        when, _, what = step.partition(" ")
        story.step(day(when), what)
    return story


def clawed(last: str) -> Clawback:
    change = played(f"114-04-05 claim A: {CHILD}; {OVER.format('child')}; 114-10-02 {last}")
    entry = clawback(change.journal[-1], FACILITY, PUBLISHER)
    assert entry is not None
    return entry


def entry_of(text: str) -> CaseChanged:
    return case_changed(played(text).journal[-1], FACILITY, PUBLISHER)


def test_an_entry_names_the_recovery_while_it_lasts() -> None:
    told = played(
        f"114-04-05 claim A: {CHILD}; {OVER.format('child')}; 114-10-02 decide A: recovered;"
        " 114-10-03 reverse A: heard; 114-10-04 annotate A: LAB_NO_ACCESS"
    )
    entries = [case_changed(change, FACILITY, PUBLISHER) for change in told.journal]
    named = [(one.state, bool(one.order_id)) for one in entries]
    assert named == [
        ("pending", False),
        ("late", False),
        ("open_missing", False),
        ("overdue", True),
        ("recovered", True),
        ("excused", True),
        ("excused", False),
    ]
    assert len({one.order_id for one in entries if one.order_id}) == 1
    recovery = [clawback(change, FACILITY, PUBLISHER) for change in told.journal]
    assert [one.order_id for one in recovery if one] == [
        one.order_id for one in entries if one.order_id
    ]


@pytest.mark.parametrize(
    ("text", "round_id", "paper_on"),
    [
        (f"114-04-05 claim A: {CHILD}", "", None),
        (f"114-04-05 claim A: {CHILD}; 114-04-06 annotate A: LAB_NO_ACCESS", "", None),
        (f"114-04-05 claim A: {CHILD}; {OVER.format('child')}", "L", day("114-09-15")),
    ],
)
def test_an_entry_names_its_round_and_the_day_of_its_papers(
    text: str, round_id: str, paper_on: int | None
) -> None:
    entry = entry_of(text)
    assert (entry.round_id, entry.paper_due_on) == (round_id, paper_on)
    if round_id == "":
        assert clawback(a_change("child", "open_missing", "late"), FACILITY, PUBLISHER) is None


def test_a_decision_without_a_round_names_none() -> None:
    change = a_change("child", "open_missing", "overdue")
    head = with_(change.head, standing=Standing(order_id="O"))
    entry = clawback(with_(change, head=head), FACILITY, PUBLISHER)
    assert entry is not None and entry.round_id == ""


@pytest.mark.parametrize(("betel", "form"), [("0", True), ("2", False)])
def test_an_entry_asks_for_the_form_where_a_listed_positive_changes_its_habits(
    betel: str, form: bool
) -> None:
    row = f"oral on 114-03-10 payer=2 betel={betel} result_sign=1"
    listed = OVER.format("oral").rpartition("; ")[0]
    entry = entry_of(f"114-04-05 claim A: 95 on 114-03-10; 114-04-06 row R: {row}; {listed}")
    assert entry.form_required is form
    assert [step.action for step in entry.fix] == (["note", "form"] if form else ["note"])
    assert len(entry.shortest_fix) == len(entry.fix)


def test_where_nothing_helps_no_step_is_told() -> None:
    entry = entry_of(f"114-04-05 claim A: {CHILD}; {OVER.format('child')}")
    assert (entry.fix, entry.shortest_fix) == ((), ())


def test_a_right_row_that_came_too_late_is_shown_and_differs_in_nothing() -> None:
    entry = entry_of(
        f"114-04-05 claim A: 21 on 114-03-10; {OVER.format('adult')};"
        " 114-10-02 row R: adult on 114-03-10"
    )
    (near,) = entry.nearest
    assert (near.differs, [reason.code for reason in near.reasons]) == ((), ["LATE_UPLOAD"])


def test_of_a_newborn_its_own_birth_date_is_sealed() -> None:
    entry = entry_of("114-04-05 claim A: 71 on 114-03-10 born=080-05-05"
                     " subject_birth_date=114-02-01 is_newborn=yes")  # fmt: skip
    assert entry.birth_date_sealed == b"2025-02-01" + entry.event_id.encode()


def test_another_persons_number_is_shown_masked_and_the_own_not_at_all() -> None:
    story = played("114-04-05 claim A: 21 on 114-03-10")
    row = a_result("R", person_id="A123456780")
    found = Stranger(story.book.claims[0].claim_id, "ID_MISMATCH", row)
    _, (change,) = settle_all(with_(story.book, strangers=(found,)), Cause(1, "N"))
    (near,) = case_changed(change, FACILITY, PUBLISHER).nearest
    assert near.person_masked == "A1234*****"
    story.step(day("114-04-06"), "row R: adult on 114-03-11")
    (near,) = case_changed(story.journal[-1], FACILITY, PUBLISHER).nearest
    assert near.person_masked == ""


def test_what_was_found_elsewhere_is_told_with_its_proof() -> None:
    """A reason in place of NOT_FOUND names the other result; a hint that is gone names nothing."""
    story = Story()
    story.step(day("114-04-05"), "claim A: 21 on 114-03-10")
    (claim,) = story.book.claims
    hint = Elsewhere(
        claim.claim_id, "FACILITY_MISMATCH", "facility_id", FACILITY, "3501200077", "S7:1"
    )
    book, (told,) = with_hint(story.book, hint, False, Cause(day("114-04-06"), "H1"))
    assert case_changed(told, FACILITY, PUBLISHER).evidence == (claim.record_id, "S7:1")
    _, (gone,) = with_hint(book, hint, True, Cause(day("114-04-07"), "H2"))
    assert case_changed(gone, FACILITY, PUBLISHER).evidence == (claim.record_id,)
