"""What decides which milestones become plans, and what is news."""

from collections.abc import Sequence
from typing import NamedTuple

_EVER = -(1 << 31)
_DAY_MS = 86_400_000


class Reach(NamedTuple):
    """How far the journal reached when the process started: the newest day that every partition had
    finished, and when that was written, milliseconds since 1970."""

    day: int
    at_ms: int


class Plans(NamedTuple):
    """How milestones become plans.

    ladder       days before a deadline
    partitions   of the journal
    news_days    what is so many days older than the reach of the journal is no news
    reach        None: no finished day was found
    """

    ladder: Sequence[int]
    partitions: int
    news_days: int
    reach: Reach | None

    @property
    def newest_day(self) -> int | None:
        return None if self.reach is None else self.reach.day

    @property
    def news_from(self) -> int:
        """What happened before this day is not told."""
        return _EVER if self.reach is None else self.reach.day - self.news_days

    @property
    def news_from_ms(self) -> int:
        """The same for what names no day: when it was written."""
        return 0 if self.reach is None else self.reach.at_ms - self.news_days * _DAY_MS
