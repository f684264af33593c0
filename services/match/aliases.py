"""新舊身分證號: which person keys are one person's, and their books joined or split.

a                                  there is, or was, an alias in this partition
a + first byte of a person key     edges: person key -> keys entered as the same person's
n + person key + facility          a book of the person lies at that facility

A group's book lies under the smallest key of the group. Case and result directories name the key
of the fact's own ID, so an alias rewrites nothing there: a lookup goes through ``root``.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from claims.agency_events import PersonAliased
from claims.book import Book, Cause, Change, due_days, with_
from claims.joining import join, split, told_of_alias
from pipeline import quarantine
from pipeline.ledger import Ledger
from pipeline.message import Fact
from services.match.state import FACILITY_BYTES, book_key, due_key, facility_of

EDGES, PLACES = b"a", b"n"
Edges = dict[bytes, tuple[bytes, ...]]
STATE_KINDS: dict[bytes, Any] = {EDGES: Edges, PLACES: bool}
PERSON_BYTES = 16
MANY = 1_000


class Books(Protocol):
    """What of a desk is needed here."""

    def begin(self) -> None: ...
    def open(self, ledger: Ledger, key: bytes) -> Book: ...
    def put_back(
        self, ledger: Ledger, key: bytes, book: Book, changes: Sequence[Change]
    ) -> None: ...
    def give_away(self, ledger: Ledger, key: bytes, book: Book, cause: Cause) -> None: ...


class Regroup(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Body of a fact that waits behind a quarantined book: put the facts of ``book`` where the
    aliases of the moment want them."""

    book: bytes
    day: int
    cause: str


class Aliases:
    """``forget`` begins a message; as a watcher of the desk it knows where books lie."""

    def __init__(
        self, desk: Books, person_key: Callable[[str], str], park: Callable[[Fact], bytes]
    ) -> None:
        self._desk, self._person_key, self._park = desk, person_key, park
        self._any: bool | None = None

    def forget(self) -> None:
        self._any = None

    def root(self, ledger: Ledger, person_key: str) -> str:
        """The person key (hexadecimal) under which the person's books lie."""
        if self._any is None:
            self._any = ledger.get(EDGES) is not None
        if not self._any:
            return person_key
        key = bytes.fromhex(person_key)
        return person_key if not self._next_to(ledger, key) else min(self.group(ledger, key)).hex()

    def own_key(self, person_id: str) -> str:
        """The person key of an ID itself, whatever its aliases."""
        return self._person_key(person_id)

    def root_of_id(self, ledger: Ledger, person_id: str) -> str:
        return self.root(ledger, self._person_key(person_id))

    def group(self, ledger: Ledger, key: bytes) -> set[bytes]:
        """Every key that the aliases connect with this one."""
        found, fresh = {key}, [key]
        while fresh:
            for other in self._next_to(ledger, fresh.pop()):
                if other not in found:
                    found.add(other)
                    fresh.append(other)
        return found

    def changed(self, ledger: Ledger, key: bytes, before: Book | None, after: Book | None) -> None:
        """A watcher of the desk: a book is new, or is there no more."""
        if before is None or after is None:
            facility, person = key[1 : 1 + FACILITY_BYTES], key[1 + FACILITY_BYTES :]
            ledger.put(PLACES + person + facility, None if after is None else True)

    def take(self, ledger: Ledger, event: PersonAliased) -> None:
        """Enter an alias or take it back; a repeat changes nothing."""
        one = bytes.fromhex(self._person_key(event.old_id))
        other = bytes.fromhex(self._person_key(event.new_id))
        if one == other or (other in self._next_to(ledger, one)) != event.taken_back:
            return
        before = self.group(ledger, one) | self.group(ledger, other)
        self._set(ledger, one, other, event.taken_back)
        self._set(ledger, other, one, event.taken_back)
        self.forget()
        for person in sorted(before):
            for facility in self._facilities(ledger, person):
                key = book_key(facility, person.hex())
                self.regroup(ledger, Regroup(key, event.received_on, event.event_id))

    def regroup(self, ledger: Ledger, body: Regroup) -> None:
        """Join the facts of a book with the books they belong to. It waits behind a book in
        quarantine, whichever side that is."""
        key = body.book
        if ledger.get(key) is None:
            return
        if quarantine.is_parked(ledger, key):
            quarantine.park(ledger, key, self._park(Fact(key, body)))
            return
        book, cause = self._desk.open(ledger, key), Cause(body.day, body.cause)
        facility = facility_of(key)
        parts = [
            (book_key(facility, str(root)), part, changes)
            for root, part, changes in split(book, lambda who: self.root_of_id(ledger, who), cause)
        ]
        if [place for place, _, _ in parts] == [key]:
            return
        for place, _, _ in parts:
            if place != key and quarantine.is_parked(ledger, place):
                quarantine.park(ledger, place, self._park(Fact(place, body)))
                return
        self._desk.give_away(ledger, key, book, cause)
        for place, part, changes in sorted(parts, key=lambda each: each[0]):
            self.settle_in(ledger, place, part, changes, cause)

    def settle_in(
        self,
        ledger: Ledger,
        key: bytes,
        book: Book,
        changes: tuple[Change, ...],
        cause: Cause,
        announced: bool = True,
    ) -> None:
        """Put a book that has come from elsewhere under its key, joined with what is there.

        ``changes`` befell it on the way. It must have passed the milestones of this partition.
        ``announced`` False: its open cases are told of the alias also when nothing is there.
        """
        indexed: tuple[int, ...] = ()
        if ledger.get(key) is not None:
            known = self._desk.open(ledger, key)
            indexed = known.indexed
            book, more = join((known, book), cause)
            changes += more
        elif not announced:
            book, more = told_of_alias(book, cause)
            changes += more
        due = {day for day in due_days(book) if day > book.closed_on}
        for day in due.difference(indexed):
            ledger.put(due_key(day, key), True)
        book = with_(book, indexed=tuple(sorted(due.union(indexed))))
        self._desk.put_back(ledger, key, book, changes)

    def _facilities(self, ledger: Ledger, person: bytes) -> list[str]:
        found: list[str] = []
        low, high = PLACES + person, PLACES + person + b"\xff"
        while entries := ledger.scan(low, high, MANY):
            found += [key[1 + PERSON_BYTES :].decode() for key, _ in entries]
            low = entries[-1][0] + b"\0"
        return found

    def _next_to(self, ledger: Ledger, key: bytes) -> tuple[bytes, ...]:
        return _edges(ledger, key).get(key, ())

    @staticmethod
    def _set(ledger: Ledger, key: bytes, other: bytes, taken_back: bool) -> None:
        edges = dict(_edges(ledger, key))
        others = set(edges.pop(key, ()))
        others = others - {other} if taken_back else others | {other}
        if others:
            edges[key] = tuple(sorted(others))
        ledger.put(EDGES + key[:1], edges or None)
        ledger.put(EDGES, {})  # from now on somebody has to look


def _edges(ledger: Ledger, key: bytes) -> Edges:
    edges = ledger.get(EDGES + key[:1])
    return edges if isinstance(edges, dict) else {}
