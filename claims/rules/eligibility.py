"""Eligibility by age on the day of service. It only hints: nothing here refuses or undoes a match.

source: programmes.md sections 1 to 3; programmes.toml eligibility; R-33
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from claims.ages import AGE_STYLES
from claims.model import Claim, Reason
from claims.periods import day_of
from claims.programmes import Eligibility, programmes
from claims.rules.intervals import Broken, broken, interval_reason

OLDEST_DAYS = 150 * 366
"""Nobody is older; a birth date before that is only compared by its year limits."""


class Births(msgspec.Struct, frozen=True, gc=False):
    """The birth dates for which a row passes, both included; and the row, to say so."""

    first: int
    last: int
    row: Eligibility


def _births(row: Eligibility, visit: int) -> Births:
    """Age never rises with the birth date, so the births that pass are one stretch of days.

    A condition that data cannot prove (polio, indigenous) is not judged.
    """
    days = range(visit - OLDEST_DAYS, visit + 1)
    first, last = days[0], days[-1]
    if row.age_style != "none":
        age = AGE_STYLES[row.age_style]
        if row.age_max is not None:
            oldest = row.age_max - row.age_max_exclusive
            first = days[bisect_left(days, True, key=lambda born: age(born, visit) <= oldest)]
        if row.age_min is not None:
            youngest = row.age_min
            last = days[bisect_left(days, True, key=lambda born: age(born, visit) < youngest) - 1]
    if row.born_from is not None:
        first = max(first, day_of(row.born_from.year, row.born_from.month, row.born_from.day))
    if row.born_to is not None:
        last = min(last, day_of(row.born_to.year, row.born_to.month, row.born_to.day))
    return Births(first, last, row)


@lru_cache(maxsize=8192)
def eligible_births(order_code: str, visit: int) -> tuple[Births, ...]:
    """The ways to be eligible for an order on a visit date; empty when no rule is known."""
    return tuple(_births(row, visit) for row in programmes().eligibility(order_code, visit))


def age_reason(row: Eligibility, born: int, visit: int) -> Reason:
    """Ages, not dates: ``year 40-64`` and ``39``."""
    low = "" if row.age_min is None else str(row.age_min)
    high = "" if row.age_max is None else str(row.age_max)
    expected = f"{row.age_style} {low}-{'<' if row.age_max_exclusive else ''}{high}"
    style = "year" if row.age_style == "none" else row.age_style
    found = str(AGE_STYLES[style](born, visit)) if born <= visit else "0"
    return Reason("AGE_NOT_ELIGIBLE", "birth_date", expected, found)


def eligibility_hints(claim: Claim, others: Sequence[Claim]) -> tuple[Reason, ...]:
    """AGE_NOT_ELIGIBLE, or INTERVAL_TOO_SHORT when of the rows whose age passes none leaves enough
    time since an earlier service. ``others``: the person's live claims, this one among them.

    A claim is eligible when any row valid on its visit date passes. Warnings only: no row of the
    table is more than public or assumed (spec README, marks).
    """
    born, visit = claim.subject_birth_date, claim.visit_date
    if visit is None:
        return ()
    ways = eligible_births(claim.order_code, visit)
    if not ways:
        return ()
    fitting = [way.row for way in ways if born is None or way.first <= born <= way.last]
    if not fitting:
        return () if born is None else (age_reason(ways[0].row, born, visit),)
    if len(others) < 2 or any(row.on_fail == "none" for row in fitting):
        return ()
    nearest: Broken | None = None
    for row in fitting:
        nearest = broken(row, claim, others)
        if nearest is None:
            return ()
    return (interval_reason(nearest),) if nearest else ()
