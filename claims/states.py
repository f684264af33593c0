"""The states of a case and its transitions, as data.

source: correction.md sections 2 and 3; rulings R-4 to R-10. A trigger not listed for a state
changes no state; ``mismatch_found`` is then said when the reasons change.
"""

from typing import NamedTuple

NEW = ""
PENDING, PENDING_ERROR, LATE = "pending", "pending_error", "late"
OPEN_MISSING, OPEN_ERROR, NOTED = "open_missing", "open_error", "noted"
MATCHED, EXCUSED, OVERDUE = "matched", "excused", "overdue"
NOT_PAYABLE, RECOVERED, EXEMPT = "not_payable", "recovered", "exempt"
WITHDRAWN, INVALID = "withdrawn", "invalid"

ZH: dict[str, str] = {
    PENDING: "待上傳",
    PENDING_ERROR: "待修正",
    LATE: "逾期未上傳",
    OPEN_MISSING: "未補登（系統狀態1）",
    OPEN_ERROR: "未補登（系統狀態2）",
    NOTED: "無法補登已填說明",
    MATCHED: "已勾稽",
    EXCUSED: "說明經核可",
    OVERDUE: "屆期仍未補正",
    NOT_PAYABLE: "不予核付",
    RECOVERED: "追扣",
    EXEMPT: "免上傳",
    WITHDRAWN: "已撤回申報",
    INVALID: "無法勾稽",
}
STATES = tuple(ZH)
WAITING = frozenset({PENDING, PENDING_ERROR})
"""A deadline is still ahead of them."""
LISTED = frozenset({OPEN_MISSING, OPEN_ERROR})
OPEN = WAITING | {LATE, NOTED, OVERDUE} | LISTED
"""R-5: any open state."""
PAST_DUE = OPEN - WAITING
"""Open, and the upload deadline is over: what rounds and decisions are about."""
SHOWS_STATUS = frozenset({LATE, NOTED, OVERDUE}) | LISTED
"""R-10: where 系統狀態 is shown."""
EXCEPTIONS = frozenset({LATE, OVERDUE}) | LISTED
"""What the view `unmatched` is about; never pending."""
DECIDED = frozenset({NOT_PAYABLE, RECOVERED})
TRACKED = EXCEPTIONS | DECIDED | {NOTED}
"""Steps in these states make up the chain behind a recovery."""

CLAIM_ACCEPTED = "claim accepted"
RESULT = "result with the key"
RESULT_GONE = "result deleted"
DAY = "day after the upload deadline begins"
ROUND_OPENS = "list issued"
ROUND_ENDS = "round closes"
NOTE = "note saved"
NOTE_EMPTIED = "note emptied"
REVIEW = "HPA review"
DENIAL = "agency decision, fee not yet paid"
RECOVERY = "agency decision, fee already paid"
REVERSAL = "agency reverses"
FACILITY_CLOSED = "facility marked closed"
FACILITY_REOPENED = "closure taken back"
EXEMPTION = "agency exempts"
WITHDRAWAL = "claim withdrawn"
REVISION = "claim re-sent"
ALIAS = "alias entered"
RULES = "rule version changed"
REMARK = "agency records a form or a remark"
TRIGGERS = (
    *(CLAIM_ACCEPTED, RESULT, RESULT_GONE, DAY, ROUND_OPENS, ROUND_ENDS, NOTE, NOTE_EMPTIED),
    *(REVIEW, DENIAL, RECOVERY, REVERSAL, FACILITY_CLOSED, FACILITY_REOPENED, EXEMPTION),
    *(WITHDRAWAL, REVISION, ALIAS, RULES, REMARK),
)


class Transition(NamedTuple):
    """One row of the specification's table (``row`` is its number there)."""

    row: str
    origins: tuple[str, ...]
    trigger: str
    guard: str
    targets: tuple[str, ...]
    change: str


_BY_DATE = (PENDING, PENDING_ERROR, LATE)
_ANY_OPEN = tuple(state for state in STATES if state in OPEN)
_UNDECIDED = tuple(state for state in STATES if state not in DECIDED)
_JUDGED = (*_BY_DATE, OPEN_MISSING, OPEN_ERROR, MATCHED, OVERDUE)
_T = Transition

