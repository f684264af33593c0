"""When something may go out: from the hour of digests on, and not in quiet hours. Pure.

Times of day are minutes since midnight, Taipei. A window is open from ``digest_at`` until quiet
hours begin; it opens again on the next day. Who wants messages in the night sets other hours.
"""

from collections.abc import Callable
from typing import NamedTuple

DAY_MINUTES = 24 * 60


class Windows(NamedTuple):
    """``quiet`` may pass midnight; equal ends: no quiet hours."""

    digest_at: int
    quiet: tuple[int, int]

    def is_quiet(self, minute: int) -> bool:
        begin, end = self.quiet
        if begin <= end:
            return begin <= minute < end
        return minute >= begin or minute < end

    def is_open(self, minute: int) -> bool:
        """May a new digest go out?"""
        return minute >= self.digest_at and not self.is_quiet(minute)

    def minutes_to_open(self, minute: int) -> int:
        """Until the next window; 0 inside of one. A day when quiet hours leave no window at all:
        then nothing but urgent notices ever goes out, and a day is soon enough to look again."""
        return self._until(minute, self.is_open)

    def minutes_to_loud(self, minute: int) -> int:
        """Until quiet hours are over; 0 outside of them. For what was begun in a window."""
        return self._until(minute, lambda at: not self.is_quiet(at))

    def _until(self, minute: int, is_right: Callable[[int], bool]) -> int:
        for ahead in range(DAY_MINUTES):
            if is_right((minute + ahead) % DAY_MINUTES):
                return ahead
        return DAY_MINUTES
