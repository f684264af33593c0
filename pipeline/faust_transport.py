"""The private parts of faust-streaming 0.15.3 that are overridden, all of them here.

tests/unit/pipeline/test_faust_transport.py fails when an upgrade moves one of them. What differs:

1. read_committed: what comes in is transactional, an aborted output must not be seen.
2. Positions come from the ledgers, never from the consumer group: a committed group offset is a lag
   display only, so none of Faust's ways to commit too much or too little can lose a message.
3. The range assignor: partitions of equal number of all topics go to the same worker.
4. Every message knows the seek it was fetched after. What was fetched before the last seek of
   its partition is stale: it may lie after messages that will be fetched again, and taking it
   first would skip those. `Consumer.is_stale` tells; the worker drops it.
5. A plain drain loop: the stock one starts four asyncio tasks for each message.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

FETCH_MAX_WAIT_MS = 100  # stock: 1500, and no setting reaches it
YIELD_EVERY = 50

Position = Callable[[TP], int | None]


class Thread(driver.AIOKafkaConsumerThread):
    """Runs aiokafka's consumer in a thread of its own."""

    consumer: "Consumer"

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS
        consumer._partition_assignment_strategy = [RangePartitionAssignor]
        return consumer

    async def _fetch_records(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """The records of each partition, with the seek they were fetched after."""
        records = await super()._fetch_records(*args, **kwargs)
        # No await in between, and seeks run in this thread too: the number fits the records.
        return {tp: (self.consumer.seeks.get(tp, 0), found) for tp, found in records.items()}

    async def seek_all(self, positions: Mapping[Any, int]) -> None:
        """Seek in this thread, between two fetches."""
        await self.call_thread(self._seek_all, positions)

    async def _seek_all(self, positions: Mapping[Any, int]) -> None:
        consumer = self._ensure_consumer()
        for tp, offset in positions.items():
            consumer.seek(tp, offset)
            self.consumer.seeks[tp] = self.consumer.seeks.get(tp, 0) + 1

    async def show_positions(self, positions: Mapping[Any, int]) -> None:
        await self.call_thread(self._show_positions, positions)

    async def _show_positions(self, positions: Mapping[Any, int]) -> None:
        # Stock Faust ends the process when this fails; it is a display.
        with contextlib.suppress(KafkaError):
            await self._ensure_consumer().commit(
                {TopicPartition(*tp): offset for tp, offset in positions.items()}
            )

    def is_behind(self, tp: Any) -> bool:
        """Whether the broker holds records of ``tp`` that were not handed over yet."""
        assignment = self._ensure_consumer()._subscription.subscription.assignment
        if assignment is None or tp not in assignment.tps:
            return False
        state = assignment.state_value(tp)
        if not state.has_valid_position:
            return True
        end = state.lso if state.lso is not None else state.highwater
        return bool(end is not None and state.position < end)

    def knows_end(self, tp: Any) -> bool:
        """Whether the broker has said how far ``tp`` reaches: it has answered since the last
        assignment."""
        assignment = self._ensure_consumer()._subscription.subscription.assignment
        if assignment is None or tp not in assignment.tps:
            return False
        state = assignment.state_value(tp)
        return bool(state.has_valid_position and state.highwater is not None)


class Consumer(driver.Consumer):
    """Faust's consumer, led by the positions of the ledgers."""

    _thread: Thread
    transport: "Transport"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.seeks: dict[Any, int] = {}
        super().__init__(*args, **kwargs)

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    def is_stale(self, message: Any) -> bool:
        """Fetched before the last seek of its partition; ``message`` is a Faust message."""
        return bool(message.checksum != self.seeks.get(message.tp, 0))

    def is_behind(self, tp: TP) -> bool:
        return self._thread.is_behind(tp)

    def knows_end(self, tp: TP) -> bool:
        return self._thread.knows_end(tp)

    async def perform_seek(self) -> None:
        """Called after every rebalance, before the flow resumes."""
        wanted = {tp: self.transport.position(tp) for tp in self.assignment()}
        new = [tp for tp, offset in wanted.items() if offset is None]
        # Nothing was ever applied: the beginning, whatever the group committed.
        begin = await self.earliest_offsets(*new) if new else {}
        seek = {tp: begin[tp] if offset is None else offset for tp, offset in wanted.items()}
        await self._thread.seek_all(seek)
        self._read_offset.update(seek)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Stock Faust warns here that nothing is acknowledged; that is how it is meant."""

    async def show_positions(self, positions: Mapping[TP, int]) -> None:
        """Commit the group's offsets, for those who watch the lag of the group."""
        await self._thread.show_positions(positions)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        records, active = await self._wait_next_records(timeout)
        if records is None:
            return
        seeks = {tp: seek for tp, (seek, _) in records.items()}
        found = {tp: messages for tp, (_, messages) in records.items()}
        for tp, record in self.scheduler.iterate(found):
            if not self.flow_active:
                # A rebalance. A fetch that waited through it may bring what lies after the seek at
                # its end: that is never fetched again, so it waits here. The rest is stale by then.
                await self.wait(self.can_resume_flow)  # type: ignore[arg-type]
            if self.should_stop:
                return
            if active is None or tp in active or tp in self._buffered_partitions:
                message = self._to_message(tp, record)
                message.checksum = seeks[tp]  # a field nobody reads since Kafka 0.10
                yield tp, message

    async def _drain_messages(self, fetcher: Any) -> None:
        handled = 0
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await self.sleep(0)
                async for _, message in self.getmany(timeout=1.0):
                    handled += 1
                    if handled % YIELD_EVERY == 0:
                        await asyncio.sleep(0)
                    if not self.is_stale(message):
                        await self.callback(message)
        except BaseException as end:
            expected = (*self.consumer_stopped_errors, asyncio.CancelledError)
            if not (self.transport.app.should_stop and isinstance(end, expected)):
                raise


class Transport(driver.Transport):
    """What makes the consumer above. ``position``: where the ledger of a partition stands."""

    Consumer = Consumer
    position: Position
