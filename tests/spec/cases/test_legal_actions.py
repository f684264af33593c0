"""What a clinic may do, row by row of correction.md section 4, as a journal entry says it; and the
refusals that only a second look at a row finds (docs/traceability.md points here)."""

import pytest

from claims.case_events import Publisher, case_changed
from claims.legality import may_change, may_remove
from claims.model import with_
from claims.result_facts import may_delete, may_edit
from tests.support.judge import FACILITY, a_result, day, played

PUBLISHER = Publisher(lambda person: "K", "P1", lambda text, bound: b"", "S1")
BOTH = ("add_single", "add_batch")
DUE, OVER = "114-05-30 day closes", "114-09-30 day closes"
OPENS = "114-06-30 round L: {} from=114-01-01 to=114-06-30 until=114-09-30"
ORAL, ADULT, CHILD = (
    f"114-04-05 claim A: {claim};{DUE};{OPENS.format(programme)}"
    for programme, claim in (
        ("oral", "95 on 114-03-10"),
        ("adult", "21 on 114-03-10"),
        ("child", "71 on 114-03-10 born=114-02-01"),
    )
)
POSITIVE = "114-07-01 row R: oral on 114-03-10 result_sign=1"
EARLY = POSITIVE.replace("114-07-01", "114-04-06")
ADULT_ROW = "114-07-01 row R: adult on 114-03-10"
CHILD_ROW = "114-07-01 row R: child on 114-03-10 order=71 born=114-02-01"


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        (ORAL, (*BOTH, "withdraw")),
        (f"{ORAL};114-07-01 row R: oral on 114-03-10 payer=2", ("edit", "withdraw")),
        (f"{ORAL};{POSITIVE} payer=2", (*BOTH, "note", "withdraw")),
        (f"{ORAL};{POSITIVE} betel=0", (*BOTH, "note", "form", "withdraw")),
        (f"{ORAL};{POSITIVE} payer=2;114-07-02 note A: lost", (*BOTH, "note", "withdraw")),
        (f"{ORAL};{POSITIVE}", ()),
        (f"114-04-05 claim A: 95 on 114-03-10;{EARLY} payer=2", ("edit", "withdraw")),
        (f"{ORAL};{POSITIVE[:-1]}2 payer=2;{OVER}", (*BOTH, "withdraw")),
        (ADULT, (*BOTH, "withdraw")),
        (f"{ADULT};{ADULT_ROW} born=060-05-06", ("replace", "delete", "withdraw")),
        (
            f"{ADULT};{ADULT_ROW} missing=hdl",
            ("edit", "add_batch", "replace", "delete", "withdraw"),
        ),
        (f"{ADULT};{ADULT_ROW}", ("edit", "replace", "delete")),
        (CHILD, (*BOTH, "withdraw")),
        (f"{CHILD};{CHILD_ROW} missing=sex", ("edit", "delete", "withdraw")),
        (
            f"{CHILD};{CHILD_ROW.replace('03-10', '03-11')}",
            (*BOTH, "edit", "delete", "withdraw"),
        ),
        (f"{CHILD};114-07-01 facility closes", ()),
        (f"{ADULT};{OVER}", (*BOTH, "withdraw")),
        (f"{ADULT};{OVER};114-10-01 decide A: recovered", BOTH),
    ],
)
def test_a_row_of_the_table_of_legal_actions(text: str, actions: tuple[str, ...]) -> None:
    change = played(text).journal[-1]
    assert case_changed(change, FACILITY, PUBLISHER).allowed_actions == actions


@pytest.mark.parametrize("visit", ["114-01-31", "114-03-01"])
def test_a_round_lists_the_visits_of_its_period_and_no_others(visit: str) -> None:
    """Section 1; R-4. Both ends of the period are in it, other programmes are not."""
    story = played(
        "114-04-05 claim A: 95 on 114-02-01;114-04-05 claim B: 95 on 114-02-28;"
        f"114-04-05 claim C: 95 on {visit};114-04-05 claim D: 21 on 114-02-10;{DUE};"
        "114-06-30 round L: oral from=114-02-01 to=114-02-28 until=114-09-30"
    )
    states = [head.state for head in story.book.heads]
    assert states == ["open_missing", "open_missing", "late", "late"]


def test_a_deletion_names_the_version_it_saw() -> None:
    """An oral row is never deleted, whatever was seen of it (R-24)."""
    book = played(f"{CHILD_ROW};114-07-01 row S: oral on 114-03-10").book
    child, oral = book.results
    assert may_delete(book, child.result_id, 1) == ""
    assert may_delete(book, child.result_id, 2) == "VERSION_CONFLICT"
    assert may_delete(book, oral.result_id, 2) == "DELETE_NOT_ALLOWED"


def test_an_edit_stays_within_its_programme() -> None:
    book = played(CHILD_ROW).book
    row = book.results[0]
    other = a_result("S", "oral", visit=row.visit_date)
    assert may_edit(book, other, row.result_id, 1) == "EDIT_NOT_ALLOWED"
    assert may_edit(book, with_(row, content_hash="other"), row.result_id, 1) == ""


def test_a_row_that_one_closed_round_has_stays_though_another_case_waits() -> None:
    """R-6: one row answers the check, whose round is over, and a hepatitis line claimed since."""
    answered = f"{ADULT};{ADULT_ROW} filled=stage1;{OVER}"
    story = played(f"{answered};114-10-01 claim B: L1001C on 114-03-10")
    assert [head.state for head in story.book.heads] == ["matched", "late"]
    row = story.book.results[0]
    assert may_change(story.book, row, with_(row, missing=("hdl",))) == "ROUND_CLOSED"
    assert may_remove(story.book, row) == "ROUND_CLOSED"


@pytest.mark.parametrize(
    "text", [f"{ADULT};{ADULT_ROW}", f"{CHILD};{CHILD_ROW}", f"{ADULT};{OVER}", f"{CHILD};{OVER}"]
)
def test_adult_and_child_cases_have_no_notes_in_any_state(text: str) -> None:
    """Neither locked nor too late: there is no such function."""
    story = played(text)
    story.step(day("114-10-01"), "note A: lost")
    assert story.said["A"] == "refused NOTE_NOT_ALLOWED"
