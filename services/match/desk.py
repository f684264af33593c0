"""Books on the desk: opened and brought up to date, put back and indexed, their changes told."""

from collections.abc import Callable, Sequence
from typing import Protocol

from claims.agency_events import FacilityRenamed, RoundClosed, RoundOpened
from claims.alone import result_days
from claims.book import (
    Book,
    Cause,
    Change,
    catch_up,
    due_days,
    judged_by_new_rules,
    last_closed_day,
    new_book,
    opened_rounds,
    with_,
)
from claims.case_events import Publisher, case_changed, clawback, views_of
from claims.dated import rules_version
from claims.events import CaseChanged, SweepFinished
from claims.model import Milestone, Round
from claims.states import PAST_DUE
from pipeline.codec import Codec, stem_of
from pipeline.ledger import Ledger
from services.match.loose_feed import LooseFeed
from services.match.state import MILESTONES, book_key, due_key, exception_key, facility_of

JOURNAL, CLAWBACK = "case-changed", "clawback"
Announcement = SweepFinished | RoundOpened | RoundClosed | FacilityRenamed
Brought = tuple[Book, tuple[Change, ...]]


class Watcher(Protocol):
    """Somebody who looks at every book that is kept, or given away (``after`` is None)."""

    def changed(
        self, ledger: Ledger, key: bytes, before: Book | None, after: Book | None
    ) -> None: ...


