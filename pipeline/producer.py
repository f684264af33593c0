"""Sending to a partition we choose, at least once and in order."""

from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from pipeline.clock import SystemClock
from pipeline.errors import BrokerUnavailable
from pipeline.retries import retried


def partition_of(key: bytes, partitions: int) -> int:
    """Where Kafka's default partitioner puts the key: murmur2 without its sign, modulo."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


class Producer:
    """An idempotent producer: what it sends to one partition arrives in order, without repeats of
    its own. A sender that dies and starts again sends again: readers drop repeats by event id.
    """

    def __init__(self, brokers: str, *, linger_ms: int = 5, timeout_s: float = 30.0) -> None:
        self._options = {
            "bootstrap_servers": brokers,
            "enable_idempotence": True,
            "acks": "all",
            "linger_ms": linger_ms,
            "max_batch_size": 1 << 20,
            "max_request_size": 1 << 20,
            "request_timeout_ms": int(timeout_s * 1000),
        }
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Brokers that are still starting are waited for; raises BrokerUnavailable in the end."""
        self._producer = await retried(self._started, (BrokerUnavailable,), SystemClock())

    async def _started(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(**self._options)
        try:
            await producer.start()
        except KafkaError as problem:
            await producer.stop()
            raise BrokerUnavailable(type(problem).__name__) from problem
        return producer

    async def stop(self) -> None:
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, topic: str, partition: int, key: bytes, value: bytes) -> "Sent":
        """Put the value in line; ``Sent.wait`` returns once the brokers have it."""
        assert self._producer is not None, "start it first"
        try:
            future = await self._producer.send(topic, value, key=key, partition=partition)
        except KafkaError as problem:
            raise BrokerUnavailable(type(problem).__name__) from problem
        return Sent(future)

    async def put(self, topic: str, partition: int, key: bytes, value: bytes) -> int:
        """Send and wait; the offset. Raises BrokerUnavailable."""
        return await (await self.send(topic, partition, key, value)).wait()


class Sent:
    """A value on its way."""

    def __init__(self, future: object) -> None:
        self._future = future

    async def wait(self) -> int:
        """The offset. Raises BrokerUnavailable."""
        try:
            done = await self._future  # type: ignore[misc]
        except KafkaError as problem:
            raise BrokerUnavailable(type(problem).__name__) from problem
        return int(done.offset)
