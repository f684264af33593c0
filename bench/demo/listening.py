"""Reads everything the stack says, committed only, from the first message on."""

import asyncio
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.memory_run import codec_of_all
from bench.seen import Seen
from claims.events import CaseChanged, Claims, Uploads
from pipeline.deadletter import DeadLetters
from pipeline.topics import REGISTER

INPUTS = ("claims", "uploads")
TOPICS = tomllib.loads(REGISTER.read_text(encoding="utf-8"))["topics"]
# Every topic that must not name anybody.
OUTPUTS = tuple(name for name, topic in TOPICS.items() if not topic["pii"])
ID_LIKE = re.compile(rb"[A-Z][1289A-D][0-9]{8}")


@dataclass
class Heard:
    """after: the offset behind the last message of every place.
    latencies: ms from the message of a row to the verdict event it caused, by Kafka's stamps."""

    persons: frozenset[bytes]
    seen: Seen = field(default_factory=Seen)
    latencies: list[int] = field(default_factory=list)
    messages: int = 0
    by_topic: Counter[str] = field(default_factory=Counter)
    after: dict[TopicPartition, int] = field(default_factory=dict)
    dead: int = 0
    full_ids: int = 0
    sent_at: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, list[int]] = field(default_factory=dict)

    def input(self, event: Claims | Uploads, stamp: int) -> None:
        rows = event.rows if isinstance(event, Claims) else event.items
        for row in rows:
            cause = f"{event.submission_id}:{row.row_no}"
            self.sent_at[cause] = stamp
            # The topics are read side by side: a verdict may be heard before its cause.
            for verdict in self.waiting.pop(cause, ()):
                self.latencies.append(verdict - stamp)

    def output(self, event: object, stamp: int, raw: bytes) -> None:
        self.messages += 1
        self.dead += isinstance(event, DeadLetters)
        self.full_ids += count_ids(raw, self.persons)
        self.seen.take(event)
        if type(event) is CaseChanged and ":" in event.caused_by:
            sent = self.sent_at.get(event.caused_by)
            if sent is None:
                self.waiting.setdefault(event.caused_by, []).append(stamp)
            else:
                self.latencies.append(stamp - sent)


def count_ids(raw: bytes, persons: frozenset[bytes]) -> int:
    """Full numbers of persons of the region in these bytes."""
    return sum(found in persons for found in ID_LIKE.findall(raw))


class Listener:
    """A reader of all partitions; ``run`` as a task, then wait for what you need."""

    def __init__(self, brokers: str, partitions: int, persons: frozenset[bytes]) -> None:
        self.heard = Heard(persons)
        self._places = [
            TopicPartition(topic, number)
            for topic in (*INPUTS, *OUTPUTS)
            for number in range(partitions)
        ]
        self._outputs = [place for place in self._places if place.topic in OUTPUTS]
        self._codec = codec_of_all()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=brokers,
            isolation_level="read_committed",
            enable_auto_commit=False,
        )

    async def start(self) -> None:
        await self._consumer.start()
        self._consumer.assign(self._places)
        await self._consumer.seek_to_beginning(*self._places)

    async def stop(self) -> None:
        await self._consumer.stop()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            found = await self._consumer.getmany(timeout_ms=200, max_records=2000)
            for place, messages in found.items():
                for message in messages:
                    event = self._codec.decode(message.value)
                    if isinstance(event, Claims | Uploads):
                        self.heard.input(event, message.timestamp)
                    elif place.topic in OUTPUTS:
                        self.heard.by_topic[place.topic] += 1
                        self.heard.after[place] = message.offset + 1
                        raw = (message.key or b"") + b" " + message.value
                        self.heard.output(event, message.timestamp, raw)
            await asyncio.sleep(0)

    async def wait_for(self, condition: Callable[[], bool], patience: float = 120.0) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(patience):
            while not condition():
                await asyncio.sleep(0.05)

    async def read_to_the_end(self) -> None:
        """Return once everything that is committed now was heard."""
        ends = await self._consumer.end_offsets(self._outputs)
        for place, end in ends.items():
            while await self._consumer.position(place) < end:
                await asyncio.sleep(0.05)
