"""Near misses between persons of a facility: typing errors in IDs, and results exchanged.

The index of the partition says whom to compare; every likeness is then proven on the books
themselves. What a book is given follows from the facts alone, not from their order.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Protocol

from claims.model import Book, Result, Stranger
from claims.rules.evidence import CHILD
from claims.settling import Cause, Change
from claims.stranger_facts import with_strangers
from claims.strangers import (
    PERSONS_SWAPPED,
    STRANGERS_KEPT,
    exchange_matches,
    likely_strangers,
    may_swap,
    mirrored,
    swap_places,
)
from claims.unanswered import ALL_ANSWERED, NONE, Place, Unanswered, unanswered_of
from pipeline import quarantine
from pipeline.errors import BookFailed
from pipeline.ledger import Ledger
from services.match.loose_days import (
    STATE_KINDS,
    LooseDays,
    births_of,
    named_in_claims,
    named_in_results,
)
from services.match.state import BOOK, FACILITY_BYTES

__all__ = ["STATE_KINDS", "Books", "Neighbours"]

_PERSON_AT = 1 + FACILITY_BYTES


class Books(Protocol):
    """What of a desk is needed here."""

    def open(self, ledger: Ledger, key: bytes) -> Book: ...
    def put_back(
        self, ledger: Ledger, key: bytes, book: Book, changes: Sequence[Change]
    ) -> None: ...


class Neighbours:
    """``changed`` for every book that is kept, ``settle`` after every fact, ``flush`` at the end.

    ``forget`` begins a message or a slice.
    """

    def __init__(self, desk: Books) -> None:
        self._desk = desk
        self._days = LooseDays()
        self._dirty: set[bytes] = set()

    def forget(self) -> None:
        self._days.forget()
        self._dirty = set()

    def changed(self, ledger: Ledger, key: bytes, before: Book | None, after: Book | None) -> None:
        """A book is kept (or, without ``after``, given away); index what is unanswered in it, and
        note whose strangers that may change."""
        if (
            before is not None
            and after is not None
            and before.heads is after.heads
            and before.results is after.results
            and before.claims is after.claims
        ):
            return
        old = ALL_ANSWERED if before is None else unanswered_of(before)
        new = ALL_ANSWERED if after is None else unanswered_of(after)
        if not old and not new and not (after is not None and after.strangers):
            return
        facility, person = key[1:_PERSON_AT], key[_PERSON_AT:]
        for place in new if not old else old if not new else {**old, **new}:
            was, now = old.get(place, NONE), new.get(place, NONE)
            if was == now:
                continue
            page = self._days.page(ledger, facility, place)
            page.enter(person, now)
            looks, seen = bool(now.claims), bool(was.results or now.results)
            if place[0] != CHILD:  # no other day can concern it
                looks, seen = looks and bool(page.results.names), seen and bool(page.claims.names)
            if looks or seen:
                self._tell_those_alike(ledger, key, place, was, now)
        if after is not None and after.strangers:
            self._dirty.add(key)
        if may_swap(old):
            self._tell_partners(ledger, key, old)
        if may_swap(new):
            self._tell_partners(ledger, key, new)

    def look_again(self, key: bytes) -> None:
        """The strangers of a book may be out of date: it was in quarantine."""
        self._dirty.add(key)

    @property
    def wait(self) -> bool:
        """Whether somebody's strangers may have changed."""
        return bool(self._dirty)

    def settle(self, ledger: Ledger, cause: Cause) -> None:
        """Give every book concerned its strangers; a book in quarantine is left out. Raises
        BookFailed for one that cannot be judged."""
        while self._dirty:
            dirty, self._dirty = sorted(self._dirty), set()
            for key in dirty:
                if quarantine.is_parked(ledger, key):
                    continue
                try:
                    self._judge(ledger, key, cause)
                except Exception as bad:
                    raise BookFailed(key) from bad

    def _judge(self, ledger: Ledger, key: bytes, cause: Cause) -> None:
        book = self._desk.open(ledger, key)
        strangers = self._strangers_of(ledger, key, book)
        if strangers != book.strangers:
            book, changes = with_strangers(book, strangers, cause)
            self._desk.put_back(ledger, key, book, changes)

    def flush(self, ledger: Ledger) -> None:
        self._days.flush(ledger)

    # -- whom a change concerns

    def _tell_those_alike(
        self, ledger: Ledger, key: bytes, place: Place, was: Unanswered, now: Unanswered
    ) -> None:
        """Claims look for results alike, results that came or went for claims alike."""
        facility, person = key[1:_PERSON_AT], key[_PERSON_AT:]
        looks, seen = now.claims, was.results or now.results
        for page in self._days.near(ledger, facility, place):
            if looks and page.results.names and page.results.alike(named_in_claims(now), person):
                self._dirty.add(key)
            if seen and page.claims.names:
                rows = (*named_in_results(was), *named_in_results(now))
                for other in page.claims.alike(rows, person):
                    self._dirty.add(BOOK + facility + other)

    def _tell_partners(self, ledger: Ledger, key: bytes, found: Mapping[Place, Unanswered]) -> None:
        """Anything in a book may decide whether an exchange would make two cases match."""
        for partner in {other for _, _, other in self._partners(ledger, key, found)}:
            self._dirty.add(key)
            self._dirty.add(BOOK + key[1:_PERSON_AT] + partner)

    def _partners(
        self, ledger: Ledger, key: bytes, found: Mapping[Place, Unanswered]
    ) -> Iterator[tuple[Place, Place, bytes]]:
        """Persons with the mirror image: the place of the claim, that of its result, and who."""
        facility, person = key[1:_PERSON_AT], key[_PERSON_AT:]
        for here, there in swap_places(found):
            results = self._days.page(ledger, facility, here).results
            claims = self._days.page(ledger, facility, there).claims
            for other in results.names.keys() & claims.names.keys():
                if other != person:
                    yield here, there, other
        for place, loose in found.items():
            if loose.crossed:
                births = [(pair.claim, pair.result) for pair in births_of(loose)]
                for other, pairs in self._days.page(ledger, facility, place).crossed.items():
                    if other != person and any(
                        mirrored(one, (pair.claim, pair.result)) for one in births for pair in pairs
                    ):
                        yield place, place, other

    # -- the strangers of a book, from the index and the books it names

    def _strangers_of(self, ledger: Ledger, key: bytes, book: Book) -> tuple[Stranger, ...]:
        found = unanswered_of(book)
        kept: list[Stranger] = []
        for place, loose in found.items():
            if loose.claims:
                rows = self._rows_like(ledger, key, place, loose)
                for claim in loose.claims:
                    kept += likely_strangers(claim, rows)
        if found:
            kept += self._exchanges(ledger, key, book, found)
        kept.sort(key=lambda one: (one.claim_id, one.code, one.result.result_id))
        return tuple(kept)

    def _rows_like(
        self, ledger: Ledger, key: bytes, place: Place, loose: Unanswered
    ) -> list[Result]:
        """The loose results of persons whose ID comes near, of whatever day."""
        facility, person = key[1:_PERSON_AT], key[_PERSON_AT:]
        names = named_in_claims(loose)
        rows: dict[str, Result] = {}
        for page in self._days.near(ledger, facility, place):
            for other in page.results.alike(names, person):
                for parts in self._loose_there(ledger, facility, other).values():
                    rows.update((row.result_id, row) for row in parts.results)
        return list(rows.values())

    def _exchanges(
        self, ledger: Ledger, key: bytes, book: Book, found: Mapping[Place, Unanswered]
    ) -> list[Stranger]:
        """For each claim the results of others that would answer it after an exchange of IDs."""
        proven: dict[str, dict[str, Stranger]] = {}
        for here, there, other in self._partners(ledger, key, found):
            theirs = ledger.get(BOOK + key[1:_PERSON_AT] + other)
            if isinstance(theirs, Book):
                for stranger in _exchanged(book, found, theirs, here, there):
                    of_claim = proven.setdefault(stranger.claim_id, {})
                    of_claim[stranger.result.result_id] = stranger
        return [
            rows[result_id]
            for rows in proven.values()
            for result_id in sorted(rows)[:STRANGERS_KEPT]
        ]

    @staticmethod
    def _loose_there(ledger: Ledger, facility: bytes, person: bytes) -> Mapping[Place, Unanswered]:
        other = ledger.get(BOOK + facility + person)
        return unanswered_of(other) if isinstance(other, Book) else ALL_ANSWERED


def _exchanged(
    book: Book, found: Mapping[Place, Unanswered], other: Book, here: Place, there: Place
) -> Iterator[Stranger]:
    """The proof, for every pair of claim and result on both sides."""
    mirror = unanswered_of(other)
    mine = [(claim, row) for claim in found[here].claims for row in found[there].results]
    theirs = [
        (claim, row)
        for claim in mirror.get(there, NONE).claims
        for row in mirror.get(here, NONE).results
    ]
    tries = list(product(mine, theirs))
    if here == there:
        tries += product(found[here].crossed, mirror.get(here, NONE).crossed)
    for (claim, own), (their, come) in tries:
        if exchange_matches(book, claim, own, other, their, come):
            yield Stranger(claim.claim_id, PERSONS_SWAPPED, come)
