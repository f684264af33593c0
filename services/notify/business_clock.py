"""Which day it is, and what time of day, for whoever sends.

Deadlines are days of Taipei. By ``calendar`` it is the wall clock of Taipei; after the last closed
day it is the day that follows the newest ``day-closed`` milestone all partitions have finished, at
the hour of digests: a demo lives through a year in minutes, and its digests go out at once.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from claims.periods import date_of, day_of
from pipeline.clock import Clock
from services.notify.database import Connection
from services.notify.settings import TAIPEI

_LAST_CLOSED = "select max(day) from notify.milestones where cause like 'day-closed/%'"


class Moment(NamedTuple):
    """``at`` is the instant; ``day`` (since 1970) and ``minute`` (of that day) are what counts.

    No day is known before the first one was closed.
    """

    at: datetime
    day: int | None
    minute: int

    @property
    def month(self) -> int:
        """AD year times 100 plus month, of the business day; else of the instant."""
        if self.day is None:
            local = self.at.astimezone(TAIPEI)
            return local.year * 100 + local.month
        when = date_of(self.day)
        return when.year * 100 + when.month

    def after(self, *, seconds: float = 0, minutes: float = 0) -> datetime:
        return self.at + timedelta(seconds=seconds, minutes=minutes)


class BusinessClock(Protocol):
    async def now(self, connection: Connection) -> Moment: ...


def instant_of(clock: Clock) -> datetime:
    """Aware, UTC."""
    return datetime.fromtimestamp(clock.now_ms() / 1000, UTC)


class CalendarClock:
    """The wall clock of Taipei."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def now(self, connection: Connection) -> Moment:
        at = instant_of(self._clock)
        local = at.astimezone(TAIPEI)
        day = day_of(local.year, local.month, local.day)
        return Moment(at, day, local.hour * 60 + local.minute)


class AfterLastClosed:
    """The day after the last closed one, always at ``minute``."""

    def __init__(self, clock: Clock, minute: int) -> None:
        self._clock, self._minute = clock, minute

    async def now(self, connection: Connection) -> Moment:
        closed = await connection.fetchval(_LAST_CLOSED)
        day = None if closed is None else closed + 1
        return Moment(instant_of(self._clock), day, self._minute)
