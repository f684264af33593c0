"""Which states count for what, and how a step is called (correction.md sections 2 and 3)."""

import pytest

from claims import states
from claims.legal_actions import LEGAL, POSITIVE, ZH, allowed_actions
from claims.states import change_of_case, change_of_own

# state | 狀態 | open (R-5) | waits for the upload deadline | on a list | shows 系統狀態
#       | told as an exception | decided | kept in the chain behind a recovery
TABLE = """
pending       | 待上傳               | open | waits |        |       |           |         |
pending_error | 待修正               | open | waits |        |       |           |         |
late          | 逾期未上傳           | open |       |        | shows | exception |         | kept
open_missing  | 未補登（系統狀態1）  | open |       | listed | shows | exception |         | kept
open_error    | 未補登（系統狀態2）  | open |       | listed | shows | exception |         | kept
noted         | 無法補登已填說明     | open |       |        | shows |           |         | kept
matched       | 已勾稽               |      |       |        |       |           |         |
excused       | 說明經核可           |      |       |        |       |           |         |
overdue       | 屆期仍未補正         | open |       |        | shows | exception |         | kept
not_payable   | 不予核付             |      |       |        |       |           | decided | kept
recovered     | 追扣                 |      |       |        |       |           | decided | kept
exempt        | 免上傳               |      |       |        |       |           |         |
withdrawn     | 已撤回申報           |      |       |        |       |           |         |
invalid       | 無法勾稽             |      |       |        |       |           |         |
"""
GROUPS = (
    *(states.OPEN, states.WAITING, states.LISTED, states.SHOWS_STATUS, states.EXCEPTIONS),
    *(states.DECIDED, states.TRACKED),
)


def test_every_state_counts_for_what_the_table_says() -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    assert [(row[0], row[1]) for row in rows] == list(states.ZH.items())
    for number, group in enumerate(GROUPS, 2):
        assert group == {row[0] for row in rows if row[number]}
    assert {row[0] for row in rows if row[2] and not row[3]} == states.PAST_DUE


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("pending", "late", "upload_overdue"),
        ("late", "open_missing", "unmatched"),
        ("open_error", "overdue", "correction_overdue"),
        ("pending", "matched", "matched"),
        ("matched", "pending", "match_retracted"),
        ("pending_error", "pending", "result_removed"),
        # the same state for other reasons, whatever else leads from it to itself
        ("late", "late", "mismatch_found"),
        ("overdue", "overdue", "mismatch_found"),
        ("noted", "noted", "mismatch_found"),
        # a step that the table does not know
        ("matched", "excused", "mismatch_found"),
    ],
)
def test_what_befalls_a_case_is_called_by_where_it_leads(
    before: str, after: str, change: str
) -> None:
    assert change_of_case(before, after) == change
    assert change_of_case(before, after, states.DAY) == change
    assert change_of_case(before, after, states.RULES) == "rule_changed"


@pytest.mark.parametrize(
    ("before", "trigger", "after", "has_result", "change"),
    [
        (states.NEW, states.CLAIM_ACCEPTED, "pending", False, "claim_registered"),
        (states.NEW, states.CLAIM_ACCEPTED, "late", False, "claim_registered"),
        (states.NEW, states.CLAIM_ACCEPTED, "late", True, "mismatch_found"),
        (states.NEW, states.CLAIM_ACCEPTED, "invalid", False, "claim_invalid"),
        ("open_missing", states.ALIAS, "matched", True, "alias_added"),
        ("late", states.REMARK, "late", False, "remark_added"),
        ("overdue", states.RECOVERY, "recovered", False, "recovery_ordered"),
        ("matched", states.REVISION, "late", True, "claim_revised"),
    ],
)
def test_what_is_done_to_a_case_is_called_by_what_was_done(
    before: str, trigger: str, after: str, has_result: bool, change: str
) -> None:
    assert change_of_own(before, trigger, after, has_result) == change


def test_every_action_has_a_name_in_chinese() -> None:
    named = {action for row in LEGAL for action in row.actions}
    assert named | {"form", "withdraw"} == ZH.keys()


def test_a_form_is_asked_for_only_where_it_is_required() -> None:
    asked = [
        allowed_actions("oral", "open_error", (POSITIVE,), *form)
        for form in ((), (False,), (True,))
    ]
    assert ["form" in actions for actions in asked] == [False, False, True]
