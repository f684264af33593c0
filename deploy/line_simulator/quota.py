"""Messages a month: recipients count, not message objects; what is being sent is reserved.

source: line-bot.md section 3, Quota and Counting; a reservation is why the monthly 429 also appears
while another sending is in work.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from deploy.line_simulator.answers import MONTHLY_LIMIT, Refused

# LINE counts days and months by this clock.
NINE_HOURS = timedelta(hours=9)


def day_of(at_ms: int) -> str:
    """yyyyMMdd, UTC+9: as the delivery numbers are asked for."""
    return (datetime.fromtimestamp(at_ms / 1000, UTC) + NINE_HOURS).strftime("%Y%m%d")


@dataclass
class Quota:
    """``limit`` None: a plan without one."""

    limit: int | None = 6_000
    _used: Counter[str] = field(default_factory=Counter)
    _reserved: int = 0

    def used(self, now_ms: int) -> int:
        return self._used[_month(now_ms)]

    def reserve(self, recipients: int, now_ms: int) -> None:
        """Raises Refused: the third kind of 429. Whoever reserved settles."""
        left = None if self.limit is None else self.limit - self.used(now_ms) - self._reserved
        if left is not None and recipients > left:
            raise Refused(429, MONTHLY_LIMIT)
        self._reserved += recipients

    def settle(self, reserved: int, delivered: int, now_ms: int) -> None:
        """Only those who got it are counted."""
        self._reserved -= reserved
        self._used[_month(now_ms)] += delivered

    def spend(self, messages: int, now_ms: int) -> None:
        """As if the console, or an earlier day of the month, had sent so many."""
        self._used[_month(now_ms)] += messages


def _month(at_ms: int) -> str:
    return day_of(at_ms)[:6]
