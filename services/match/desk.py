"""Books on the desk: opened and brought up to date, put back and indexed, their changes told."""

from collections.abc import Sequence

from claims.book import Book, Change, catch_up, new_book, with_indexed
from claims.case_events import Publisher, case_changed, views_of
from claims.events import CaseChanged
from claims.model import Milestone
from claims.states import WAITING
from pipeline.codec import Codec, stem_of
from pipeline.ledger import Ledger
from services.match.state import MILESTONES, due_key, facility_of


class Desk:
    """Everything the handler does to books, over the ledger of the moment."""

    def __init__(self, codec: Codec, publisher: Publisher) -> None:
        self._codec = codec
        self.publisher = publisher
        self._topics: dict[type[CaseChanged], str] = {}
        self._milestones: Sequence[Milestone] | None = None

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

    def open(self, ledger: Ledger, key: bytes) -> Book:
        """The book, having passed every milestone so far; a new one when there is none."""
        milestones = self.milestones(ledger)
        book = ledger.get(key)
        if book is None:
            return new_book(facility_of(key), milestones)
        assert isinstance(book, Book)
        if book.seen < len(milestones):
            book, changes = catch_up(book, milestones)
            if changes:
                self.tell(ledger, book.facility_id, changes)
                ledger.put(key, book)
        return book

    def put_back(self, ledger: Ledger, key: bytes, book: Book, changes: Sequence[Change]) -> None:
        """Keep the book, its due days in the index, and tell what changed."""
        for change in changes:
            due = change.verdict.due_on
            if change.head.state in WAITING and due is not None and due not in book.indexed:
                book = with_indexed(book, (*book.indexed, due))
                ledger.put(due_key(due, key), True)
        ledger.put(key, book)
        if changes:
            self.tell(ledger, book.facility_id, changes)

    def tell(self, ledger: Ledger, facility_id: str, changes: Sequence[Change]) -> None:
        """One body under the journal and every view that shows it: the views never disagree."""
        to = facility_id.encode()
        for change in changes:
            views = views_of(change)
            event = case_changed(change, facility_id, self.publisher)
            bodies = self._codec.encode_as(event, views)
            for view, body in zip(views, bodies, strict=True):
                ledger.emit(self._topic(view), to, body)

    def _topic(self, view: type[CaseChanged]) -> str:
        topic = self._topics.get(view)
        if topic is None:
            topic = self._topics[view] = stem_of(view)
        return topic
