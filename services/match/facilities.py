"""What a partition knows about facility codes: closures (停歇業), renames, successors.

f + code   Facility
e + kind + code   an errand of the sweep, and how far it has come
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from claims.agency_events import FacilityClosed, FacilityRenamed
from claims.book import Book, Cause, Change, catch_up
from claims.joining import close_facility
from claims.model import Milestone
from pipeline import quarantine
from pipeline.errors import BookFailed
from pipeline.ledger import Ledger
from services.match.state import BOOK

FACILITY, ERRAND = b"f", b"e"
CLOSING, MOVING = b"c", b"m"
MANY = 1_000


class Facility(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A facility code.

    closed_on    its last day; ``closing`` said so, after ``closing_at`` milestones
    renamed_to   its books go there; ``rename`` is the last rename of it, ``parts`` told of that
    successors   codes known to follow it, entered as renames or only known
    awaited      codes it follows that have not said yet that all their books have left
    waited_for   books for it wait, or waited, for a milestone
    """

    closed_on: int | None = None
    closing: Cause | None = None
    closing_at: int = 0
    renamed_to: str = ""
    rename: Cause | None = None
    valid_from: int = 0
    parts: int = 0
    successors: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    waited_for: bool = False


class Errand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The books of a facility are visited in slices, from ``cursor`` on. ``held``: a book in
    quarantine was passed over, and holds back the end of a hand-over."""

    cursor: bytes = b""
    held: bool = False


STATE_KINDS: dict[bytes, Any] = {FACILITY: Facility, ERRAND: Errand}
UNKNOWN = Facility()


class Books(Protocol):
    """What of a desk is needed here."""

    def milestones(self, ledger: Ledger) -> Sequence[Milestone]: ...
    def open(self, ledger: Ledger, key: bytes) -> Book: ...
    def put_back(
        self, ledger: Ledger, key: bytes, book: Book, changes: Sequence[Change]
    ) -> None: ...
    def announce(self, ledger: Ledger, event: FacilityRenamed) -> None: ...


class Facilities:
    """``forget`` begins a message or a slice."""

    def __init__(self, desk: Books) -> None:
        self._desk = desk
        self._known: dict[str, Facility] = {}

    def forget(self) -> None:
        self._known = {}

    def of(self, ledger: Ledger, code: str) -> Facility:
        known = self._known.get(code)
        if known is None:
            stored = ledger.get(FACILITY + code.encode())
            known = self._known[code] = stored if isinstance(stored, Facility) else UNKNOWN
        return known

    def keep(self, ledger: Ledger, code: str, facility: Facility) -> None:
        self._known[code] = facility
        ledger.put(FACILITY + code.encode(), facility)

    # -- closures

    def closed_on(self, ledger: Ledger, facility_id: str) -> int | None:
        return self.of(ledger, facility_id).closed_on

    def take_closed(self, ledger: Ledger, event: FacilityClosed) -> None:
        """A repeat changes nothing; the books follow in the sweep, or when they are opened."""
        code = event.facility_id
        known = self.of(ledger, code)
        if known.closed_on == event.closed_on:
            return
        errand = ledger.get(ERRAND + CLOSING + code.encode())
        while isinstance(errand, Errand):  # every book passes every closure, in their order
            self.sweep_closing(ledger, code, errand, MANY)
            errand = ledger.get(ERRAND + CLOSING + code.encode())
        changed = msgspec.structs.replace(
            known,
            closed_on=event.closed_on,
            closing=Cause(event.received_on, event.event_id),
            closing_at=len(self._desk.milestones(ledger)),
        )
        self.keep(ledger, code, changed)
        ledger.put(ERRAND + CLOSING + code.encode(), Errand())

    def with_closure(self, ledger: Ledger, book: Book) -> tuple[Book, tuple[Change, ...]]:
        """A book that does not know yet that its facility is closed (or open again) is told, after
        the milestones before that and ahead of those that followed."""
        known = self._known.get(book.facility_id) or self.of(ledger, book.facility_id)
        if known.closing is None or book.facility_closed == known.closed_on:
            return book, ()
        milestones = self._desk.milestones(ledger)[: known.closing_at]
        changes: tuple[Change, ...] = ()
        if book.seen < len(milestones):
            book, changes = catch_up(book, milestones)
        book, more = close_facility(book, known.closed_on, known.closing)
        return book, changes + more

    # -- renames

    def take_renamed(self, ledger: Ledger, event: FacilityRenamed) -> None:
        """Every partition knows the successor; where a rename was entered its books go there. A
        repeat changes nothing."""
        old, new = event.old_code, event.new_code
        known = self.of(ledger, old)
        if new not in known.successors:
            known = msgspec.structs.replace(known, successors=(*known.successors, new))
            self.keep(ledger, old, known)
        said = known.rename is not None and known.rename.id == event.event_id
        if not event.entered or said or known.renamed_to == new or old == new:
            return
        moved = msgspec.structs.replace(
            known,
            renamed_to=new,
            rename=Cause(event.received_on, event.event_id),
            valid_from=event.valid_from,
            parts=0,
        )
        self.keep(ledger, old, moved)
        self._desk.announce(ledger, event)
        ledger.put(ERRAND + MOVING + old.encode(), Errand())
        there = self.of(ledger, new)
        there = msgspec.structs.replace(there, awaited=(*there.awaited, old))
        if self._goes_to(ledger, new, old):  # back to a former code: what is left there stays
            there = msgspec.structs.replace(there, renamed_to="")
            ledger.put(ERRAND + MOVING + new.encode(), None)
        self.keep(ledger, new, there)

    def awaits(self, ledger: Ledger, facility_id: str) -> str | None:
        """A former code whose books may still be on their way."""
        awaited = self.of(ledger, facility_id).awaited
        return awaited[0] if awaited else None

    def all_came(self, ledger: Ledger, facility_id: str, former: str) -> None:
        """Whatever the former code had is here, or waits here."""
        known = self.of(ledger, facility_id)
        if former in known.awaited:
            rest = tuple(code for code in known.awaited if code != former)
            self.keep(ledger, facility_id, msgspec.structs.replace(known, awaited=rest))

    def forward_of(self, ledger: Ledger, facility_id: str) -> str | None:
        """Where messages of a renamed facility go on to."""
        return self.of(ledger, facility_id).renamed_to or None

    def move_on(self, ledger: Ledger, facility_id: str) -> None:
        """Books that came late for a code that is renamed itself follow the others."""
        if self.forward_of(ledger, facility_id) is not None:
            ledger.put(ERRAND + MOVING + facility_id.encode(), Errand())

    def _goes_to(self, ledger: Ledger, start: str, end: str) -> bool:
        passed: set[str] = set()
        code = start
        while code and code != end and code not in passed:
            passed.add(code)
            code = self.of(ledger, code).renamed_to
        return code == end

    def successor_of(self, ledger: Ledger, one: str, other: str) -> bool:
        """Whether one code is known to have followed the other, through however many renames."""
        return self._leads(ledger, one, other) or self._leads(ledger, other, one)

    def _leads(self, ledger: Ledger, start: str, end: str) -> bool:
        seen, fresh = {start}, [start]
        while fresh:
            for code in self.of(ledger, fresh.pop()).successors:
                if code == end:
                    return True
                if code not in seen:
                    seen.add(code)
                    fresh.append(code)
        return False

    # -- the errand of a closure

    def sweep_closing(self, ledger: Ledger, code: str, errand: Errand, limit: int) -> int:
        """Tell the books of a closed facility that nobody opened yet. How many were looked at."""
        books, cursor = books_of(ledger, code, errand, limit)
        for key in books:
            if not quarantine.is_parked(ledger, key):
                try:
                    book, changes = self.with_closure(ledger, self._desk.open(ledger, key))
                    if book is not ledger.get(key):
                        self._desk.put_back(ledger, key, book, changes)
                except Exception as bad:
                    raise BookFailed(key) from bad
        ledger.put(ERRAND + CLOSING + code.encode(), Errand(cursor) if cursor else None)
        return len(books)


def books_of(ledger: Ledger, code: str, errand: Errand, limit: int) -> tuple[list[bytes], bytes]:
    """Keys of the next books of a facility, and where to go on; empty after the last."""
    prefix = BOOK + code.encode()
    found = [key for key, _ in ledger.scan(errand.cursor or prefix, prefix + b"\xff" * 17, limit)]
    return found, found[-1] + b"\0" if len(found) == limit else b""
