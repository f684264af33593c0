"""Topics and readers for tests on a real broker."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic


async def make_topics(
    brokers: str, topics: Mapping[str, Mapping[str, str]], partitions: int
) -> None:
    """Name to settings; returns once every partition has a leader."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        wanted = [
            NewTopic(name, partitions, 1, topic_configs=dict(settings))
            for name, settings in topics.items()
        ]
        await admin.create_topics(wanted)

        async def ready() -> bool:
            described = await admin.describe_topics(list(topics))
            return all(
                len(topic["partitions"]) == partitions
                and all(part["leader"] >= 0 for part in topic["partitions"])
                for topic in described
            )

        await until(ready)
    finally:
        await admin.close()


async def until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait for a condition (a plain or an async function); fails when it does not come true."""
    end = monotonic() + seconds
    while True:
        held = condition()
        if asyncio.iscoroutine(held):
            held = await held
        if held:
            return
        assert monotonic() < end, f"waited {seconds} s in vain"
        await asyncio.sleep(0.05)


async def produce(brokers: str, messages: Iterable[tuple[str, int, bytes | None, bytes]]) -> None:
    """(topic, partition, key, value), in order."""
    async with AIOKafkaProducer(bootstrap_servers=brokers, linger_ms=5) as producer:
        sent = [
            await producer.send(topic, value, key=key, partition=partition)
            for topic, partition, key, value in messages
        ]
        for future in sent:
            await future


async def committed(
    brokers: str, topics: Sequence[str], partitions: int
) -> dict[str, list[tuple[bytes, bytes]]]:
    """Everything a reader of committed records sees now, per topic, in the order of offsets."""
    async with AIOKafkaConsumer(
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    ) as reader:
        parts = [TopicPartition(topic, n) for topic in topics for n in range(partitions)]
        reader.assign(parts)
        ends = await reader.end_offsets(parts)
        starts = await reader.beginning_offsets(parts)
        for part in parts:
            reader.seek(part, starts[part])
        seen: dict[str, list[tuple[bytes, bytes]]] = {}
        for part in parts:
            while await reader.position(part) < ends[part]:
                found = await reader.getmany(part, timeout_ms=100)
                for message in found.get(part, ()):
                    seen.setdefault(part.topic, []).append((message.key, message.value))
        return seen
