"""What of a book is still unanswered, by programme and time: the raw material of near misses.

A claim is *open* when it holds its visit key and no result has that key; a result is *loose* when
no live claim of its book asks for it. A pair is *crossed* when an adult result has a claim's key
and another birth date: it may be another person's. source: R-29; programmes.md section 5
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from claims.matching import answer, is_attached
from claims.model import Book, Claim, Head, Result, with_
from claims.rules.evidence import ADULT, CHILD, Evidence, usable
from claims.states import (
    LATE,
    MATCHED,
    OPEN_ERROR,
    OPEN_MISSING,
    OVERDUE,
    PENDING,
    PENDING_ERROR,
)

Place = tuple[str, int]
"""Programme and day; for children the first day of a block, because their dates may differ."""
BLOCK_DAYS = 16


class Unanswered(msgspec.Struct, frozen=True, gc=False):
    """What is open, loose and crossed in one book at one place."""

    claims: tuple[Claim, ...] = ()
    results: tuple[Result, ...] = ()
    crossed: tuple[tuple[Claim, Result], ...] = ()


NONE = Unanswered()
ALL_ANSWERED: Mapping[Place, Unanswered] = MappingProxyType({})
_NO_RESULT = frozenset({PENDING, OPEN_MISSING})
_WRONG_RESULT = frozenset({PENDING_ERROR, OPEN_ERROR})
_EITHER = frozenset({LATE, OVERDUE})
_SEARCHED = _NO_RESULT | _WRONG_RESULT | _EITHER


def birth_of(claim: Claim) -> int | None:
    """The birth date that a result's is compared with."""
    return claim.subject_birth_date if claim.programme == CHILD else claim.birth_date


def place_of(programme: str, day: int) -> Place:
    return (programme, day - day % BLOCK_DAYS if programme == CHILD else day)


def places_near(place: Place, days: int) -> tuple[Place, ...]:
    """Where a likeness may lie: the same day, for children any within so many days."""
    programme, start = place
    if programme != CHILD:
        return (place,)
    reach = -(-days // BLOCK_DAYS) * BLOCK_DAYS
    return tuple((programme, day) for day in range(start - reach, start + reach + 1, BLOCK_DAYS))


def unanswered_of(book: Book) -> Mapping[Place, Unanswered]:
    """Everything open, loose or crossed. Asked for every book that is kept, so states go first:
    most books are matched, or hold one claim that waits."""
    results = book.results
    if len(book.heads) == 1:
        head = book.heads[0]
        if head.state == MATCHED:
            if not results or (len(results) == 1 and results[0].result_id == head.result_id):
                return ALL_ANSWERED
        elif not results and head.state in _SEARCHED:
            claim = book.claims[0]
            if claim.visit_date is not None and usable(claim):
                return {place_of(claim.programme, claim.visit_date): Unanswered((claim,))}
    unmatched: list[tuple[Claim, Head]] = []
    answering: list[str] = []
    for claim, head in zip(book.claims, book.heads, strict=True):
        if head.state == MATCHED:
            answering.append(head.result_id)
        elif head.state in _SEARCHED:
            unmatched.append((claim, head))
    if not unmatched:
        if not results or (len(results) == 1 and results[0].result_id in answering):
            return ALL_ANSWERED
        if len(results) == 1 and not book.claims:
            row = results[0]
            return {place: Unanswered((), results) for place in _places(row)}
    found: dict[Place, Unanswered] = {}
    looks = _Looks(book)
    for claim, head in unmatched:
        looks.sort_claim(claim, head, found)
    for row in results:
        if row.result_id not in answering and looks.is_loose(row):
            for place in _places(row):
                known = found.get(place, NONE)
                found[place] = with_(known, results=(*known.results, row))
    return found


def _places(row: Result) -> tuple[Place, ...]:
    """Where claims may ask for a result: an adult row has up to two key dates."""
    first, second = place_of(row.programme, row.visit_date), row.stage2_date
    if row.programme != ADULT or second is None or second == row.visit_date:
        return (first,)
    return (first, (ADULT, second))


class _Looks:
    """One look at the book for each programme that needs one."""

    __slots__ = ("_book", "_evidence", "_programmes")

    def __init__(self, book: Book) -> None:
        self._book = book
        self._evidence: dict[str, Evidence] = {}
        self._programmes = {row.programme for row in book.results}

    def _at(self, programme: str) -> Evidence:
        known = self._evidence.get(programme)
        if known is None:
            known = self._evidence[programme] = Evidence(self._book, programme)
        return known

    def is_loose(self, row: Result) -> bool:
        return not self._book.claims or not is_attached(row, self._at(row.programme))

    def sort_claim(self, claim: Claim, head: Head, found: dict[Place, Unanswered]) -> None:
        visit, programme = claim.visit_date, claim.programme
        if visit is None or not usable(claim):
            return
        if head.reasons and head.reasons[0].code == "DUPLICATE_CLAIM":
            return
        place = place_of(programme, visit)
        known = found.get(place, NONE)
        if head.state in _NO_RESULT or programme not in self._programmes:
            found[place] = with_(known, claims=(*known.claims, claim))
            return
        if head.state in _WRONG_RESULT and programme != ADULT:
            return
        said = answer(claim, self._at(programme))
        if said is None:
            found[place] = with_(known, claims=(*known.claims, claim))
        elif programme == ADULT and any(one.code == "BIRTH_MISMATCH" for one in said.reasons):
            pairs = (*known.crossed, (claim, said.result))
            found[place] = with_(known, crossed=pairs)
