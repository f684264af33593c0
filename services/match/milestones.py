"""Days close, rounds open and end, rules change: at once for every book that has a fact to take,
by the sweep for all others.

The sweep follows the indexes in slices. It may interleave with traffic: a book applies every
milestone it has not seen before its next fact, so it does not matter which of the two comes first.
"""

from collections.abc import Sequence
from typing import NamedTuple

from claims.agency_events import RoundClosed, RoundOpened, RulesChanged
from claims.book import Book, Cause, last_closed_day, opened_rounds
from claims.events import DayClosed, SweepFinished
from claims.model import (
    DAY_CLOSED,
    ROUND_CLOSED,
    ROUND_OPENED,
    RULES_CHANGED,
    Milestone,
    Round,
)
from claims.periods import iso_text
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.errors import BookFailed
from pipeline.ledger import Ledger
from services.match.desk import Desk
from services.match.state import (
    DUE,
    EXCEPTION,
    MILESTONES,
    SWEEP,
    Sweep,
    book_of_due,
    book_of_exception,
    due_key,
    exception_key,
)

FIRST_DAY = -(1 << 31)

MilestoneEvent = DayClosed | RoundOpened | RoundClosed | RulesChanged


class Range(NamedTuple):
    """A stretch of an index whose books a milestone may change."""

    low: bytes
    high: bytes


class Milestones:
    """The milestones of a partition, and the sweep that carries them to every book."""

    def __init__(self, desk: Desk, codec: Codec) -> None:
        self._desk, self._codec = desk, codec

    def take(self, ledger: Ledger, event: MilestoneEvent) -> None:
        """Append a milestone; one that is known already changes nothing."""
        known = tuple(self._desk.milestones(ledger))
        milestone = _milestone_of(event, known)
        if milestone is not None:
            ledger.put(MILESTONES, (*known, milestone))
            self._desk.begin()
            if isinstance(event, RoundOpened | RoundClosed):
                self._desk.announce(
                    ledger, event
                )  # the journal explains the rounds that its cases name

    def cause(self, ledger: Ledger) -> Cause:
        """The newest milestone, as the cause of what follows from a slice."""
        known = self._desk.milestones(ledger)
        return Cause(known[-1].day, known[-1].id) if known else Cause(0, "")

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        """One slice: milestones in their order, until ``limit`` books were looked at. True while
        there is more to do."""
        self._desk.begin()
        milestones = self._desk.milestones(ledger)
        state = ledger.get(SWEEP)
        assert state is None or isinstance(state, Sweep)
        before = state = state or Sweep()
        while state.done < len(milestones) and limit > 0:
            milestone = milestones[state.done]
            state, limit = self._slice(ledger, milestone, state, limit)
        if state is not before:
            ledger.put(SWEEP, state)
        return state.done < len(milestones)

    def _slice(
        self, ledger: Ledger, milestone: Milestone, state: Sweep, limit: int
    ) -> tuple[Sweep, int]:
        examined, changed = state.examined, state.changed
        for reach in _reach(milestone):
            low = max(state.cursor, reach.low)
            if low >= reach.high:
                continue
            entries = ledger.scan(low, reach.high, limit)
            for key, _ in entries:
                changed += self._pass(ledger, _book_of(key))
                if milestone.kind == DAY_CLOSED:
                    ledger.put(key, None)
            examined += len(entries)
            limit -= len(entries)
            if limit <= 0:
                return Sweep(state.done, entries[-1][0] + b"\0", examined, changed), 0
        done = state.done + 1
        self._finished(ledger, done, milestone, examined, changed)
        return Sweep(done), limit

    def _pass(self, ledger: Ledger, key: bytes) -> int:
        """Bring one book up to date; how many cases that changed."""
        if quarantine.is_parked(ledger, key):
            return 0
        book = ledger.get(key)
        if book is None:
            return 0
        assert isinstance(book, Book)
        try:
            _, changed = self._desk.brought_up(ledger, key, book)
        except Exception as bad:
            raise BookFailed(key) from bad
        return changed

    def _finished(
        self, ledger: Ledger, number: int, milestone: Milestone, examined: int, changed: int
    ) -> None:
        event = SweepFinished(
            f"sweep-finished/{number}/{ledger.partition}",
            number,
            milestone.day,
            ledger.partition,
            examined,
            changed,
            milestone.id,
        )
        self._desk.announce(ledger, event)


def _milestone_of(event: MilestoneEvent, known: Sequence[Milestone]) -> Milestone | None:
    match event:
        case DayClosed(day=day):
            if day <= last_closed_day(known):
                return None
            return Milestone(DAY_CLOSED, day, f"day-closed/{iso_text(day)}")
        case RoundOpened():
            milestone = Milestone(ROUND_OPENED, event.opened_on, event.event_id, _round_of(event))
        case RoundClosed():
            opened = _opened(event.round_id, known)
            if opened is None:
                return None
            milestone = Milestone(ROUND_CLOSED, event.closed_on, event.event_id, opened)
        case RulesChanged():
            milestone = Milestone(RULES_CHANGED, event.changed_on, event.event_id)
    return None if any(each.id == milestone.id for each in known) else milestone


def _round_of(event: RoundOpened) -> Round:
    return Round(
        event.round_id,
        event.programme,
        event.service_from,
        event.service_to,
        event.correction_deadline,
        event.paper_deadline,
        event.opened_on,
    )


def _opened(round_id: str, known: Sequence[Milestone]) -> Round | None:
    return next((each for each in opened_rounds(known) if each.round_id == round_id), None)


def _reach(milestone: Milestone) -> tuple[Range, ...]:
    """What a milestone can change: what is due by a day; what is late in a period; all open cases
    when the rules change."""
    if milestone.kind == DAY_CLOSED:
        return (Range(due_key(FIRST_DAY), due_key(milestone.day + 1)),)
    if milestone.kind == RULES_CHANGED:
        return Range(DUE, _after(DUE)), Range(EXCEPTION, _after(EXCEPTION))
    opened = milestone.round
    assert opened is not None
    return (
        Range(
            exception_key(opened.programme, opened.service_from),
            exception_key(opened.programme, opened.service_to + 1),
        ),
    )


def _after(prefix: bytes) -> bytes:
    return bytes((prefix[0] + 1,))


def _book_of(key: bytes) -> bytes:
    return book_of_due(key) if key[:1] == DUE else book_of_exception(key)
