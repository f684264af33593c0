"""Bounded back-off, for what may be tried again."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from pipeline.clock import Clock

T = TypeVar("T")


class Backoff(NamedTuple):
    """Seconds before the second try, the factor from try to try, the longest pause, all tries."""

    first_s: float = 0.2
    factor: float = 2.0
    longest_s: float = 5.0
    tries: int = 6

    def pauses(self) -> list[float]:
        """One pause less than tries."""
        return [min(self.first_s * self.factor**n, self.longest_s) for n in range(self.tries - 1)]


async def retried(
    call: Callable[[], Awaitable[T]],
    again: tuple[type[Exception], ...],
    clock: Clock,
    backoff: Backoff | None = None,
) -> T:
    """Await ``call``; after one of the exceptions ``again`` pause and call anew.

    The exception of the last try is raised as it is.
    """
    for pause in (backoff or Backoff()).pauses():
        try:
            return await call()
        except again:
            await clock.sleep(pause)
    return await call()
