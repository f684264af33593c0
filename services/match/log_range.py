"""Partitions of a topic from their beginning to an end that was captured once; reads only."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from pipeline.errors import BrokerUnavailable, PartitionsChanged
from pipeline.message import Address, Message
from pipeline.producer import partition_of

FETCH_BYTES = 4 << 20
AT_ONCE = 200  # a message may hold 500 rows: more would let a progress bar stand still
Progress = Callable[[int], None]


class Range(NamedTuple):
    """Offsets of one partition: ``begin`` is the first, ``end`` lies after the last."""

    topic: str
    partition: int
    begin: int
    end: int


@asynccontextmanager
async def a_reader(brokers: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of committed records without a group: it leaves no trace on the broker."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_bytes=2 * FETCH_BYTES,
        fetch_max_wait_ms=50,
    )
    try:
        await reader.start()
        # Its own tasks begin now: stopped before that, it would raise CancelledError.
        await asyncio.sleep(0)
        yield reader
    except KafkaError as bad:
        raise BrokerUnavailable(type(bad).__name__) from bad
    finally:
        await reader.stop()


async def ranges_of(brokers: str, topic: str, facility: str = "") -> list[Range]:
    """Every partition of the topic as it is now, or only that of a facility's canonical code.

    Raises PartitionsChanged for a topic that the broker does not have.
    """
    count = await _partitions_of(brokers, topic)
    only = partition_of(facility.encode(), count) if facility else None
    parts = [TopicPartition(topic, n) for n in range(count) if only is None or n == only]
    async with a_reader(brokers) as reader:
        begins = await reader.beginning_offsets(parts)
        ends = await reader.end_offsets(parts)
    return [Range(topic, part.partition, begins[part], ends[part]) for part in parts]


async def _partitions_of(brokers: str, topic: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    try:
        await admin.start()
        (described,) = await admin.describe_topics([topic])
    except KafkaError as bad:
        raise BrokerUnavailable(type(bad).__name__) from bad
    finally:
        await admin.close()
    count = len(described["partitions"])
    if not count:
        raise PartitionsChanged(f"no topic {topic} on this broker")
    return count


async def messages_in(
    reader: AIOKafkaConsumer, wanted: Range, progress: Progress
) -> AsyncIterator[Sequence[Message]]:
    """The messages of a range in order, as they arrive; ``progress`` is told each next offset."""
    part = TopicPartition(wanted.topic, wanted.partition)
    reader.assign([part])
    reader.seek(part, wanted.begin)
    # Markers of transactions take offsets and are never delivered: position, not count, tells.
    while (position := await reader.position(part)) < wanted.end:
        progress(position)
        found = await reader.getmany(part, timeout_ms=200, max_records=AT_ONCE)
        messages = found.get(part, ())
        if messages:
            yield [
                Message(
                    Address(wanted.topic, wanted.partition, each.offset),
                    each.key,
                    each.value,
                    each.timestamp,
                )
                for each in messages
                if each.offset < wanted.end
            ]
    progress(wanted.end)


async def everything_in(
    brokers: str, ranges: Sequence[Range], watch: Progress
) -> AsyncIterator[tuple[Range, Sequence[Message]]]:
    """All ranges, one after the other; ``watch`` is told how many offsets are done."""
    done = 0
    async with a_reader(brokers) as reader:
        for each in ranges:

            def progress(offset: int, before: int = done - each.begin) -> None:
                watch(before + offset)

            async for messages in messages_in(reader, each, progress):
                yield each, messages
            done += each.end - each.begin