TRANSITIONS: tuple[Transition, ...] = (
    _T("1", (NEW,), CLAIM_ACCEPTED, "key usable, no result", (PENDING, LATE), "claim_registered"),
    _T("2", (NEW,), CLAIM_ACCEPTED, "key unusable", (INVALID,), "claim_invalid"),
    _T("3", (NEW,), CLAIM_ACCEPTED, "result, content ok", (MATCHED,), "matched"),
    _T("3", (PENDING, LATE), RESULT, "content ok", (MATCHED,), "matched"),
    _T(
        *("4", (NEW,), CLAIM_ACCEPTED, "result, content wrong"),
        *((PENDING_ERROR, LATE), "mismatch_found"),
    ),
    _T("4", (PENDING,), RESULT, "content wrong", (PENDING_ERROR,), "mismatch_found"),
    _T("4", (LATE,), RESULT, "content wrong", (LATE,), "mismatch_found"),
    _T("5", (PENDING_ERROR,), RESULT, "content ok", (MATCHED,), "matched"),
    _T("6", (PENDING_ERROR,), RESULT_GONE, "", (PENDING,), "result_removed"),
    _T("6", (PENDING_ERROR,), RESULT, "edited to another key", (PENDING,), "result_removed"),
    _T("7", (PENDING, PENDING_ERROR), DAY, "not matched", (LATE,), "upload_overdue"),
    _T("8", (LATE,), ROUND_OPENS, "visit in the period; no result", (OPEN_MISSING,), "unmatched"),
    _T("9", (LATE,), ROUND_OPENS, "result present, wrong", (OPEN_ERROR,), "unmatched"),
    _T("10", (OPEN_MISSING,), RESULT, "content wrong", (OPEN_ERROR,), "mismatch_found"),
    _T("11", (OPEN_ERROR,), RESULT_GONE, "adult, child", (OPEN_MISSING,), "result_removed"),
    _T("11", (OPEN_ERROR,), RESULT, "edited to another key", (OPEN_MISSING,), "result_removed"),
    _T("12", tuple(sorted(LISTED)), RESULT, "content ok, round open", (MATCHED,), "matched"),
    _T("13", (OPEN_ERROR,), NOTE, "oral, status 2, positive", (NOTED,), "note_filed"),
    _T("13", (NOTED,), NOTE, "changed before the round closes", (NOTED,), "note_filed"),
    _T("14", (NOTED,), RESULT, "content ok, round open", (MATCHED,), "matched"),
    _T("15", (NOTED,), NOTE_EMPTIED, "before the round closes", (OPEN_ERROR,), "note_withdrawn"),
    _T("16", tuple(sorted(LISTED)), ROUND_ENDS, "", (OVERDUE,), "correction_overdue"),
    _T("17", (NOTED,), REVIEW, "approved", (EXCUSED,), "note_approved"),
    _T("17", (NOTED,), REVIEW, "refused", (OVERDUE,), "note_refused"),
    _T("18", (OVERDUE,), DENIAL, "", (NOT_PAYABLE,), "payment_denied"),
    _T("19", (OVERDUE,), RECOVERY, "", (RECOVERED,), "recovery_ordered"),
    _T("20", (OVERDUE,), RESULT, "right, after the close", (OVERDUE,), "late_correction"),
    _T(
        *("21", (OVERDUE, NOT_PAYABLE, RECOVERED), REVERSAL, "a right result exists, or not"),
        *((MATCHED, EXCUSED), "decision_reversed"),
    ),
    _T("22", _ANY_OPEN, FACILITY_CLOSED, "child", (EXEMPT,), "exempted"),
    _T("22", _ANY_OPEN, EXEMPTION, "agency decision", (EXEMPT,), "exempted"),
    _T("22", (NEW,), CLAIM_ACCEPTED, "child, facility closed", (EXEMPT,), "exempted"),
    _T("22", (EXEMPT,), FACILITY_REOPENED, "re-evaluated", _JUDGED, "exemption_ended"),
    _T("22", (EXEMPT,), RESULT, "content ok: facts commute", (MATCHED,), "matched"),
    _T(
        *("23", tuple(s for s in _UNDECIDED if s != WITHDRAWN), WITHDRAWAL, ""),
        *((WITHDRAWN,), "claim_withdrawn"),
    ),
    _T(
        *("23", tuple(s for s in _UNDECIDED if s != INVALID), REVISION, "a new version"),
        *(tuple(s for s in STATES if s != WITHDRAWN), "claim_revised"),
    ),
    _T("23", tuple(sorted(DECIDED)), REVISION, "decided", tuple(sorted(DECIDED)), "claim_revised"),
    _T(
        *("24", (MATCHED,), RESULT_GONE, "adult, child; not locked; re-evaluated by date"),
        *((PENDING, LATE, OPEN_MISSING, EXEMPT), "match_retracted"),
    ),
    _T(
        *("24", (MATCHED,), RESULT, "edited: adult, child; re-evaluated by date"),
        *((*_BY_DATE, OPEN_MISSING, OPEN_ERROR, EXEMPT), "match_retracted"),
    ),
    _T("24", (MATCHED,), RESULT_GONE, "another result answers", (MATCHED,), "matched"),
    _T("26", (OVERDUE,), ALIAS, "a result received in time (R-7)", (MATCHED,), "matched"),
    _T(
        *("27", (INVALID,), REVISION, "as row 1"),
        *(tuple(s for s in STATES if s != WITHDRAWN), "claim_revised"),
    ),
    _T("26", (MATCHED,), ALIAS, "taken back, round over", (OVERDUE,), "match_retracted"),
    _T("28", _ANY_OPEN, RULES, "re-evaluated", (*_JUDGED, NOTED), "rule_changed"),
)
"""Row 25 (a locked row) and the refusals stand in claims/commands.py: they change nothing. Row 26
begins with ``alias_added`` for every open case; what follows is named as in rows 3 to 12."""

