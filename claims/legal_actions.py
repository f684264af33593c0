"""What the clinic may do about a case now (correction.md section 4), as data.

source: correction.md section 4 with its marks; R-6, R-23, R-24 where they say more. A row is found
by programme, state and situation; the first that fits counts.
"""

from functools import lru_cache
from typing import NamedTuple

from claims.states import (
    DECIDED,
    EXCUSED,
    EXEMPT,
    INVALID,
    LATE,
    MATCHED,
    NOTED,
    OPEN,
    OPEN_ERROR,
    OPEN_MISSING,
    OVERDUE,
    PENDING,
    PENDING_ERROR,
)

ADD_SINGLE, ADD_BATCH, EDIT, REPLACE, DELETE = (
    "add_single",
    "add_batch",
    "edit",
    "replace",
    "delete",
)
NOTE, FORM, WITHDRAW, RESEND = "note", "form", "withdraw", "resend"
ADD = (ADD_SINGLE, ADD_BATCH)

NEAR, LOCKED, OTHER = "near miss", "locked field wrong", "other field wrong"
NEGATIVE, POSITIVE, ANY = "negative", "positive", ""
ROUND_OVER = "round over"

ZH: dict[str, str] = {
    ADD_SINGLE: "單筆新增",
    ADD_BATCH: "批次上傳",
    EDIT: "線上修改",
    REPLACE: "刪除後重新新增",
    DELETE: "刪除",
    NOTE: "填寫無法補登說明",
    FORM: "郵寄大口資料修改申請表",
    WITHDRAW: "撤回申報",
    RESEND: "重新送核申報",
}


class Legal(NamedTuple):
    """One row. ``situation``: what is wrong, or the sign; empty fits all."""

    programmes: tuple[str, ...]
    states: tuple[str, ...]
    situation: str
    actions: tuple[str, ...]
    mark: str


_MISSING = (PENDING, LATE, OPEN_MISSING)
_WRONG = (PENDING_ERROR, LATE, OPEN_ERROR)
_ALL = ("adult", "child", "oral")

LEGAL: tuple[Legal, ...] = (
    Legal(("oral",), (OPEN_ERROR,), NEGATIVE, (EDIT,), "seed 000 §一.1, §二.1(2)"),
    Legal(("oral",), (OPEN_ERROR,), POSITIVE, (*ADD, NOTE), "seed 000 §一.1, §二.1(2)"),
    Legal(("oral",), (NOTED,), ANY, (*ADD, NOTE), "seed 000 §二.1(2), §二.2"),
    Legal(("oral",), (PENDING_ERROR, LATE), NEGATIVE, (EDIT,), "R-23"),
    Legal(("oral",), (PENDING_ERROR, LATE), POSITIVE, (EDIT,), "R-23"),
    Legal(("oral",), _MISSING, NEAR, (*ADD, EDIT), "R-23"),
    Legal(("oral",), (MATCHED,), ANY, (), "seed 000 §二.3, §三.1"),
    Legal(("adult",), _MISSING, NEAR, (*ADD, REPLACE, DELETE), "seed 001 adult Q2(1)"),
    Legal(("adult",), _WRONG, LOCKED, (REPLACE, DELETE), "seed 001 adult Q2(1)2"),
    Legal(("adult",), _WRONG, OTHER, (EDIT, ADD_BATCH, REPLACE, DELETE), "seed 001 adult Q4, Q7"),
    Legal(
        ("child",), (PENDING, LATE, OPEN_MISSING), NEAR, (*ADD, EDIT, DELETE), "child Q3.1, Q4.1"
    ),
    Legal(("child",), _WRONG, OTHER, (EDIT, DELETE), "seed 001 child Q3.1(2), Q4.1"),
    Legal(("adult", "child"), (MATCHED,), ROUND_OVER, (), "R-6"),
    Legal(("adult",), (MATCHED,), ANY, (EDIT, REPLACE, DELETE), "seed 001 adult Q2; assumption"),
    Legal(("child",), (MATCHED,), ANY, (EDIT, DELETE), "seed 001 child Q3.1(2)"),
    Legal(_ALL, _MISSING, ANY, ADD, "seed 000 §一.1; seed 001 adult Q1, Q2(1)1, child Q1, Q3.1(1)"),
    Legal(_ALL, (OVERDUE, *sorted(DECIDED), EXCUSED), ANY, ADD, "assumption: taken, hint only"),
    Legal(_ALL, (EXEMPT,), ANY, (), "seed 001 child Q5"),
    Legal(_ALL, (INVALID,), ANY, (RESEND, WITHDRAW), "correction.md row 27"),
)


@lru_cache(maxsize=4096)
def allowed_actions(
    programme: str, state: str, situations: tuple[str, ...], form_required: bool = False
) -> tuple[str, ...]:
    """The actions that are legal in a state and a situation; withdrawing a claim is legal in any
    open state (assumption)."""
    found: tuple[str, ...] = ()
    for row in LEGAL:
        if (
            programme in row.programmes
            and state in row.states
            and (row.situation == ANY or row.situation in situations)
        ):
            found = row.actions
            break
    if form_required:
        found += (FORM,)
    return (*found, WITHDRAW) if state in OPEN else found
