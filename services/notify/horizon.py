"""How far the journal reaches when the planner starts: the newest day that all partitions finished.

Read from the ends of the partitions backwards, so that a long journal costs no more than a short
one. It decides what is no news any more; nothing else depends on it.
"""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from claims.events import SweepFinished
from pipeline.codec import Codec
from pipeline.errors import BrokerUnavailable
from services.notify.milestone_rows import DAY_CLOSED
from services.notify.plans import Reach

STEP, FURTHEST = 5_000, 200_000
"""Records read at a time, and at most, of one partition: several days of the busiest one."""
_KEY = b"partition-"


async def reach_of(brokers: str, topic: str, partitions: int, codec: Codec) -> Reach | None:
    """None when some partition shows no finished day within reach. Raises BrokerUnavailable."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )
    try:
        await reader.start()
        found = [
            await _reach_of(reader, TopicPartition(topic, number), codec)
            for number in range(partitions)
        ]
    except KafkaError as problem:
        raise BrokerUnavailable(type(problem).__name__) from problem
    finally:
        await reader.stop()
    known = [reach for reach in found if reach is not None]
    return min(known) if len(known) == len(found) else None


async def _reach_of(reader: AIOKafkaConsumer, part: TopicPartition, codec: Codec) -> Reach | None:
    reader.assign([part])
    begin = (await reader.beginning_offsets([part]))[part]
    end = last = (await reader.end_offsets([part]))[part]
    while end > max(begin, last - FURTHEST):
        start = max(begin, end - STEP)
        reader.seek(part, start)
        reach = None
        while await reader.position(part) < end:
            for message in (await reader.getmany(part, timeout_ms=200)).get(part, ()):
                reach = _later(reach, message, codec)
        if reach is not None:
            return reach
        end = start
    return None


def _later(reach: Reach | None, message: Any, codec: Codec) -> Reach | None:
    """Only what lies under the key of a partition is decoded: a few records a day."""
    if not (message.key or b"").startswith(_KEY):
        return reach
    event = codec.decode(message.value)
    if isinstance(event, SweepFinished) and event.cause.startswith(DAY_CLOSED):
        return Reach(event.day, message.timestamp)
    return reach
