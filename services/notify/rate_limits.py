"""LINE's rates, kept on our side: we wait rather than be refused.

source: line-bot.md section 3, Rates, per channel and endpoint. Each process has its own bucket of
half the rate, for two of them run (REPLICAS).
"""

from dataclasses import dataclass

from pipeline.clock import Clock

SHARE = 0.5


# Who would wait longer leaves the delivery to a later time: its lease runs meanwhile.
PATIENCE_S = 2.0


@dataclass
class Bucket:
    """``rate`` calls a second on average, ``burst`` of them at once."""

    clock: Clock
    rate: float
    burst: float
    _left: float = 0.0
    _seen: float | None = None

    async def take(self) -> bool:
        """True when the call may be made, perhaps after a short wait; False: not so soon."""
        now = self.clock.monotonic()
        before = self.burst if self._seen is None else self._left
        since = 0.0 if self._seen is None else now - self._seen
        left, self._seen = min(self.burst, before + since * self.rate) - 1.0, now
        wait = max(-left / self.rate, 0.0)
        if wait > PATIENCE_S:
            self._left = left + 1.0
            return False
        self._left = left
        if wait > 0:
            await self.clock.sleep(wait)
        return True


class Rates:
    """One bucket for each way to send."""

    def __init__(self, clock: Clock) -> None:
        self.push = Bucket(clock, 2000 * SHARE, 200)
        self.multicast = Bucket(clock, 200 * SHARE, 20)
        self.broadcast = Bucket(clock, 60 / 3600 * SHARE, 5)
