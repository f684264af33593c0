"""每日摘要: which numbers the agency reads, under which heading, and which are left out."""

from claims.notice_lines import Row
from claims.notice_summary import CHANGES_ZH, summary_rows
from claims.states import OPEN, STATES, TRANSITIONS, ZH

DAY = {
    "changes": {"matched": 1200, "recovery_ordered": 2, "claim_registered": 30, "hint_changed": 9},
    "open": {"overdue": 4, "pending": 7, "matched": 999, "late": 0},
    "planned": 15,
    "unheard": 3,
    "parked": 1,
    "line_used": 180,
    "line_monthly": 200,
}


def told(section: str, **facts: object) -> list[tuple[str, int, str, str]]:
    rows = summary_rows({**DAY, **facts})
    return [(row.what, row.count, row.unit, row.ask) for row in rows if row.section == section]


def test_the_changes_of_the_day_are_told_in_the_order_of_a_cases_life() -> None:
    """What has no line of its own (a hint that changed) is not told, nor what did not happen."""
    assert told("前一日異動") == [
        ("新增申報", 30, "件", ""),
        ("完成勾稽", 1200, "件", ""),
        ("追扣", 2, "件", ""),
    ]
    assert told("前一日異動", changes={"matched": 0}) == []


def test_what_stands_open_is_told_by_its_state_and_matches_are_not() -> None:
    assert told("目前未結案") == [("待上傳", 7, "件", ""), ("屆期仍未補正", 4, "件", "")]
    every = dict.fromkeys(STATES, 1)
    assert [row[0] for row in told("目前未結案", open=every)] == [
        zh for state, zh in ZH.items() if state in OPEN
    ]


def test_what_needs_a_person_says_so_and_what_needs_none_says_nothing() -> None:
    assert told("通知發送") == [
        ("今日規劃通知", 15, "則", ""),
        ("無收件人之機構", 3, "家", "請聯繫加入好友。"),
        ("待人工處理訊息", 1, "則", "請至管理頁處理。"),
        ("LINE 本月用量", 180, "則", "每月上限 200 則。"),
    ]
    calm = told("通知發送", unheard=0, parked=0, line_monthly=None)
    assert [(count, ask) for _, count, _, ask in calm] == [(15, ""), (0, ""), (0, ""), (180, "")]


def test_a_day_of_which_nothing_is_known_is_a_day_of_noughts() -> None:
    assert [(row.section, row.count, row.ask) for row in summary_rows({})] == [
        ("通知發送", 0, "") for _ in range(4)
    ]
    assert summary_rows({})[0] == Row("通知發送", "今日規劃通知", 0, "則", "")


def test_a_line_is_for_a_change_that_cases_go_through() -> None:
    """Named one by one: a line left out would be missed by nobody but the agency."""
    assert CHANGES_ZH.keys() <= {step.change for step in TRANSITIONS}
    assert list(CHANGES_ZH) == [
        *("claim_registered", "claim_invalid", "matched", "match_retracted", "upload_overdue"),
        *("unmatched", "note_filed", "note_approved", "note_refused", "correction_overdue"),
        *("payment_denied", "recovery_ordered", "decision_reversed", "claim_withdrawn"),
    ]
