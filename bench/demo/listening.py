"""Reads everything the stack says, committed only, from the first message on."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.seen import Seen
from claims.events import CaseChanged, Claims, ImportReported, SweepFinished, Uploads
from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.schemas import Schemas
from services.match.handler import KINDS

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas" / "avro"
INPUTS = ("claims", "uploads")
OUTPUTS = (
    *("case-changed", "matched", "unmatched", "needs-note"),
    *("import-reported", "result-stored", "dead-letters"),
)
ID_LIKE = re.compile(rb"[A-Z][1289A-D][0-9]{8}")


@dataclass
class Heard:
    """latencies: ms from the message of a row to the verdict event it caused, by Kafka's stamps."""

    persons: frozenset[bytes]
    seen: Seen = field(default_factory=Seen)
    latencies: list[int] = field(default_factory=list)
    messages: int = 0
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
        kinds = (*KINDS, Claims, Uploads, ImportReported, SweepFinished, DeadLetters)
        self._codec = Codec(Schemas.read(SCHEMAS), kinds)
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
