"""What `elsewhere` found about a claim, as its verdict reads it: reasons and hints.

claims/verdicts.py and claims/hints.py import this module, so it knows nothing of them; taking a
hint into a book is claims/foreign_hints.py, finding one claims/foreign_pairs.py.
source: R-29, R-30, R-33
"""

from claims.model import Book, Claim, Elsewhere, Reason

PLACES = frozenset({"FACILITY_MISMATCH", "FACILITY_CODE_CHANGED"})
"""They say where the result stands: in place of NOT_FOUND. Every other code is a hint."""


def elsewhere_reasons(claim: Claim, book: Book) -> tuple[Reason, ...]:
    """Where the result was uploaded instead; proven by the result that stands there."""
    return tuple(
        _reason(found)
        for found in book.elsewhere
        if found.claim_id == claim.claim_id and found.code in PLACES
    )


def elsewhere_hints(claim: Claim, book: Book) -> tuple[Reason, ...]:
    """An earlier check at another facility; it changes no state and names no place."""
    return tuple(
        _reason(found)
        for found in book.elsewhere
        if found.claim_id == claim.claim_id and found.code not in PLACES
    )


def _reason(found: Elsewhere) -> Reason:
    return Reason(found.code, found.field, found.expected, found.found)
