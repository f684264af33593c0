"""Rates per endpoint, requests at the same time, messages to one user: token buckets.

source: line-bot.md section 3, Rates. How many requests at once, and how many messages to one user,
is not published: those two are ours.
"""

from dataclasses import dataclass, field

from deploy.line_simulator.answers import AT_ONCE, RATE_LIMIT, TO_ONE_USER, Refused

A_SECOND, A_MINUTE, AN_HOUR = 1_000, 60_000, 3_600_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many milliseconds."""

    count: int
    period_ms: int


USUAL, HOURLY = Rate(2000, A_SECOND), Rate(60, AN_HOUR)


@dataclass
class _Bucket:
    rate: Rate
    left: float
    at_ms: int

    def take(self, now_ms: int) -> bool:
        gained = (now_ms - self.at_ms) * self.rate.count / self.rate.period_ms
        self.left = min(float(self.rate.count), self.left + max(gained, 0.0))
        self.at_ms = now_ms
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


@dataclass
class Rates:
    """``at_once``: requests in work at the same time. ``to_one_user``: messages to one phone."""

    at_once: int = 500
    to_one_user: Rate = Rate(600, A_MINUTE)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _in_work: int = 0

    def take(self, endpoint: str, rate: Rate, now_ms: int) -> None:
        """Raises Refused: the first kind of 429. Every request counts, a repeated one too."""
        if not self._take(endpoint, rate, now_ms):
            raise Refused(429, RATE_LIMIT)

    def take_for_user(self, user: str, now_ms: int) -> None:
        """Raises Refused: the fourth kind."""
        if not self._take(f"to {user}", self.to_one_user, now_ms):
            raise Refused(429, TO_ONE_USER)

    def enter(self) -> None:
        """Raises Refused: the second kind. Whoever entered leaves."""
        if self._in_work >= self.at_once:
            raise Refused(429, AT_ONCE)
        self._in_work += 1

    def leave(self) -> None:
        self._in_work -= 1

    def _take(self, name: str, rate: Rate, now_ms: int) -> bool:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(rate, float(rate.count), now_ms)
        return bucket.take(now_ms)
