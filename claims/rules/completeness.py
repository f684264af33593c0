"""Mandatory fields are filled. A blank one never refuses a row: the case says so (R-19)."""

from claims.model import Claim, Reason, Result
from claims.rules.evidence import Evidence
from claims.rules.facets import STAGE2_COLUMNS


def stage1_is_complete(claim: Claim, result: Result, evidence: Evidence) -> tuple[Reason, ...]:
    """Column S1 of layout A; 40, 41, 56 and 57 belong to the bc requirement alone (R-21)."""
    if not result.missing:
        return ()
    blank = [column for column in result.missing if column not in STAGE2_COLUMNS]
    return (_blank("STAGE1_INCOMPLETE", blank),) if blank else ()


def both_stages_are_complete(
    claim: Claim, result: Result, evidence: Evidence
) -> tuple[Reason, ...]:
    """All fields of what was done.

    source: seed 001 adult Q6 and Q7
    """
    return (_blank("STAGE2_INCOMPLETE", list(result.missing)),) if result.missing else ()


def required_fields_are_filled(
    claim: Claim, result: Result, evidence: Evidence
) -> tuple[Reason, ...]:
    """A child row was taken, but does not count while a mandatory field is blank.

    source: seed 001 child Q4.1 (accepted and still wrong)
    """
    return (_blank("UPLOADED_BUT_WRONG", list(result.missing)),) if result.missing else ()


def _blank(code: str, columns: list[str]) -> Reason:
    return Reason(code, ",".join(columns), "filled", "")
