"""The life of a claim as the region tells it: the rows of correction.md section 3, one by one.

The product is not asked here: the truth it is compared with must itself be right.
"""

from datetime import date

import pytest

from bench.region.dates import ENDED
from bench.region.life import Deed, Life, Moment, nothing, ok, walk, wrong
from bench.region.rounds import Round, round_of_month

MONTH = ENDED[0]
ORAL = round_of_month("oral", MONTH)
ADULT_CUT = round_of_month("adult", ENDED[8])


def _lived(*happenings: Moment | Deed, positive: bool = False, child: bool = False) -> Life:
    return _in(ORAL, MONTH.due, *happenings, positive=positive, child=child)


def _in(
    around: Round,
    due: date,
    *happenings: Moment | Deed,
    positive: bool = False,
    child: bool = False,
) -> Life:
    return walk(Life(due, positive, child, around), happenings)


MISSING = nothing(MONTH.claims)
WRONG = wrong(MONTH.results, "PAYER_NOT_1")
NOTE, REVIEW = Deed(ORAL.fix, "note"), ORAL.review


@pytest.mark.parametrize(
    ("happenings", "states"),
    [
        ((MISSING,), "pending late open_missing overdue"),
        ((MISSING, WRONG), "pending pending_error late open_error overdue"),
        ((MISSING, ok(MONTH.due)), "pending matched"),
        ((MISSING, ok(MONTH.after)), "pending late matched"),
        ((MISSING, ok(ORAL.add)), "pending late open_missing matched"),
        ((MISSING, ok(ORAL.last)), "pending late open_missing matched"),
        ((MISSING, ok(ORAL.after)), "pending late open_missing overdue"),
        (
            (MISSING, ok(ORAL.reopen, received=MONTH.results)),
            "pending late open_missing overdue matched",
        ),
        (
            (MISSING, Deed(ORAL.decide, "recovered"), Deed(ORAL.reverse, "reversed")),
            "pending late open_missing overdue recovered excused",
        ),
        (
            (MISSING, ok(ORAL.after), Deed(ORAL.reverse, "reversed")),
            "pending late open_missing overdue matched",
        ),
        ((MISSING, Deed(ORAL.fix, "exempt")), "pending late open_missing exempt"),
        ((MISSING, Deed(ORAL.fix, "moved")), "pending late open_missing late"),
    ],
)
def test_a_life_passes_these_states(happenings: tuple[Moment | Deed, ...], states: str) -> None:
    assert _lived(*happenings).path == states.split()


@pytest.mark.parametrize(
    ("deeds", "end"),
    [
        ((NOTE, Deed(REVIEW, "approved")), "excused"),
        ((NOTE, Deed(REVIEW, "refused")), "overdue"),
        ((NOTE,), "noted"),
        ((NOTE, Deed(ORAL.empty, "emptied")), "overdue"),
        ((NOTE, ok(ORAL.again)), "matched"),
        ((), "overdue"),
    ],
)
def test_a_positive_with_errors_ends(deeds: tuple[Moment | Deed, ...], end: str) -> None:
    life = _lived(MISSING, WRONG, *deeds, positive=True)
    assert life.path[-1] == end
    assert life.needed_note
    assert "NOTE_REQUIRED" in life.told


def test_a_note_is_never_required_of_a_negative() -> None:
    life = _lived(MISSING, WRONG)
    assert not life.needed_note
    assert "NOTE_REQUIRED" not in life.told


def test_a_form_is_required_when_the_habits_must_change() -> None:
    life = _lived(MISSING, wrong(MONTH.results, "HABIT_MISMATCH"), positive=True)
    assert "FORM_REQUIRED" in life.told
    assert "FORM_REQUIRED" not in _lived(MISSING, WRONG, positive=True).told


def test_a_round_that_is_ended_early_ends_on_that_day() -> None:
    month = ENDED[8]
    assert ADULT_CUT.cut is not None
    received = ADULT_CUT.cut
    matched = _in(ADULT_CUT, month.due, nothing(month.claims), ok(ADULT_CUT.form))
    late = _in(ADULT_CUT, month.due, nothing(month.claims), ok(ADULT_CUT.last))
    assert matched.path[-1] == "matched" and matched.ended == received
    assert late.path[-1] == "overdue"


def test_a_child_of_a_closed_facility_is_exempt_and_an_adult_is_not() -> None:
    closed = Deed(MONTH.late, "closed")
    assert _lived(MISSING, closed, child=True).path == ["pending", "late", "exempt"]
    assert _lived(MISSING, closed).path[-1] == "overdue"


def test_a_second_overdue_is_a_second_recovery() -> None:
    found = ok(ORAL.reopen, received=MONTH.results)
    life = _lived(MISSING, found, nothing(ORAL.reverse))
    assert life.orders == [["due", "reversed"], ["due"]]


def test_reasons_of_an_overdue_case_with_a_late_right_result() -> None:
    life = _lived(MISSING, ok(ORAL.after))
    assert life.reasons == ("LATE_UPLOAD",)
    assert life.events[-1] == "late_correction"
