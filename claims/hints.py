"""What is odd about a case, but no reason of a missing match (R-22, R-32, R-33, R-35)."""

from claims.elsewhere import elsewhere_hints
from claims.model import Claim, Head, Reason
from claims.periods import roc_text
from claims.rules.eligibility import eligibility_hints
from claims.rules.evidence import CHILD, Evidence
from claims.rules.facets import says_bc_only
from claims.rules.oral import habit_is_doubtful
from claims.states import INVALID
from claims.strangers import swapped_hint
from claims.verdicts import Verdict


def hints(
    claim: Claim, found: Verdict, evidence: Evidence, head: Head, is_late: bool
) -> tuple[Reason, ...]:
    """All hints of a case, always in this order. Each is proven by the book, or was entered by the
    agency; none of them changes a state."""
    said: tuple[Reason, ...] = ()
    book, row = evidence.book, found.result
    if found.state != INVALID:
        said = eligibility_hints(claim, evidence.others)
        if claim.requirement == "stage2" and evidence.pair_claim(claim) is None:
            said += (Reason("STAGE1_CLAIM_MISSING"),)
    if is_late and found.upload_due is not None and row is not None:
        last = roc_text(found.upload_due)
        said += (Reason("LATE_UPLOAD", "", last, roc_text(row.received_on)),)
    if found.too_late:
        said += (Reason("LATE_CORRECTION"),)
    if row is not None:
        said += _about_row(claim, found)
    if book.facility_closed is not None and claim.programme != CHILD:
        said += (Reason("FACILITY_CLOSED", "facility_id", "", roc_text(book.facility_closed)),)
    if book.strangers:
        said += swapped_hint(claim, book)
    if book.elsewhere:
        said += elsewhere_hints(claim, book)
    if head.standing is not None:
        said += head.standing.annotations
    return said


def _about_row(claim: Claim, found: Verdict) -> tuple[Reason, ...]:
    row = found.result
    assert row is not None
    if claim.requirement in ("stage1", "bc"):
        if says_bc_only(row) and "stage1" in row.filled:
            return (Reason("BC_FLAG_ODD", "bc_history", "", row.values["bc_history"]),)
    elif claim.requirement == "screen" and habit_is_doubtful(claim.order_code, row):
        return (Reason("HABIT_DOUBTFUL", "smoking", "", row.values.get("smoking", "")),)
    return ()
