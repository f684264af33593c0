"""Rulings and flags that no other table shows alone (docs/traceability.md points here)."""

import pytest

from claims import states
from claims.case_events import Publisher, case_changed, event_id_of, views_of
from claims.events import CaseChanged, NeedsNote
from claims.joining import join
from claims.settling import Cause
from tests.support.judge import FACILITY, Story, day, played

PUBLISHER = Publisher(lambda person: "K", "P1", lambda text, bound: b"", "S1")
CLAIM = "114-04-05 claim A: 95 on 114-03-10"
DUE = "114-05-30 day closes"
OPENS = (
    "114-06-30 round L: oral from=114-01-01 to=114-06-30 until=114-09-30 paper=114-10-15",
    "114-09-30 day closes",
)
LISTED = f"{CLAIM};{DUE};{OPENS[0]}"
POSITIVE = "oral on 114-03-10 result_sign=1"
NOTED = f"{CLAIM};114-04-06 row R: {POSITIVE} payer=2;{DUE};{OPENS[0]};114-07-01 note A: lost"


def entry(story: Story) -> CaseChanged:
    return case_changed(story.journal[-1], FACILITY, PUBLISHER)


def test_an_entry_names_its_round_and_both_of_its_deadlines() -> None:
    """R-3; correction.md section 1: the day for corrections, and the day of the last postmark."""
    waiting = entry(played(CLAIM))
    assert (waiting.round_id, waiting.due_on, waiting.paper_due_on) == ("", day("114-05-30"), None)
    listed = entry(played(LISTED))
    assert (listed.round_id, listed.due_on) == ("L", day("114-09-30"))
    assert listed.paper_due_on == day("114-10-15")


def test_a_step_is_named_by_its_case_and_its_number() -> None:
    first, second = (case_changed(step, FACILITY, PUBLISHER) for step in played(NOTED).journal[:2])
    assert first.event_id == event_id_of(first.case_id, 1) != second.event_id
    assert second.event_id == event_id_of(first.case_id, 2)


def test_the_open_states_are_seven() -> None:
    """R-5."""
    waiting, listed = ["pending", "pending_error"], ["open_missing", "open_error"]
    assert sorted(states.OPEN) == sorted([*waiting, "late", *listed, "noted", "overdue"])


def test_a_round_lists_what_is_late_when_it_opens_and_nothing_else() -> None:
    """R-4: neither what is not due yet, nor what is claimed later, nor what has no usable key."""
    opens = "114-05-15 round L: child from=114-01-01 to=114-06-30 until=114-09-30"
    claims = (
        "114-04-05 claim A: 71 on 114-02-10 born=114-01-01",
        "114-04-05 claim B: 72 on 114-03-10 born=114-01-01",
        "114-04-05 claim C: 73 on 114-02-10 born=",
        "114-05-14 day closes",
    )
    story = played(";".join((*claims, opens, "114-05-16 claim D: 75 on 114-02-10 born=114-01-01")))
    assert [head.state for head in story.book.heads] == [
        *("open_missing", "pending", "invalid", "late")
    ]
    later = "114-06-01 round M: child from=114-01-01 to=114-06-30 until=114-10-31"
    story.step(day("114-05-30"), "day closes")
    story.step(day("114-06-01"), later.partition(" ")[2])
    named = [head.standing and head.standing.listing for head in story.book.heads]
    assert [listing and listing.round_id for listing in named] == ["L", "M", None, "M"]


@pytest.mark.parametrize(
    ("received", "state"),
    [("114-09-30", "matched"), ("114-10-01", "overdue")],
)
def test_an_alias_ends_an_overdue_case_when_the_result_came_in_time(
    received: str, state: str
) -> None:
    """R-7; the result was uploaded under the old number, and the case is overdue by then."""
    opens, over = OPENS[0].replace("oral", "child"), OPENS[1]
    row = f"{received} row R: child on 114-03-10 order=71 born=114-02-01 person_id=B123456780"
    around = f"{row};{over}" if received == "114-09-30" else f"{over};{row}"
    after = "114-10-02 day closes;114-10-03 withdraw X"  # a command meets a book that is up to date
    claim = "114-04-05 claim A: 71 on 114-03-10 born=114-02-01"
    claimed = played(f"{claim};{DUE};{opens};{over};{after}").book
    uploaded = played(f"{DUE};{opens};{around};{after}").book
    assert claimed.heads[0].state == "overdue"
    book, told = join((claimed, uploaded), Cause(day("114-10-03"), "person-aliased/1"))
    assert book.heads[0].state == state
    hints = [hint.code for hint in told[-1].hints]
    assert ("LATE_CORRECTION" in hints) == (state == "overdue")


