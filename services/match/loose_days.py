"""What is unanswered at a facility, by programme and day: who to compare when one more appears.

l + facility / programme / day       persons with open claims, loose results or crossed pairs

An entry holds IDs and birth dates, its key none. The rest lies in the books.
"""

from typing import Any, TypeVar

import msgspec

from claims.model import Kept
from claims.programmes import programmes
from claims.unanswered import Place, Unanswered, birth_of, places_near
from pipeline.ledger import Ledger
from services.match.persons import Named, Persons

LOOSE = b"l"
_DAY_OFFSET = 1 << 31


class Births(Kept, frozen=True, array_like=True, gc=False):
    """The birth dates of a claim and of the result with its key: they differ."""

    claim: int | None
    result: int | None


class LooseDay(Kept, frozen=True, array_like=True):
    """One entry: per person key who has open claims, loose results, crossed pairs."""

    claims: dict[bytes, tuple[Named, ...]]
    results: dict[bytes, tuple[Named, ...]]
    crossed: dict[bytes, tuple[Births, ...]]


STATE_KINDS: dict[bytes, Any] = {LOOSE: LooseDay}


def loose_key(facility: bytes, place: Place) -> bytes:
    programme, day = place
    return b"%s%s/%s/%s" % (
        LOOSE,
        facility,
        programme.encode(),
        (day + _DAY_OFFSET).to_bytes(4, "big"),
    )


class Page:
    """An entry on the table: it changes during a message."""

    __slots__ = ("changed", "claims", "crossed", "results")

    def __init__(self, stored: LooseDay | None) -> None:
        self.changed = False
        self.claims = Persons(stored.claims if stored else {})
        self.results = Persons(stored.results if stored else {})
        self.crossed = dict(stored.crossed) if stored else {}

    def enter(self, person: bytes, loose: Unanswered) -> None:
        """What a person has on this day from now on."""
        self.changed = True
        if loose.claims:
            self.claims.set(person, named_in_claims(loose))
        elif person in self.claims.names:
            self.claims.remove(person)
        if loose.results:
            self.results.set(person, named_in_results(loose))
        elif person in self.results.names:
            self.results.remove(person)
        if loose.crossed:
            self.crossed[person] = births_of(loose)
        elif person in self.crossed:
            del self.crossed[person]

    def stored(self) -> LooseDay | None:
        """The entry as it is written; None when nothing is left."""
        claims, results = self.claims.names, self.results.names
        if not claims and not results and not self.crossed:
            return None
        return LooseDay(claims, results, self.crossed)


T = TypeVar("T")


def named_in_claims(loose: Unanswered) -> tuple[Named, ...]:
    """Sorted: an entry does not depend on the order of the facts."""
    claims = loose.claims
    if len(claims) == 1:
        return (Named(claims[0].person_id, birth_of(claims[0])),)
    return _sorted({Named(claim.person_id, birth_of(claim)) for claim in claims})


def named_in_results(loose: Unanswered) -> tuple[Named, ...]:
    return _sorted({Named(row.person_id, row.birth_date) for row in loose.results})


def births_of(loose: Unanswered) -> tuple[Births, ...]:
    return _sorted({Births(birth_of(claim), row.birth_date) for claim, row in loose.crossed})


def _sorted(values: set[T]) -> tuple[T, ...]:
    return tuple(values) if len(values) < 2 else tuple(sorted(values, key=msgspec.json.encode))


class LooseDays:
    """The entries a message touches: each read once, written once by ``flush``."""

    def __init__(self) -> None:
        self._pages: dict[tuple[bytes, Place], Page] = {}
        self._near: dict[tuple[bytes, Place], tuple[Page, ...]] = {}

    def forget(self) -> None:
        """Drop what was not flushed: the message begins anew."""
        self._pages, self._near = {}, {}

    def page(self, ledger: Ledger, facility: bytes, place: Place) -> Page:
        page = self._pages.get((facility, place))
        if page is None:
            stored = ledger.get(loose_key(facility, place))
            assert stored is None or isinstance(stored, LooseDay)
            page = self._pages[facility, place] = Page(stored)
        return page

    def near(self, ledger: Ledger, facility: bytes, place: Place) -> tuple[Page, ...]:
        """The entries in which a likeness to something at this place may lie."""
        pages = self._near.get((facility, place))
        if pages is None:
            days = programmes().settings.near_miss_days
            pages = tuple(self.page(ledger, facility, at) for at in places_near(place, days))
            self._near[facility, place] = pages
        return pages

    def flush(self, ledger: Ledger) -> None:
        for (facility, place), page in self._pages.items():
            if page.changed:
                ledger.put(loose_key(facility, place), page.stored())
        self.forget()
