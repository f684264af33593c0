"""Back-off is bounded, and the last error is the one that is seen."""

import pytest

from pipeline.clock import FixedClock
from pipeline.retries import Backoff, retried


class Flaky:
    def __init__(self, failures: int) -> None:
        self.failures, self.calls = failures, 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise ConnectionError(f"call {self.calls}")
        return "done"


async def test_it_pauses_longer_and_longer_up_to_a_limit() -> None:
    assert Backoff(1, 2, 5, 6).pauses() == [1, 2, 4, 5, 5]


async def test_a_call_that_recovers_returns_after_its_pauses() -> None:
    clock, call = FixedClock(0), Flaky(2)
    assert await retried(call, (ConnectionError,), clock, Backoff(1, 2, 5, 6)) == "done"
    assert call.calls == 3 and clock.seconds == 3


async def test_the_error_of_the_last_try_is_raised() -> None:
    call = Flaky(99)
    with pytest.raises(ConnectionError, match="call 3"):
        await retried(call, (ConnectionError,), FixedClock(), Backoff(1, 2, 5, 3))


async def test_any_other_error_is_raised_at_once() -> None:
    call = Flaky(99)
    with pytest.raises(ConnectionError, match="call 1"):
        await retried(call, (TimeoutError,), FixedClock())
