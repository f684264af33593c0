"""Who finds whom at another facility: pairs of what is alone. They are hints, never matches.

source: programmes.md section 5 (near misses: same person and date, other facility), sections 1 to 3
(intervals, once in life); rulings R-29, R-30, R-33
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from claims.alone import CLAIM, RESULT, Item
from claims.model import Kept
from claims.periods import roc_text
from claims.programmes import programmes
from claims.rules.evidence import CHILD
from claims.rules.intervals import too_near

MISMATCH, TOO_SHORT = "FACILITY_MISMATCH", "INTERVAL_TOO_SHORT"
MOST_PLACES = 3
"""So many other places are told for one claim."""


class Found(Kept, frozen=True, array_like=True, gc=False, order=True):
    """A hint about one claim: what stands at another facility."""

    facility_id: str
    case_id: str
    code: str
    field: str
    expected: str
    found: str
    evidence: str


def found_among(items: Sequence[Item]) -> tuple[Found, ...]:
    """All hints about the claims of one person, in a fixed order. ``items``: all that is alone."""
    hints: list[Found] = []
    for claim in items:
        if claim.kind == CLAIM:
            others = [item for item in items if item.facility_id != claim.facility_id]
            hints += _results_of_that_day(claim, others)
            hints += _earlier_ones(claim, others)
    return tuple(sorted(hints))


def _results_of_that_day(claim: Item, others: Iterable[Item]) -> list[Found]:
    """Results with the claim's key but for the facility. Its first ones by facility and id."""
    found = [
        Found(
            claim.facility_id,
            claim.item_id,
            MISMATCH,
            "facility_id",
            claim.facility_id,
            other.facility_id,
            other.item_id,
        )
        for other in others
        if other.kind == RESULT and _same_key(claim, other)
    ]
    return sorted(found)[:MOST_PLACES]


def _same_key(claim: Item, result: Item) -> bool:
    if claim.programme != result.programme or _date(claim, result) != claim.key_date:
        return False
    return claim.programme != CHILD or _same_child_and_visit(claim, result)


def _same_child_and_visit(claim: Item, other: Item) -> bool:
    """Newborns stand on a parent's card: siblings are told apart by their birth date (R-13)."""
    return (claim.order_code, claim.birth_key) == (other.order_code, other.birth_key)


def _date(claim: Item, other: Item) -> int | None:
    """The date on which the other one did what the claim is about; None when it did not."""
    if claim.requirement not in other.requirement.split(","):
        return None
    if other.kind == RESULT and claim.requirement == "stage2":
        return other.second_date
    return other.key_date


def _earlier_ones(claim: Item, others: Iterable[Item]) -> list[Found]:
    """The newest of what was done elsewhere before, when every way to be eligible forbids it."""
    newest: tuple[int, str] | None = None
    for other in others:
        date = _date(claim, other) if other.programme == claim.programme else None
        if date is None or date >= claim.key_date:
            continue
        if claim.programme == CHILD and not _same_child_and_visit(claim, other):
            continue
        if newest is None or (date, other.item_id) > newest:
            newest = (date, other.item_id)
    if newest is None:
        return []
    date, item_id = newest
    rule = interval_broken(claim.order_code, claim.key_date, date)
    if not rule:
        return []
    return [
        Found(
            claim.facility_id,
            claim.item_id,
            TOO_SHORT,
            "visit_date",
            rule,
            roc_text(date),
            item_id,
        )
    ]


@lru_cache(maxsize=8192)
def interval_broken(order_code: str, visit: int, earlier: int) -> str:
    """The interval that is too short, such as ``3 year``, or ``once``; empty when none is.

    Without a birth date it is not known which row holds: all that are valid must say so.
    """
    rows = programmes().eligibility(order_code, visit)
    if any(row.on_fail == "none" for row in rows):
        return ""  # nobody knows which rule held then (U-11)
    broken = [too_near(row, visit, earlier) for row in rows]
    return broken[0] if broken and all(broken) else ""