def test_a_noted_case_matches_only_while_its_round_is_open() -> None:
    """R-8; afterwards the note waits for its review, and the result is a hint."""
    right = f"row R: {POSITIVE}"
    assert played(f"{NOTED};114-09-30 {right}").state_of("A") == "matched"
    story = played(f"{NOTED};{OPENS[1]};114-10-01 {right}")
    assert story.state_of("A").split()[0] == "noted"
    assert [hint.code for hint in story.journal[-1].hints] == ["LATE_CORRECTION"]


def test_a_wrong_result_may_be_there_before_its_claim() -> None:
    """R-9, row 4."""
    story = played(f"114-04-05 row R: {POSITIVE} payer=2;{CLAIM.replace('04-05', '04-06')}")
    step = story.journal[-1]
    assert (step.previous_state, step.change) == ("", "mismatch_found")
    assert step.head.state == "pending_error"


def test_a_positive_that_is_wrong_asks_for_a_note_when_it_comes_on_the_list() -> None:
    """R-9, row 10; R-34: neither before a list, nor once noted; a form when habits must change."""
    before = played(f"{CLAIM};114-04-06 row R: {POSITIVE} payer=2")
    assert before.state_of("A") == "pending_error PAYER_NOT_1"
    assert NeedsNote not in views_of(before.journal[-1])
    listed = played(f"{LISTED};114-07-01 row R: {POSITIVE} payer=2")
    assert listed.state_of("A") == "open_error PAYER_NOT_1 NOTE_REQUIRED"
    assert NeedsNote in views_of(listed.journal[-1]) and not entry(listed).form_required
    assert played(NOTED).state_of("A") == "noted PAYER_NOT_1"
    habits = played(f"{LISTED};114-07-01 row R: {POSITIVE} betel=0")
    assert habits.state_of("A").endswith(" NOTE_REQUIRED FORM_REQUIRED(betel,smoking)")
    assert entry(habits).form_required


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"{CLAIM};114-04-06 row R: {POSITIVE} payer=2", 0),
        (f"{CLAIM};{DUE}", 1),
        (LISTED, 1),
        (f"{LISTED};114-07-01 row R: {POSITIVE} payer=2", 2),
        (NOTED, 2),
        (f"{LISTED};{OPENS[1]}", 1),
        (f"{LISTED};114-07-01 row R: {POSITIVE}", 0),
        (f"{LISTED};{OPENS[1]};114-10-01 decide A: recovered", 0),
    ],
)
def test_the_system_status_is_shown_where_it_says_something(text: str, status: int) -> None:
    """R-10."""
    assert entry(played(text)).system_status == status


def test_a_matched_case_has_hints_and_no_reasons() -> None:
    """R-33."""
    (step,) = played(
        "114-04-05 row R: adult on 114-03-10;114-04-06 claim A: 21 on 114-03-10"
    ).journal
    assert (step.head.state, step.head.reasons, step.hints) == ("matched", (), ())
    young = "claim A: 21 on 114-03-10 born=090-05-05"
    story = played(f"114-04-05 {young};114-06-02 row R: adult on 114-03-10 born=090-05-05")
    head = story.journal[-1].head
    assert (head.state, head.reasons) == ("matched", ())
    assert [hint.code for hint in head.hints] == ["AGE_NOT_ELIGIBLE", "LATE_UPLOAD"]


@pytest.mark.parametrize("order", ["21", "95"])
def test_a_closed_facility_exempts_no_others_than_children_by_itself(order: str) -> None:
    """Row 22: for adult and oral cases the agency decides; until then it is a hint."""
    claim = f"114-04-05 claim A: {order} on 114-03-10;114-05-30 day closes"
    story = played(f"{claim};114-06-04 facility closes")
    assert story.state_of("A") == "late NOT_FOUND"
    assert [hint.code for hint in story.journal[-1].hints] == ["FACILITY_CLOSED"]
    story.step(day("114-06-05"), "exempt A")
    assert story.state_of("A").split()[0] == "exempt"
