"""One Kafka transaction per commit over outputs, changelog and positions; RocksDB beneath."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from pipeline import metrics
from pipeline.changelog import Changelog, Restored
from pipeline.clock import Clock, SystemClock
from pipeline.errors import (
    BrokerUnavailable,
    CommitFailed,
    NewerState,
    PartitionsChanged,
)
from pipeline.handler import Packer
from pipeline.metrics import Meter
from pipeline.overlay import Commit, OverlayLedger
from pipeline.producer import partition_of
from pipeline.store import Checkpoint, RocksStore
from pipeline.worker_settings import WorkerSettings

POSITION_KEY = b"\x00p"
STATE_VERSION = 1
BATCH_BYTES = 1 << 20  # stays below the broker's message.max.bytes of 1,048,588


class PositionRecord(msgspec.Struct, frozen=True):
    """Last record of every commit in the changelog: how far the inputs are applied, to what."""

    version: int
    identity: str
    partitions: int
    commit: int
    positions: dict[str, int]


@dataclass(frozen=True)
class KafkaPlace:
    """Where a stage keeps its partitions.

    ``changelog`` is its compacted topic, ``folder`` holds one RocksDB per partition, ``sources``
    are the co-partitioned topics it reads. A folder that nobody looked at for ``away_s`` seconds is
    thrown away: by then the changelog may have forgotten a deletion (half of its delete retention).
    Outputs stay in the partition of their input, but for the topics ``by_key``: there the key says
    where, as a facility's successor or a person may lie in another partition.
    """

    brokers: str
    stage: str
    changelog: str
    sources: tuple[str, ...]
    folder: Path
    away_s: float = 3.5 * 86_400
    transaction_timeout_s: float = 30.0
    cached_objects: int = 0
    by_key: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        settings: WorkerSettings,
        stage: str,
        changelog: str,
        sources: Sequence[str],
        by_key: Sequence[str] = (),
    ) -> "KafkaPlace":
        return cls(
            settings.brokers,
            stage,
            changelog,
            tuple(sources),
            settings.state_dir,
            settings.changelog_delete_retention_s / 2,
            settings.transaction_timeout_s,
            settings.cached_objects,
            frozenset(by_key),
        )


class KafkaLedger(OverlayLedger):
    """One partition of a stage. The order inside ``open`` matters: see there."""

    def __init__(
        self,
        place: KafkaPlace,
        partition: int,
        packer: Packer,
        *,
        clock: Clock | None = None,
        meter: Meter | None = None,
    ) -> None:
        super().__init__(partition, packer, place.cached_objects)
        self._place = place
        self._clock, self._meter = clock or SystemClock(), meter or Meter()
        self._store: RocksStore | None = None
        self._producer: AIOKafkaProducer | None = None
        self._record = PositionRecord(STATE_VERSION, "", 0, 0, {})
        self.restored = Restored(0, 0, False)

    async def open(self) -> None:
        place, began = self._place, self._clock.monotonic()
        # First the producer: starting it fences the former owner and ends what that one left open.
        # In the other order the changelog would still grow after it was read.
        self._producer = AIOKafkaProducer(
            bootstrap_servers=place.brokers,
            transactional_id=f"{place.stage}-{self.partition}",
            transaction_timeout_ms=int(place.transaction_timeout_s * 1000),
            max_batch_size=BATCH_BYTES,
            max_request_size=BATCH_BYTES,
            linger_ms=0,
        )
        try:
            await self._producer.start()
            self._store = RocksStore(place.folder / f"{place.stage}-{self.partition}")
            changelog = Changelog(place.brokers, place.changelog, self.partition, POSITION_KEY)
            self.restored = await changelog.restore(
                self._store, self._clock.now_ms(), place.away_s, self._restoring
            )
            partitions = await changelog.partitions_of((*place.sources, place.changelog))
        except KafkaError as problem:
            await self.close()
            raise BrokerUnavailable(type(problem).__name__) from problem
        except BaseException:
            await self.close()
            raise
        self._stand_at(self._store.get(POSITION_KEY), partitions)
        label = (place.stage, self.partition)
        self._meter.add(metrics.RESTORED, self.restored.records, *label)
        self._meter.set(metrics.RESTORE_SECONDS, self._clock.monotonic() - began, *label)

    def _restoring(self, records: int) -> None:
        self.restored_records = records

    def _stand_at(self, packed: bytes | None, partitions: dict[str, int]) -> None:
        counts = set(partitions.values())
        if len(counts) != 1:
            raise PartitionsChanged(f"numbers of partitions differ: {partitions}")
        (count,) = counts
        if packed is None:
            self._record = PositionRecord(STATE_VERSION, secrets.token_hex(16), count, 0, {})
        else:
            self._record = read_position(packed)
        if self._record.partitions != count:
            raise PartitionsChanged(f"state of {self._record.partitions}, topics of {count}")
        self._positions = dict(self._record.positions)

    async def close(self) -> None:
        async with self._committing:  # a commit under way finishes first
            producer, self._producer = self._producer, None
            store, self._store = self._store, None
            if producer is not None:
                await producer.stop()
            if store is not None:
                store.close(self._clock.now_ms())

    def _read(self, key: bytes) -> bytes | None:
        assert self._store is not None, "not open"
        return self._store.get(key)

    def _read_range(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        assert self._store is not None, "not open"
        return self._store.scan(low, high, limit)

    async def _write(self, commit: Commit) -> None:
        if self._producer is None or self._store is None:
            raise CommitFailed("the ledger is closed")
        record = msgspec.structs.replace(
            self._record, commit=self._record.commit + 1, positions=commit.positions
        )
        writes = [*commit.writes, (POSITION_KEY, msgspec.msgpack.encode(record))]
        outputs: dict[tuple[str, int], list[tuple[bytes, bytes | None]]] = {}
        for topic, key, value in commit.outputs:
            outputs.setdefault((topic, self._goes_to(topic, key)), []).append((key, value))
        try:
            await self._producer.begin_transaction()
            for (topic, partition), items in outputs.items():
                await self._send(topic, partition, items)
            end = await self._send(self._place.changelog, self.partition, writes)
            await self._producer.commit_transaction()
        except Exception as problem:
            raise CommitFailed(type(problem).__name__) from problem
        self._store.apply(writes, Checkpoint(end, end - 1, self._clock.now_ms()))
        self._record = record

    def _goes_to(self, topic: str, key: bytes) -> int:
        if topic in self._place.by_key:
            return partition_of(key, self._record.partitions)
        return self.partition

    async def _send(
        self, topic: str, partition: int, items: Sequence[tuple[bytes, bytes | None]]
    ) -> int:
        """Send all items; the offset after the last one."""
        assert self._producer is not None
        now_ms, sent, counts = self._clock.now_ms(), [], []
        batch = self._producer.create_batch()
        for key, value in items:
            if batch.append(key=key, value=value, timestamp=now_ms) is None:
                counts.append(batch.record_count())
                batch.close()
                sent.append(await self._producer.send_batch(batch, topic, partition=partition))
                batch = self._producer.create_batch()
                if batch.append(key=key, value=value, timestamp=now_ms) is None:
                    raise CommitFailed("a record is larger than a batch may be")
        counts.append(batch.record_count())
        batch.close()
        sent.append(await self._producer.send_batch(batch, topic, partition=partition))
        done = await asyncio.gather(*sent)  # of a batch: the offset of its first record
        last: int = done[-1].offset
        return last + int(counts[-1])


def read_position(packed: bytes) -> PositionRecord:
    """Raises NewerState for the record of a newer image."""
    record = msgspec.msgpack.decode(packed, type=PositionRecord)
    if record.version > STATE_VERSION:
        raise NewerState(f"state version {record.version}")
    return record
