"""What the other claims and results of a book say about one claim; built once a look at it."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from claims.model import NO_HEAD, Book, Claim, Reason, Result
from claims.programmes import programmes
from claims.states import WITHDRAWN

ADULT, CHILD, ORAL = "adult", "child", "oral"
_NUMBERS = re.compile(r"(\d+)")
FEW = 4
"""So many rows are looked through faster than an index of them is built."""

VisitKey = tuple[Any, ...]


def pair_code(order_code: str) -> str:
    """The stage-1 code of a stage-2 code, and the other way round; empty when there is none."""
    order = programmes().orders.get(order_code)
    return order.pair if order else ""


def usable(claim: Claim) -> bool:
    """Every key field can be used; a birth date is one for children only (R-17)."""
    if claim.visit_date is None or not claim.person_id:
        return False
    return claim.programme != CHILD or claim.subject_birth_date is not None


def newborn_mark(mark: str) -> str:
    """胞胎註記: blank counts as 1 (R-13)."""
    return mark or "1"


def visit_key(claim: Claim) -> VisitKey:
    """就醫鍵 within a book: the same service claimed twice has the same one (R-12)."""
    if claim.is_newborn:
        return (
            claim.order_code,
            claim.visit_date,
            claim.subject_birth_date,
            newborn_mark(claim.newborn_mark),
        )
    return (claim.order_code, claim.visit_date)


def precedence(claim: Claim) -> tuple[Any, ...]:
    """Smallest holds the result: claim date, then claim id with its numbers as numbers (R-12)."""
    parts = _NUMBERS.split(claim.claim_id)
    return (claim.appl_date, [int(part) if part.isdigit() else part for part in parts])


class Evidence:
    """The live claims (neither withdrawn nor invalid) and the results of one programme in a book.

    Built anew for every look at a book, and most books hold one or two of each: what only some
    questions need is made when they are asked.
    """

    __slots__ = (
        "_attached",
        "_dated",
        "_holders",
        "_second",
        "book",
        "closed_on",
        "live",
        "places",
        "programme",
        "results",
    )

    def __init__(self, book: Book, programme: str) -> None:
        self.book = book
        self.programme = programme
        self.closed_on = book.closed_on
        heads, known = book.heads, len(book.heads)
        self.places: list[int] = []
        self.live: list[Claim] = []
        for place, claim in enumerate(book.claims):
            if claim.programme == programme:
                self.places.append(place)
                head = heads[place] if place < known else NO_HEAD
                if head.state != WITHDRAWN and usable(claim):
                    self.live.append(claim)
        self.results = [row for row in book.results if row.programme == programme]
        self._dated: dict[int, list[Result]] | None = None
        self._second: dict[int, list[Result]] | None = None
        self._holders: dict[VisitKey, Claim] | None = None
        self._attached: set[VisitKey] | None = None

    def dated(self, day: int) -> Sequence[Result]:
        """Results by their key date (adult: stage 1)."""
        rows = self.results
        if len(rows) <= FEW:
            return [row for row in rows if row.visit_date == day]
        if self._dated is None:
            self._dated = {}
            for row in rows:
                self._dated.setdefault(row.visit_date, []).append(row)
        return self._dated.get(day, ())

    def second(self, day: int) -> Sequence[Result]:
        """Adult results by their stage-2 date."""
        rows = self.results
        if len(rows) <= FEW:
            return [row for row in rows if row.stage2_date == day]
        if self._second is None:
            self._second = {}
            for row in rows:
                if row.stage2_date is not None:
                    self._second.setdefault(row.stage2_date, []).append(row)
        return self._second.get(day, ())

    @property
    def others(self) -> list[Claim]:
        """Live claims of the whole book, of any programme."""
        book = self.book
        if len(self.places) == len(book.claims):
            return self.live
        return [
            claim
            for claim, head in zip(book.claims, book.heads, strict=False)
            if head.state != WITHDRAWN and usable(claim)
        ]

    def is_holder(self, claim: Claim) -> bool:
        """Whether the claim is the one that a result for its visit key closes."""
        if len(self.live) < 2:
            return True
        if self._holders is None:
            holders: dict[VisitKey, Claim] = {}
            for other in self.live:
                key = visit_key(other)
                first = holders.get(key)
                if first is None or precedence(other) < precedence(first):
                    holders[key] = other
            self._holders = holders
        return self._holders[visit_key(claim)].claim_id == claim.claim_id

    def attached(self) -> set[VisitKey]:
        """The result keys that live claims ask for; a result of any other key matches nothing."""
        if self._attached is None:
            if self.programme == CHILD:
                self._attached = {
                    (claim.order_code, claim.visit_date, claim.subject_birth_date)
                    + ((newborn_mark(claim.newborn_mark),) if claim.is_newborn else ())
                    for claim in self.live
                }
            else:
                self._attached = {(claim.requirement, claim.visit_date) for claim in self.live}
        return self._attached

    def pair_claim(self, claim: Claim) -> Claim | None:
        """The stage-1 claim of a stage-2 claim: the pair code's newest that is not after it."""
        code, visit = pair_code(claim.order_code), claim.visit_date or 0
        found: Claim | None = None
        for other in self.live:
            day = other.visit_date or 0
            if other.order_code == code and (found.visit_date or 0 if found else -1) < day <= visit:
                found = other
        return found

    def with_adult(self, claim: Claim) -> bool:
        """bc_mode: an adult stage-1 line of the same person, facility and day exists (R-16)."""
        return any(
            other.requirement == "stage1" and other.visit_date == claim.visit_date
            for other in self.live
        )

    def has_stage2(self, claim: Claim) -> bool:
        """A stage-2 claim exists whose stage 1 is of the day of this (bc) claim."""
        for other in self.live:
            if other.requirement == "stage2":
                pair = self.pair_claim(other)
                if pair is not None and pair.visit_date == claim.visit_date:
                    return True
        return False


Rule = Callable[[Claim, Result, Evidence], tuple[Reason, ...]]
