"""Days close: at once for every book that has a fact to take, by the sweep for all others.

The sweep follows the due index in slices. It may interleave with traffic: a book applies every
milestone it has not seen before its next fact, so it does not matter which of the two comes first.
"""

from claims.book import Book, catch_up
from claims.events import SweepFinished
from claims.model import DAY_CLOSED, Milestone
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.errors import BookFailed
from pipeline.ledger import Ledger
from services.match.desk import Desk
from services.match.state import MILESTONES, SWEEP, Sweep, book_of_due, due_key

TOPIC = "case-changed"
FIRST_DAY = -(1 << 31)


class Milestones:
    """The milestones of a partition, and the sweep that carries them to every book."""

    def __init__(self, desk: Desk, codec: Codec) -> None:
        self._desk, self._codec = desk, codec

    def close_day(self, ledger: Ledger, day: int) -> None:
        """A day that is closed already changes nothing."""
        known = tuple(self._desk.milestones(ledger))
        if not known or day > known[-1].day:
            ledger.put(MILESTONES, (*known, Milestone(DAY_CLOSED, day)))
            self._desk.begin()

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        """One slice: milestones in their order, until ``limit`` books were looked at. True while
        there is more to do."""
        self._desk.begin()
        milestones = self._desk.milestones(ledger)
        state = ledger.get(SWEEP)
        assert state is None or isinstance(state, Sweep)
        before = state = state or Sweep()
        while state.done < len(milestones) and limit > 0:
            day = milestones[state.done].day
            entries = ledger.scan(state.cursor or due_key(FIRST_DAY), due_key(day + 1), limit)
            changed = state.changed
            for key, _ in entries:
                changed += self._pass(ledger, book_of_due(key))
                ledger.put(key, None)
            examined = state.examined + len(entries)
            if len(entries) == limit:
                state = Sweep(state.done, entries[-1][0] + b"\0", examined, changed)
                break
            limit -= len(entries)
            state = Sweep(state.done + 1, due_key(day + 1))
            self._finished(ledger, state.done, day, examined, changed)
        if state is not before:
            ledger.put(SWEEP, state)
        return state.done < len(milestones)

    def _pass(self, ledger: Ledger, key: bytes) -> int:
        """Bring one book up to date; how many cases that changed."""
        if quarantine.is_parked(ledger, key):
            return 0
        book = ledger.get(key)
        if book is None:
            return 0
        assert isinstance(book, Book)
        try:
            book, changes = catch_up(book, self._desk.milestones(ledger))
        except Exception as bad:
            raise BookFailed(key) from bad
        if changes:
            ledger.put(key, book)
            self._desk.tell(ledger, book.facility_id, changes)
        return len(changes)

    def _finished(self, ledger: Ledger, number: int, day: int, examined: int, changed: int) -> None:
        event = SweepFinished(
            f"sweep-finished/{number}/{ledger.partition}",
            number,
            day,
            ledger.partition,
            examined,
            changed,
        )
        key = f"partition-{ledger.partition}".encode()
        ledger.emit(TOPIC, key, self._codec.encode(event))