_OWN_TRIGGERS = frozenset(
    {
        *(CLAIM_ACCEPTED, WITHDRAWAL, REVISION, NOTE, NOTE_EMPTIED, REVIEW, DENIAL, RECOVERY),
        *(REVERSAL, EXEMPTION),
    }
)
_OWN: dict[tuple[str, str, str], str] = {
    (origin, step.trigger, target): step.change
    for step in TRANSITIONS
    if step.trigger in _OWN_TRIGGERS
    for origin in step.origins
    for target in step.targets
    if not (origin == NEW and target == LATE)
}
_MOVES: dict[tuple[str, str], str] = {
    (origin, target): step.change
    for step in TRANSITIONS
    if step.trigger not in _OWN_TRIGGERS and step.trigger not in (RULES, RESULT_GONE)
    for origin in step.origins
    for target in step.targets
    if origin != target
} | {
    (origin, target): step.change
    for step in TRANSITIONS
    if step.trigger == RESULT_GONE
    for origin in step.origins
    for target in step.targets
}
_SAID_ANYHOW = {REMARK: "remark_added", ALIAS: "alias_added"}


def change_of_own(previous: str, trigger: str, state: str, has_result: bool) -> str:
    """The name of what happened to a case by something that names it: its claim, a command.

    A new claim that is late at once is registered; mismatched, when a result with its key fails.
    """
    if previous == NEW and state == LATE:
        return "mismatch_found" if has_result else "claim_registered"
    if trigger in _SAID_ANYHOW:
        return _SAID_ANYHOW[trigger]
    return _OWN[previous, trigger, state]


def change_of_case(previous: str, state: str, trigger: str = "") -> str:
    """The name of what happened to a case by anything else: a result, a day, a neighbouring claim.

    A case that keeps its state, and whose reasons changed, is ``mismatch_found``.
    """
    if trigger == RULES:
        return "rule_changed"
    return _MOVES.get((previous, state), "mismatch_found")
