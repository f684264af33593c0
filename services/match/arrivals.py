"""What comes in for the new code of a facility: books, and what is said about them.

h + milestones + 0 + digest   books that are ahead of this partition, until it has come as far
h + milestones + 1 + number   messages that speak of them, in their order, taken right after them
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from claims.agency_events import Actions, FacilityClosed
from claims.book import Book, Cause, catch_up, judged_by_new_rules, with_
from claims.dated import rules_version
from claims.events import Records
from claims.joining import close_facility, split
from claims.recovery_events import BookMoved, HintFound
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.errors import BookFailed
from pipeline.handler import Packer
from pipeline.ledger import Ledger
from pipeline.message import Fact
from services.match.aliases import Aliases
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facilities import Facilities
from services.match.state import BOOK, book_key

WAITING = b"h"
_BOOKS, _MESSAGES = b"\0", b"\1"
_SEEN, _NUMBER = 4, 4
_MANY = 100_000
ENDS = b"hand-overs"
FORWARDED, ASKED = "/forwarded", "/asked"

Forwarded = Records | Actions | FacilityClosed | HintFound | BookMoved


class Arriving(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Body of a fact: one book that comes in. ``packed``: its state bytes."""

    facility_id: str
    day: int
    cause: str
    seen: int
    packed: bytes


class AllCame(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Body of a fact: the last of a hand-over has come."""

    facility_id: str
    former: str


class Deferred(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A message, encoded, that waits for a book."""

    facility_id: str
    event: bytes


STATE_KINDS: dict[bytes, Any] = {WAITING: Arriving | Deferred}


class Arrivals:
    """Takes books in. ``take_whole`` takes a message that waited, all of it."""

    def __init__(
        self,
        desk: Desk,
        codec: Codec,
        packer: Packer,
        aliases: Aliases,
        facilities: Facilities,
        cases: Directory,
        results: Directory,
        park: Callable[[Fact], bytes],
    ) -> None:
        self._desk, self._codec, self._packer = desk, codec, packer
        self._aliases, self._facilities = aliases, facilities
        self._cases, self._results, self._park = cases, results, park
        self.take_whole: Callable[[Ledger, Forwarded], None] = lambda ledger, event: None

    # -- messages

    def must_wait(self, ledger: Ledger, event: Forwarded) -> bool:
        """Whether a message may speak of a book that waits here for a milestone."""
        if isinstance(event, BookMoved | FacilityClosed):
            return False
        code = event.facility_id
        waited_for = self._facilities.of(ledger, code).waited_for  # asked for every message
        return waited_for and self._level(ledger, code) is not None

    def defer(self, ledger: Ledger, event: Forwarded) -> None:
        """Let it wait behind the books and messages of its facility that wait already."""
        level = self._level(ledger, event.facility_id)
        assert level is not None, "something waits, or it need not"
        low, high = level + _MESSAGES, level + bytes((_MESSAGES[0] + 1,))
        number = len(ledger.scan(low, high, _MANY)).to_bytes(_NUMBER, "big")
        ledger.put(low + number, Deferred(event.facility_id, self._codec.encode(event)))

    @staticmethod
    def _level(ledger: Ledger, facility_id: str) -> bytes | None:
        """WAITING and the most milestones anything of a facility waits for."""
        entries = ledger.scan(WAITING, bytes((WAITING[0] + 1,)), _MANY)
        levels = [
            key[: 1 + _SEEN]
            for key, each in entries
            if isinstance(each, Arriving | Deferred) and each.facility_id == facility_id
        ]
        return max(levels, default=None)

    # -- books

    def arrivals(self, event: BookMoved) -> Iterator[Fact]:
        """The books of a message, one fact each; and that it was the last."""
        for packed in event.books:
            book = self._packer.unpack(BOOK, packed)
            assert isinstance(book, Book)
            facts = [claim.person_id for claim in book.claims]
            who = self._aliases.own_key(min(facts + [row.person_id for row in book.results]))
            body = Arriving(
                event.facility_id, event.received_on, event.event_id, event.seen, packed
            )
            yield Fact(book_key(event.facility_id, who), body)
        if event.last:
            yield Fact(ENDS, AllCame(event.facility_id, event.from_facility_id))

    def arrive(self, ledger: Ledger, body: Arriving) -> None:
        """Take a book in. It waits while it has passed more milestones than this partition, and
        behind a book in quarantine that it would join."""
        book = self._packer.unpack(BOOK, body.packed)
        assert isinstance(book, Book)
        if body.seen > len(self._desk.milestones(ledger)):
            name = _BOOKS + blake2b(body.packed, digest_size=16).digest()
            ledger.put(WAITING + body.seen.to_bytes(_SEEN, "big") + name, body)
            known = self._facilities.of(ledger, body.facility_id)
            known = msgspec.structs.replace(known, waited_for=True)
            self._facilities.keep(ledger, body.facility_id, known)
            return
        self._enter(ledger, body.facility_id, book)
        for root in sorted(self._roots(ledger, book)):
            key = book_key(body.facility_id, root)
            if quarantine.is_parked(ledger, key):
                quarantine.park(ledger, key, self._park(Fact(key, body)))
                return
        self._take_in(ledger, body, with_(book, facility_id=body.facility_id, indexed=()))

    def take_waiting(self, ledger: Ledger, limit: int) -> int:
        """Books that waited for milestones that have come meanwhile, and the messages behind them;
        how many."""
        reached = len(self._desk.milestones(ledger)) + 1
        waiting = ledger.scan(WAITING, WAITING + reached.to_bytes(_SEEN, "big"), limit)
        for key, body in waiting:
            ledger.put(key, None)
            if isinstance(body, Arriving):
                self.arrive(ledger, body)
                self._facilities.move_on(ledger, body.facility_id)
            elif isinstance(body, Deferred):
                event = self._codec.decode(body.event)
                assert isinstance(event, Forwarded)
                self.take_whole(ledger, event)
        return len(waiting)

    def _enter(self, ledger: Ledger, new: str, book: Book) -> None:
        """In the directories: what is said of it finds it, also where it waits in quarantine."""
        for claim in book.claims:
            own = self._aliases.own_key(claim.person_id)
            self._cases.set(ledger, new, claim.case_key, own)
        for row in book.results:
            self._results.set(ledger, new, row.result_id, self._aliases.own_key(row.person_id))

    def _roots(self, ledger: Ledger, book: Book) -> set[str]:
        persons = {claim.person_id for claim in book.claims}
        persons |= {row.person_id for row in book.results}
        return {self._aliases.root_of_id(ledger, who) for who in persons}

    def _take_in(self, ledger: Ledger, body: Arriving, book: Book) -> None:
        new, cause = body.facility_id, Cause(body.day, body.cause)
        book, changes = catch_up(book, self._desk.milestones(ledger))
        if book.rules != rules_version():
            book, more = judged_by_new_rules(book, cause)
            changes += more
        book, more = close_facility(book, self._facilities.closed_on(ledger, new), cause)
        changes += more
        for root, part, more in split(
            book, lambda who: self._aliases.root_of_id(ledger, who), cause
        ):
            named = {claim.claim_id for claim in part.claims}
            on_the_way = tuple(each for each in changes if each.claim.claim_id in named)
            key = book_key(new, str(root))
            try:
                self._aliases.settle_in(
                    ledger, key, part, on_the_way + more, cause, announced=False
                )
            except Exception as bad:
                raise BookFailed(key) from bad
