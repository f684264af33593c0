"""What a fetch brings while the flow is stopped for a rebalance is not lost."""

import asyncio
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from pipeline.faust_transport import Consumer

PARTITION = TP("records", 0)


class Stopped(Consumer):
    """A consumer in the middle of a rebalance: one fetch is under way, the flow is stopped."""

    should_stop = False

    def __init__(self, seek: int, offsets: Iterable[int]) -> None:
        self.seeks = {PARTITION: 1}
        self._fetched = {PARTITION: (seek, list(offsets))}
        self.flow_active = False
        self.can_resume_flow = asyncio.Event()
        self.scheduler = self  # type: ignore[assignment]
        self._buffered_partitions = set()

    def iterate(self, records: dict[TP, list[int]]) -> Iterator[tuple[TP, int]]:
        return ((tp, offset) for tp, offsets in records.items() for offset in offsets)

    async def _wait_next_records(self, timeout: float) -> Any:
        return self._fetched, None

    async def wait(self, *events: Any, timeout: Any = None) -> Any:
        await events[0].wait()

    def _to_message(self, tp: TP, record: Any) -> Any:
        return SimpleNamespace(tp=tp, offset=record, checksum=-1)

    async def taken(self) -> list[int]:
        """Offsets a worker would take from this fetch."""
        return [m.offset async for _, m in self.getmany(1.0) if not self.is_stale(m)]


@pytest.mark.parametrize(
    "seek, taken", [(1, [7, 8, 9]), (0, [])], ids=["after the seek", "before the seek"]
)
async def test_a_fetch_that_waited_through_a_rebalance(seek: int, taken: list[int]) -> None:
    """Fetched after the seek, it comes once the flow resumes; before it, it is stale."""
    consumer = Stopped(seek, [7, 8, 9])
    waiting = asyncio.ensure_future(consumer.taken())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()

    consumer.flow_active = True
    consumer.can_resume_flow.set()

    assert await waiting == taken
