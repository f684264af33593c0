"""B、C型肝炎: L1001C, alone or beside an adult check.

source: seed 001 adult Q4, Q5; R-16, R-21, R-22
"""

from claims.model import Claim, Reason, Result
from claims.rules.evidence import Evidence
from claims.rules.facets import BC_ONLY

_TESTS = (("hbsag", "HBSAG_MISSING"), ("anti_hcv", "ANTI_HCV_MISSING"))
_INTERPRETATIONS = (("interp_hbv", "INTERP_HBV_MISSING"), ("interp_hcv", "INTERP_HCV_MISSING"))


def _unanswered(result: Result) -> bool:
    return "hbsag" not in result.filled and "anti_hcv" not in result.filled


def both_tests_are_answered(claim: Claim, result: Result, evidence: Evidence) -> tuple[Reason, ...]:
    """Columns 40 and 41. With neither filled there is no hepatitis result at all."""
    if _unanswered(result):
        return (Reason("BC_RESULT_MISSING", "hbsag,anti_hcv", "filled", ""),)
    return tuple(
        Reason(code, column, "filled", "") for column, code in _TESTS if column not in result.filled
    )


def flag_is_3_when_alone(claim: Claim, result: Result, evidence: Evidence) -> tuple[Reason, ...]:
    """曾於成人預防保健服務時接受過B、C型肝炎檢查 = 3 when no adult check was claimed that day."""
    if _unanswered(result) or evidence.with_adult(claim):
        return ()
    flag = result.values.get("bc_history", "")
    return () if flag == BC_ONLY else (Reason("BC_FLAG_NOT_3", "bc_history", BC_ONLY, flag),)


def interpretations_are_filled_after_stage2(
    claim: Claim, result: Result, evidence: Evidence
) -> tuple[Reason, ...]:
    """Columns 56 and 57, asked for only where stage 2 of that check was claimed."""
    if _unanswered(result):
        return ()
    if all(column in result.filled for column, _ in _INTERPRETATIONS):
        return ()
    if not evidence.has_stage2(claim):
        return ()
    return tuple(
        Reason(code, column, "filled", "")
        for column, code in _INTERPRETATIONS
        if column not in result.filled
    )
