"""Lines that are carried but not reconciled (塗氟, 窩溝封填, 糞便潛血): hints by the line alone.

source: programmes.md section 4; R-18: a tooth that does not fit is a warning on the record
"""

from claims.model import Reason
from claims.programmes import programmes
from claims.rules.eligibility import age_reason, eligible_births


def carried_hints(
    order_code: str, subject_birth_date: int | None, visit_date: int | None, tooth: str
) -> tuple[Reason, ...]:
    """AGE_NOT_ELIGIBLE, and TOOTH_INVALID when p6 is not exactly the tooth of the code."""
    found: tuple[Reason, ...] = ()
    if subject_birth_date is not None and visit_date is not None:
        ways = eligible_births(order_code, visit_date)
        if ways and not any(way.first <= subject_birth_date <= way.last for way in ways):
            found = (age_reason(ways[0].row, subject_birth_date, visit_date),)
    order = programmes().orders.get(order_code)
    if order is not None and order.tooth and tooth != order.tooth:
        found += (Reason("TOOTH_INVALID", "tooth", order.tooth, tooth),)
    return found
