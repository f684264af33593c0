"""Claim and result speak of the same birth."""

from claims.masks import mask_birth_date
from claims.model import Claim, Reason, Result
from claims.rules.evidence import Evidence


def birth_differs(claim: Claim, result: Result) -> bool:
    """Only when both are known: a claim without birth date is not invalid for adults (R-17)."""
    born, said = claim.birth_date, result.birth_date
    return born is not None and said is not None and born != said


def birth_mismatch(expected: int | None, found: int | None) -> Reason:
    return Reason("BIRTH_MISMATCH", "birth_date", mask_birth_date(expected), mask_birth_date(found))


def birth_date_agrees(claim: Claim, result: Result, evidence: Evidence) -> tuple[Reason, ...]:
    """Compared after the adult keys.

    source: seed 001 adult Q8; programmes.toml match_keys, compare
    """
    if birth_differs(claim, result):
        return (birth_mismatch(claim.birth_date, result.birth_date),)
    return ()
