"""What validate and match answer to pre-checks, as it comes in on precheck-answered."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from claims.precheck_events import PrecheckAnswered
from pipeline.codec import Codec
from pipeline.errors import BrokerUnavailable, PipelineError

TOPIC = "precheck-answered"
STAGES = ("validate", "match")
_POLL_MS = 200


class Waiting:
    """The answers to one request: one of each stage for every part."""

    def __init__(self, part_count: int) -> None:
        self._missing = {(no, stage) for no in range(1, part_count + 1) for stage in STAGES}
        self._answers: list[PrecheckAnswered] = []
        self._whole: asyncio.Future[list[PrecheckAnswered]] = asyncio.Future()

    def take(self, answer: PrecheckAnswered) -> None:
        """A repeated answer changes nothing."""
        place = answer.part_no, answer.stage
        if place in self._missing:
            self._missing.remove(place)
            self._answers.append(answer)
        if not self._missing and not self._whole.done():
            self._whole.set_result(self._answers)

    def fail(self, problem: PipelineError) -> None:
        if not self._whole.done():
            self._whole.set_exception(problem)

    async def whole(self, wait_s: float) -> list[PrecheckAnswered]:
        """All of them; raises TimeoutError, BrokerUnavailable."""
        async with asyncio.timeout(wait_s):
            return await self._whole


class Answers:
    """Reads the topic from the moment of ``open`` on; many requests may wait at once.

    Assigned, not subscribed: every process hears every answer and keeps its own.
    """

    def __init__(self, brokers: str, partitions: int, codec: Codec) -> None:
        self._brokers, self._codec = brokers, codec
        self._parts = [TopicPartition(TOPIC, number) for number in range(partitions)]
        self._waiting: dict[str, Waiting] = {}
        self._opening = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen from the present ends on; anew after a failure. Raises BrokerUnavailable."""
        async with self._opening:
            if self._listening is not None and not self._listening.done():
                return
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._brokers,
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="latest",
            )
            try:
                await consumer.start()
                consumer.assign(self._parts)
                await consumer.seek_to_end(*self._parts)
                for part in self._parts:  # known before anything is asked
                    await consumer.position(part)
            except (KafkaError, OSError) as bad:
                await consumer.stop()
                raise BrokerUnavailable(type(bad).__name__) from bad
            self._listening = asyncio.create_task(self._listen(consumer))

    @contextmanager
    def expected(self, request_id: str, part_count: int) -> Iterator[Waiting]:
        """Answers to this request are kept as long as the block runs."""
        waiting = self._waiting[request_id] = Waiting(part_count)
        try:
            yield waiting
        finally:
            del self._waiting[request_id]

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def _listen(self, consumer: AIOKafkaConsumer) -> None:
        try:
            while True:
                found = await consumer.getmany(timeout_ms=_POLL_MS)
                for message in (one for batch in found.values() for one in batch):
                    self._hear(message.value)
        except (KafkaError, OSError) as bad:
            for waiting in self._waiting.values():
                waiting.fail(BrokerUnavailable(type(bad).__name__))
        finally:
            await consumer.stop()

    def _hear(self, value: bytes | None) -> None:
        """What cannot be read is nobody's answer: whoever waits for it is told to try later."""
        with suppress(PipelineError):
            answer = self._codec.decode(value or b"")
            waiting = self._waiting.get(answer.request_id)
            if waiting is not None:
                waiting.take(answer)
