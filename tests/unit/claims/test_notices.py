"""The register of notices: what is told of which change, under which name, on which days."""

import pytest

from claims import states
from claims.notices import (
    AUDIENCES,
    BY_NAME,
    CHANGES_TOLD,
    KINDS,
    ORDER,
    Told,
    deadlines_to_tell,
    is_urgent,
    notice_id,
    round_of,
    told_of,
)
from claims.periods import from_iso
from claims.states import TRANSITIONS

TODAY = 20_000
LADDER = (14, 7, 3, 1)


# kind | 通知 | who hears it | while a case is | only the newest is right
REGISTER = """
correction_due | 補正期限將至 | claiming lab | open_missing open_error | yes
round_opened | 補正期開始 | claiming lab | open_missing open_error | yes
upload_due | 上傳期限將至 | claiming lab | pending pending_error | yes
import_refused | 上傳檔有退件 | claiming | | no
note_reviewed | 無法補登說明審核結果 | claiming | | no
case_overdue | 屆期仍未補正 | claiming | overdue | no
decision_made | 核付決定 | claiming | | no
daily_summary | 每日摘要 | agency | | yes
"""


def test_the_register_of_notices_in_the_order_of_a_digest() -> None:
    """issue 5, line-bot.md section 2. What can still be put right by a deadline comes first."""
    rows = [[cell.strip() for cell in line.split("|")] for line in REGISTER.split("\n")[1:-1]]
    assert [
        [kind.name, kind.zh, " ".join(kind.audiences), " ".join(kind.while_states), newest]
        for kind in KINDS
        for newest in ["yes" if kind.newest_only else "no"]
    ] == rows
    assert list(ORDER.items()) == [(row[0], number) for number, row in enumerate(rows)]
    assert {name for name, kind in BY_NAME.items() if not kind.counts_cases} == {
        "import_refused",
        "daily_summary",
    }


def test_what_is_told_of_a_change_and_how_long_it_stays_true() -> None:
    """A refusal stays true whatever the agency decides after it; a match ends it."""
    assert [(told.kind, told.subject, " ".join(told.while_states)) for told in CHANGES_TOLD] == [
        ("note_reviewed", "note_approved", "excused"),
        ("note_reviewed", "note_refused", "overdue not_payable recovered"),
        ("decision_made", "payment_denied", "not_payable"),
        ("decision_made", "recovery_ordered", "recovered"),
        ("decision_made", "decision_reversed", "matched excused"),
    ]
    assert told_of("correction_overdue", "open_missing", "overdue") == Told(
        "case_overdue", "", ("overdue",)
    )


def test_every_kind_names_states_and_audiences_that_exist() -> None:
    for kind in KINDS:
        assert set(kind.audiences) <= set(AUDIENCES)
        assert set(kind.while_states) <= set(states.STATES)


def test_nothing_told_about_a_change_survives_a_match_but_the_reversal_that_made_it() -> None:
    lasting = {told.subject for told in CHANGES_TOLD if states.MATCHED in told.while_states}
    assert lasting == {"decision_reversed"}
    assert all(states.MATCHED not in kind.while_states for kind in KINDS)


def test_a_change_is_told_while_the_case_is_where_the_change_leads() -> None:
    leads = {(step.change, target) for step in TRANSITIONS for target in step.targets}
    for told in CHANGES_TOLD:
        assert any((told.subject, state) in leads for state in told.while_states)


@pytest.mark.parametrize(
    "change, previous, state, kind",
    [
        ("correction_overdue", "open_missing", "overdue", "case_overdue"),
        ("match_retracted", "matched", "overdue", "case_overdue"),
        ("claim_revised", "open_error", "overdue", "case_overdue"),
        ("note_refused", "noted", "overdue", "note_reviewed"),
        ("note_approved", "noted", "excused", "note_reviewed"),
        ("payment_denied", "overdue", "not_payable", "decision_made"),
        ("recovery_ordered", "overdue", "recovered", "decision_made"),
        ("decision_reversed", "recovered", "matched", "decision_made"),
        ("late_correction", "overdue", "overdue", None),
        ("mismatch_found", "pending", "pending_error", None),
        ("matched", "open_error", "matched", None),
    ],
)
def test_what_is_told_of_a_change(change: str, previous: str, state: str, kind: str | None) -> None:
    told = told_of(change, previous, state)
    assert (told.kind if told else None) == kind
    assert told is None or state in told.while_states


def test_a_notice_is_named_by_what_it_is_about() -> None:
    due, day = from_iso("2025-05-31"), from_iso("2025-05-17")
    about = ("correction_due", "claiming", "3501340006", "adult", "R1", due, day)
    assert notice_id(*about) == "correction_due/claiming/3501340006/adult/R1/2025-05-31/2025-05-17"
    assert notice_id(*about, 2) == f"{notice_id(*about)}/2"
    assert notice_id("daily_summary", "agency", "", "", "", None, day) == (
        "daily_summary/agency/-/-/-/-/2025-05-17"
    )


def test_only_what_speaks_of_a_list_names_its_round() -> None:
    named = {kind: round_of(kind, "X") for kind in BY_NAME}
    assert {kind for kind, name in named.items() if name} == {"round_opened", "correction_due"}


def test_one_day_after_the_other_each_step_is_told_on_its_day() -> None:
    assert deadlines_to_tell(LADDER, TODAY, TODAY - 1) == {TODAY + days for days in LADDER}


def test_after_a_gap_steps_of_the_days_left_out_are_made_good_unless_the_deadline_is_over() -> None:
    # Left out: today-1 and today-2, on which 3 and 1 days were left.
    assert deadlines_to_tell((3, 1), TODAY, TODAY - 3) == {
        *(TODAY + 3, TODAY + 2, TODAY + 1),
        *(TODAY + 1, TODAY),
    }


def test_the_first_time_whatever_is_near_enough_is_told() -> None:
    assert deadlines_to_tell(LADDER, TODAY, None) == set(range(TODAY, TODAY + 15))


def test_a_day_that_was_told_already_tells_nothing_again() -> None:
    assert deadlines_to_tell(LADDER, TODAY, TODAY) == set()


@pytest.mark.parametrize("days, urgent", [(2, False), (1, True), (0, True)])
def test_a_deadline_tomorrow_is_urgent(days: int, urgent: bool) -> None:
    assert is_urgent(TODAY + days, TODAY) is urgent
    assert not is_urgent(None, TODAY)
