"""追扣: when a recovery is proposed, ordered, refused or taken back, and what it is called.

source: correction.md section 1 and rows 16 to 21; spec README P-3. The product proposes; a person
of the agency decides.
"""

from hashlib import blake2b
from typing import NamedTuple

from claims.model import Head
from claims.states import DECIDED, NOT_PAYABLE, OVERDUE, RECOVERED

DUE, ORDERED, NOT_PAYABLE_PHASE, REVERSED = "due", "ordered", "not_payable", "reversed"
_PHASES = {OVERDUE: DUE, RECOVERED: ORDERED, NOT_PAYABLE: NOT_PAYABLE_PHASE}
PURSUED = DECIDED | {OVERDUE}
"""States in which a recovery is proposed or decided."""


CLAIM_REVISED = "claim_revised"


class Phase(NamedTuple):
    """One entry of the topic clawback; ``reverses`` names the phase that is taken back."""

    order_id: str
    phase: str
    reverses: str = ""


def order_of(case_id: str, order_id: str, previous: str, after: Head) -> str:
    """The id of the recovery a case stands in after a step: new when it begins, the same until it
    ends, and still there on the step that ends it."""
    if after.state in PURSUED and previous not in PURSUED:
        text = f"recovery|{case_id}|{after.sequence}"
        return blake2b(text.encode(), digest_size=16).hexdigest()
    return order_id if after.state in PURSUED or previous in PURSUED else ""


def phase_of(previous: str, after: Head, change: str = "") -> Phase | None:
    """What a step says to those who recover fees; None when it is none of their business. A claim
    sent again while a recovery stands repeats its phase: the points may be others now."""
    if after.standing is None or (after.state == previous and change != CLAIM_REVISED):
        return None
    order_id = after.standing.order_id
    if after.state in PURSUED:
        return Phase(order_id, _PHASES[after.state])
    if previous in PURSUED:
        return Phase(order_id, REVERSED, _PHASES[previous])
    return None
