"""Intervals between services: whether an earlier claim of the same person comes too near.

source: programmes.md sections 1 to 4; programmes.toml eligibility.interval, once_in_life. Earlier
is an earlier visit date: the same date is DUPLICATE_CLAIM.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from claims.ages import full_months
from claims.model import Claim, Reason
from claims.periods import date_of, roc_text
from claims.programmes import Eligibility, programmes

ONCE = "once"


class Broken(NamedTuple):
    """What a row asks for (``3 year`` or ``once``), and the visit that came too near."""

    expected: str
    earlier: int


@lru_cache(maxsize=4096)
def counted_against(row_id: str, order_code: str) -> frozenset[str]:
    """The orders whose earlier service counts: the interval's, else the row's own ones. A service
    at one tooth is counted for that tooth only."""
    table = programmes()
    row = next(row for row in table.twin.eligibility if row.id == row_id)
    if row.interval is not None and row.interval.against:
        return frozenset(row.interval.against)
    tooth = table.orders[order_code].tooth
    return frozenset(code for code in row.orders if table.orders[code].tooth == tooth)


def too_near(row: Eligibility, visit: int, earlier: int) -> str:
    """What the row asks for when an earlier service breaks it; empty when it does not."""
    if row.once_in_life:
        return ONCE
    interval = row.interval
    if interval is None:
        return ""
    if interval.style == "year_difference":
        passed = date_of(visit).year - date_of(earlier).year
    else:  # calendar months: exactly n months later is enough, a day less is not
        passed = full_months(earlier, visit)
    return "" if passed >= interval.n else f"{interval.n} {interval.unit}"


def broken(row: Eligibility, claim: Claim, others: Sequence[Claim]) -> Broken | None:
    """The newest earlier claim that breaks the row; None when none does."""
    visit = claim.visit_date
    assert visit is not None
    newest: int | None = None
    counted = counted_against(row.id, claim.order_code)
    for other in reversed(others):  # the newest mostly come last: then the older ones are skipped
        day = other.visit_date
        if day is None or day >= visit or (newest is not None and day <= newest):
            continue
        if other.order_code in counted and _same(claim, other):
            newest = day
    if newest is None:
        return None
    expected = too_near(row, visit, newest)  # the newest is the nearest: older ones break no more
    return Broken(expected, newest) if expected else None


def _same(claim: Claim, other: Claim) -> bool:
    """Whether both are about one person: newborns stand on a parent's card, told apart by birth
    date and mark; a blank mark counts as 1 (R-13)."""
    if not (claim.is_newborn or other.is_newborn):
        return True
    return (
        claim.is_newborn == other.is_newborn
        and claim.subject_birth_date is not None
        and claim.subject_birth_date == other.subject_birth_date
        and (claim.newborn_mark or "1") == (other.newborn_mark or "1")
    )


def interval_reason(found: Broken) -> Reason:
    """Rule and date, never the person: ``3 year`` and ``1130310``."""
    return Reason("INTERVAL_TOO_SHORT", "visit_date", found.expected, roc_text(found.earlier))
