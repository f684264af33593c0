"""What ingest sends: every event at least once, in order, acknowledged before it counts."""

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from pipeline.codec import Codec
from pipeline.errors import BrokerUnavailable, PartitionsChanged
from pipeline.producer import Producer, Sent, partition_of

DAY_TOPICS = ("claims", "uploads", "actions")  # each is told the end of a day
TOPICS = (*DAY_TOPICS, "precheck-asked")


class Outbound:
    """Opened on first use, and anew after every failure: an idempotent producer that gave up one
    batch would refuse all that follow. After BrokerUnavailable what was sent may have arrived."""

    def __init__(self, brokers: str, partitions: int, codec: Codec, wait_s: float) -> None:
        self._brokers, self.partitions, self._codec = brokers, partitions, codec
        self._wait_s = wait_s
        self._producer: Producer | None = None
        self._opening = asyncio.Lock()
        self._checked = False

    async def open(self) -> None:
        """Connect; raises BrokerUnavailable, PartitionsChanged when topics and settings differ."""
        await self._opened()

    async def send(self, topic: str, event: Any) -> Sent:
        """Put an event of one facility in line, in the partition of its canonical code."""
        key = event.facility_id.encode()
        return await self.send_to(topic, partition_of(key, self.partitions), key, event)

    async def send_to(self, topic: str, partition: int, key: bytes, event: Any) -> Sent:
        producer = await self._opened()
        try:
            async with asyncio.timeout(self._wait_s):
                return await producer.send(topic, partition, key, self._codec.encode(event))
        except (BrokerUnavailable, TimeoutError) as bad:
            await self._drop(producer)
            raise BrokerUnavailable("an event could not be handed over") from bad

    async def send_to_all(self, topic: str, key: bytes, event: Any) -> list[Sent]:
        """Put an event that concerns every facility in line, in each partition."""
        return [
            await self.send_to(topic, partition, key, event) for partition in range(self.partitions)
        ]

    async def settle(self, sent: list[Sent]) -> None:
        """Wait until the brokers have all of them."""
        producer = self._producer
        try:
            async with asyncio.timeout(self._wait_s):
                for one in sent:
                    await one.wait()
        except (BrokerUnavailable, TimeoutError) as bad:
            if producer is not None:
                await self._drop(producer)
            raise BrokerUnavailable("events were not acknowledged in time") from bad

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _opened(self) -> Producer:
        async with self._opening:
            if not self._checked:
                await self._check_partitions()
                self._checked = True
            if self._producer is None:
                producer = Producer(self._brokers, linger_ms=2, timeout_s=self._wait_s)
                await producer.start()
                self._producer = producer
            return self._producer

    async def _check_partitions(self) -> None:
        """Parts sent by another count would lie away from their books, for ever."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._brokers)
        try:
            await admin.start()
            existing = set(await admin.list_topics())
            if missing := [topic for topic in TOPICS if topic not in existing]:
                raise PartitionsChanged(f"no topic {', '.join(missing)}: apply the topics first")
            for found in await admin.describe_topics(list(TOPICS)):
                if len(found["partitions"]) != self.partitions:
                    raise PartitionsChanged(
                        f"{found['topic']} has {len(found['partitions'])} partitions,"
                        f" GOUJI_PARTITIONS says {self.partitions}"
                    )
        except (KafkaError, OSError) as bad:
            raise BrokerUnavailable(type(bad).__name__) from bad
        finally:
            await admin.close()

    async def _drop(self, producer: Producer) -> None:
        if self._producer is producer:
            self._producer = None
        # Its batches fail now; whoever waits for them gets BrokerUnavailable as well.
        stopping = asyncio.wait_for(producer.stop(), self._wait_s)
        await asyncio.gather(stopping, return_exceptions=True)
