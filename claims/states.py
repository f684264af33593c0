"""The states of a case and the transitions between them, as data.

source: correction.md sections 2 and 3, rows 1 to 7, 23, 24, 27; rulings R-5, R-9, R-10. A trigger
not listed for a state changes no state; ``mismatch_found`` is then said when the reasons change.
"""

from typing import NamedTuple

NEW = ""
PENDING, PENDING_ERROR, LATE = "pending", "pending_error", "late"
MATCHED, INVALID, WITHDRAWN = "matched", "invalid", "withdrawn"

ZH: dict[str, str] = {
    PENDING: "待上傳",
    PENDING_ERROR: "待修正",
    LATE: "逾期未上傳",
    MATCHED: "已勾稽",
    INVALID: "無法勾稽",
    WITHDRAWN: "已撤回申報",
}
STATES = tuple(ZH)
WAITING = frozenset({PENDING, PENDING_ERROR})
"""A deadline is still ahead of them."""
OPEN = WAITING | {LATE}
SHOWS_STATUS = frozenset({LATE, "open_missing", "open_error", "noted", "overdue"})
"""R-10: where 系統狀態 is shown."""
EXCEPTIONS = frozenset({LATE, "open_missing", "open_error", "overdue"})
"""What the view `unmatched` is about; never pending."""


CLAIM_ACCEPTED = "claim accepted"
RESULT = "result with the key"
RESULT_GONE = "result deleted"
DAY = "day after the upload deadline begins"
WITHDRAWAL = "claim withdrawn"
REVISION = "claim re-sent"
TRIGGERS = (CLAIM_ACCEPTED, RESULT, RESULT_GONE, DAY, WITHDRAWAL, REVISION)


class Transition(NamedTuple):
    """One row of the specification's table (``row`` is its number there)."""

    row: str
    origins: tuple[str, ...]
    trigger: str
    guard: str
    targets: tuple[str, ...]
    change: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "1", (NEW,), CLAIM_ACCEPTED, "key usable, no result", (PENDING, LATE), "claim_registered"
    ),
    Transition("2", (NEW,), CLAIM_ACCEPTED, "key unusable", (INVALID,), "claim_invalid"),
    Transition("3", (NEW,), CLAIM_ACCEPTED, "result, content ok", (MATCHED,), "matched"),
    Transition("3", (PENDING, LATE), RESULT, "content ok", (MATCHED,), "matched"),
    Transition(
        "4",
        (NEW,),
        CLAIM_ACCEPTED,
        "result, content wrong",
        (PENDING_ERROR, LATE),
        "mismatch_found",
    ),
    Transition("4", (PENDING,), RESULT, "content wrong", (PENDING_ERROR,), "mismatch_found"),
    Transition("4", (LATE,), RESULT, "content wrong", (LATE,), "mismatch_found"),
    Transition("5", (PENDING_ERROR,), RESULT, "content ok", (MATCHED,), "matched"),
    Transition("6", (PENDING_ERROR,), RESULT_GONE, "", (PENDING,), "result_removed"),
    Transition(
        "6", (PENDING_ERROR,), RESULT, "edited to another key", (PENDING,), "result_removed"
    ),
    Transition("7", (PENDING, PENDING_ERROR), DAY, "not matched", (LATE,), "upload_overdue"),
    Transition(
        "23",
        (PENDING, PENDING_ERROR, LATE, MATCHED, INVALID),
        WITHDRAWAL,
        "",
        (WITHDRAWN,),
        "claim_withdrawn",
    ),
    Transition(
        "23",
        (PENDING, PENDING_ERROR, LATE, MATCHED, WITHDRAWN),
        REVISION,
        "re-evaluated as a new version",
        (PENDING, PENDING_ERROR, LATE, MATCHED, INVALID),
        "claim_revised",
    ),
    Transition(
        "24",
        (MATCHED,),
        RESULT_GONE,
        "adult, child; not locked; re-evaluated by date",
        (PENDING, LATE),
        "match_retracted",
    ),
    Transition(
        "24",
        (MATCHED,),
        RESULT,
        "edited: adult, child; re-evaluated by date",
        (PENDING, PENDING_ERROR, LATE),
        "match_retracted",
    ),
    Transition(
        "24",
        (MATCHED,),
        RESULT_GONE,
        "adult, child; another result answers",
        (MATCHED,),
        "matched",
    ),
    Transition(
        "27",
        (INVALID,),
        REVISION,
        "as row 1",
        (PENDING, PENDING_ERROR, LATE, MATCHED, INVALID),
        "claim_revised",
    ),
)

_OWN: dict[tuple[str, str, str], str] = {
    (origin, step.trigger, target): step.change
    for step in TRANSITIONS
    if step.trigger in (CLAIM_ACCEPTED, WITHDRAWAL, REVISION)
    for origin in step.origins
    for target in step.targets
    if not (origin == NEW and target == LATE)
}
_MOVES: dict[tuple[str, str], str] = {
    (origin, target): step.change
    for step in TRANSITIONS
    if step.trigger in (RESULT, RESULT_GONE, DAY)
    for origin in step.origins
    for target in step.targets
}


def change_of_claim(previous: str, trigger: str, state: str, has_result: bool) -> str:
    """The name of what happened to a case by its own claim.

    A new claim that is late at once is registered; mismatched, when a result with its key fails.
    """
    if previous == NEW and state == LATE:
        return "mismatch_found" if has_result else "claim_registered"
    return _OWN[previous, trigger, state]


def change_of_case(previous: str, state: str) -> str:
    """The name of what happened to a case by anything else: a result, a day, a neighbouring claim.

    A case that keeps its state, and whose reasons changed, is ``mismatch_found``.
    """
    return _MOVES.get((previous, state), "mismatch_found")
