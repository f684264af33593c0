"""What the truth shows of the specification: every state, step, reason and refusal, and how often.

source: correction.md sections 2, 3 and 5; rulings.md R-26. The refusals of single fields are in
the register of scenarios; which of them a small region draws is left to chance.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

STATES = (
    *("pending", "pending_error", "late", "open_missing", "open_error", "noted", "matched"),
    *("excused", "overdue", "not_payable", "recovered", "exempt", "withdrawn", "invalid"),
)
STEPS = (
    *("upload_overdue", "unmatched", "note_filed", "note_withdrawn", "correction_overdue"),
    *("note_approved", "note_refused", "payment_denied", "recovery_ordered", "late_correction"),
    *("decision_reversed", "exempted", "claim_withdrawn"),
)
# Not here: CANCELLED_ON_CARD (card files are not read), TOOTH_INVALID (a warning on records that
# are not reconciled), UNKNOWN (NOT_FOUND is always proven).
REASONS = (
    *("NOT_FOUND", "FACILITY_MISMATCH", "FACILITY_CODE_CHANGED", "DATE_MISMATCH", "ID_OLD_NEW"),
    *("ID_MISMATCH", "BIRTH_MISMATCH", "BIRTH_INVALID", "CODE_MISMATCH", "BC_RESULT_MISSING"),
    *("HBSAG_MISSING", "ANTI_HCV_MISSING", "INTERP_HBV_MISSING", "INTERP_HCV_MISSING"),
    *("BC_FLAG_NOT_3", "STAGE2_MISSING", "STAGE2_INCOMPLETE", "STAGE2_DATE_MISSING"),
    *("STAGE1_INCOMPLETE", "PAYER_NOT_1", "INDIGENOUS_MISMATCH", "HABIT_MISMATCH"),
    *("HABIT_NOT_ELIGIBLE", "NOTE_REQUIRED", "FORM_REQUIRED", "DUPLICATE_CLAIM"),
    *("UPLOADED_BUT_WRONG", "LATE_UPLOAD"),
)
HINTS = (
    *("FACILITY_CLOSED", "CLAIM_DATE_WRONG", "SYSTEM_CASE", "LAB_NO_ACCESS", "LATE_CORRECTION"),
    *("AGE_NOT_ELIGIBLE", "INTERVAL_TOO_SHORT", "LATE_UPLOAD", "PERSONS_SWAPPED"),
)
REFUSALS = (
    *("NOT_ON_LIST", "LOCKED", "NOTE_NOT_ALLOWED", "EDIT_NOT_ALLOWED", "DELETE_NOT_ALLOWED"),
    *("WITHDRAW_NOT_ALLOWED", "DECISION_NOT_ALLOWED", "ROUND_CLOSED", "VERSION_CONFLICT"),
    *("UNKNOWN_CASE", "DUPLICATE_RESULT"),
)
PHASES = ("due", "ordered", "not_payable", "reversed")


class Covered(NamedTuple):
    """How many cases or rows show one code."""

    kind: str
    code: str
    times: int


def coverage(truth: dict[str, Any]) -> list[Covered]:
    """One row a code that must be shown, in the order of the specification."""
    cases = truth["cases"]
    rows = [row for rows in truth["rows"].values() for row in rows]
    said = [*truth["commands"], *truth["acts"]]
    refused = Counter(code for row in rows for code in row["codes"])
    refused.update(each["code"] for each in said if each["outcome"] == "refused")
    told = Counter(code for case in cases for code in {*case["told"], *case["reasons"]})
    return [
        *_counted("state", STATES, Counter(state for case in cases for state in set(case["path"]))),
        *_counted("step", STEPS, Counter(step for case in cases for step in set(case["events"]))),
        *_counted("reason", REASONS, told),
        *_counted("hint", HINTS, Counter(hint for case in cases for hint in case["hints"])),
        *_counted("refusal", REFUSALS, refused),
        *_counted("recovery", PHASES, Counter(phase for case in cases for phase in _phases(case))),
    ]


def _counted(kind: str, codes: tuple[str, ...], counts: Counter[str]) -> Iterator[Covered]:
    for code in codes:
        yield Covered(kind, code, counts[code])


def _phases(case: dict[str, Any]) -> set[str]:
    return {phase for order in case["orders"] for phase in order}