class Desk:
    """Everything the handler does to books, over the ledger of the moment. ``silent``: no event is
    even built (a replay that only wants to know where the cases stand)."""

    def __init__(self, codec: Codec, publisher: Publisher, silent: bool = False) -> None:
        self._codec = codec
        self.publisher = publisher
        self.silent = silent
        self.watchers: list[Watcher] = []
        self.root: Callable[[Ledger, str], str] = lambda ledger, person_key: person_key
        self.with_closure: Callable[[Ledger, Book], Brought] = lambda ledger, book: (book, ())
        self._feed = LooseFeed(publisher, codec)
        self._topics: dict[type[CaseChanged], str] = {}
        self._milestones: Sequence[Milestone] | None = None
        self._rounds: tuple[Sequence[Milestone], tuple[Round, ...]] = ((), ())
        self._rules = rules_version()

    def begin(self) -> None:
        """A message or a slice begins: what was read before may have been undone."""
        self._milestones = None

    def milestones(self, ledger: Ledger) -> Sequence[Milestone]:
        """Read once a message; every fact asks for them."""
        known = self._milestones
        if known is None:
            stored = ledger.get(MILESTONES)
            assert stored is None or isinstance(stored, tuple)
            known = self._milestones = stored or ()
        return known

    def rounds(self, ledger: Ledger) -> tuple[Round, ...]:
        """Every round that has opened here."""
        milestones = self.milestones(ledger)
        if self._rounds[0] is not milestones:
            self._rounds = (milestones, opened_rounds(milestones))
        return self._rounds[1]

    def open(self, ledger: Ledger, key: bytes) -> Book:
        """The book, having passed every milestone so far; a new one when there is none."""
        book = ledger.get(key)
        if book is None:
            fresh = new_book(facility_of(key), self.milestones(ledger))
            return self.with_closure(ledger, fresh)[0]
        assert isinstance(book, Book)
        return self.brought_up(ledger, key, book)[0]

    def brought_up(self, ledger: Ledger, key: bytes, book: Book) -> tuple[Book, int]:
        """A stored book after every milestone, judged by the rules of this image; kept at once when
        that changed anything. And how many cases it changed."""
        milestones = self.milestones(ledger)
        if book.seen >= len(milestones) and book.rules == self._rules:
            book, changes = self.with_closure(ledger, book)
            if changes:
                self.put_back(ledger, key, book, changes)
            return book, len(changes)
        before = book
        book, changes = self.with_closure(ledger, book)
        book, more = catch_up(book, milestones)
        changes += more
        if book.rules != self._rules:
            cause = Cause(last_closed_day(milestones), f"rules-changed/{self._rules}")
            book, more = judged_by_new_rules(book, cause)
            changes += more
        # By other rules it may be due on another day, also when nothing else changes.
        kept = changes or book.heads is not before.heads or book.rules != before.rules
        if kept or self._feed.differs(before, book):
            self.put_back(ledger, key, book, changes)
        return book, len(changes)

    def key_of(self, ledger: Ledger, facility_id: str, person_key: str) -> bytes:
        """The book in which the facts of a person key lie, an alias considered."""
        return book_key(facility_id, self.root(ledger, person_key))

    def put_back(self, ledger: Ledger, key: bytes, book: Book, changes: Sequence[Change]) -> None:
        """Keep the book and its places in the indexes, and tell what changed."""
        before = ledger.get(key)
        assert before is None or isinstance(before, Book)
        book = self._indexed(ledger, key, before, book, changes)
        ledger.put(key, book)
        for watcher in self.watchers:
            watcher.changed(ledger, key, before, book)
        if self.silent:
            return
        cause = changes[-1].cause if changes else None
        self._feed.passed(ledger, before, book, cause)
        if changes:
            self.tell(ledger, book.facility_id, changes)

    def give_away(self, ledger: Ledger, key: bytes, book: Book, cause: Cause) -> None:
        """The book goes on under another key; its places in the indexes go with it."""
        ledger.put(key, None)
        for day in book.indexed:
            ledger.put(due_key(day, key), None)
        for claim in book.claims:
            if claim.visit_date is not None:
                ledger.put(exception_key(claim.programme, claim.visit_date, key), None)
        for watcher in self.watchers:
            watcher.changed(ledger, key, book, None)
        if not self.silent:
            self._feed.passed(ledger, book, with_(book, claims=(), heads=(), results=()), cause)

    def _indexed(
        self,
        ledger: Ledger,
        key: bytes,
        before: Book | None,
        book: Book,
        changes: Sequence[Change],
    ) -> Book:
        known = () if before is None else before.indexed
        moved = before is None or before.results is not book.results or before.rules != book.rules
        # A book that was kept meanwhile may stand in the index otherwise than this one says.
        if changes or moved or book.indexed != known:
            book = _due_again(ledger, key, known, book)
        if before is None or before.claims is not book.claims:
            # Claims that came with a book, from elsewhere or split off, need not have changed.
            for claim, head in zip(book.claims, book.heads, strict=True):
                if claim.visit_date is not None and head.state in PAST_DUE:
                    ledger.put(exception_key(claim.programme, claim.visit_date, key), True)
        for change in changes:
            state, visit = change.head.state, change.claim.visit_date
            if visit is None:
                continue
            kept = state in PAST_DUE
            if (
                kept or change.previous_state in PAST_DUE
            ):  # also when it stays one: a new version may have another visit date
                place = exception_key(change.claim.programme, visit, key)
                ledger.put(place, True if kept or _has_another(book, change) else None)
        return book

    def tell(self, ledger: Ledger, facility_id: str, changes: Sequence[Change]) -> None:
        """One body under the journal and every view that shows it: the views never disagree."""
        to = facility_id.encode()
        for change in changes:
            views = views_of(change)
            event = case_changed(change, facility_id, self.publisher)
            bodies = self._codec.encode_as(event, views)
            for view, body in zip(views, bodies, strict=True):
                ledger.emit(self._topic(view), to, body)
            recovery = clawback(change, facility_id, self.publisher)
            if recovery is not None:
                ledger.emit(CLAWBACK, to, self._codec.encode(recovery))

    def announce(self, ledger: Ledger, event: Announcement) -> None:
        """What explains the journal, in every partition: rounds, sweeps, new codes."""
        if not self.silent:
            key = f"partition-{ledger.partition}".encode()
            ledger.emit(JOURNAL, key, self._codec.encode(event))

    def _topic(self, view: type[CaseChanged]) -> str:
        topic = self._topics.get(view)
        if topic is None:
            topic = self._topics[view] = stem_of(view)
        return topic


def _due_again(ledger: Ledger, key: bytes, known: tuple[int, ...], book: Book) -> Book:
    """Its place in the due index, where it stood under the days ``known``. What nothing is due for
    any more leaves at once: most cases are matched before their day, and the sweep need not open
    their books."""
    ahead = due_days(book)
    ahead.update(result_days(book))
    wanted = {day for day in ahead if day > book.closed_on} if ahead else ahead
    for day in wanted:
        if day not in known:
            ledger.put(due_key(day, key), True)
    for day in known:
        if day not in wanted:
            ledger.put(due_key(day, key), None)
    if len(wanted) == len(book.indexed) and wanted.issuperset(book.indexed):
        return book
    return with_(book, indexed=tuple(sorted(wanted)))


def _has_another(book: Book, change: Change) -> bool:
    """Whether another case of the same programme and day keeps the book in the index."""
    return any(
        claim.claim_id != change.claim.claim_id
        and claim.programme == change.claim.programme
        and claim.visit_date == change.claim.visit_date
        and head.state in PAST_DUE
        for claim, head in zip(book.claims, book.heads, strict=True)
    )
