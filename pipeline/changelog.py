"""Reading a partition of a changelog: into an empty folder, or from where a folder stopped."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from pipeline.errors import BrokerUnavailable, PartitionsChanged
from pipeline.store import Checkpoint, RocksStore

MAX_RECORDS = 20_000


class Restored(NamedTuple):
    """What an opening did."""

    records: int
    start: int
    folder_thrown_away: bool


class Changelog:
    """One partition of the compacted topic behind a stage's state."""

    def __init__(self, brokers: str, topic: str, partition: int, position_key: bytes) -> None:
        self._brokers, self._at = brokers, TopicPartition(topic, partition)
        self._position_key = position_key

    def _reader(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._brokers,
            isolation_level="read_committed",
            enable_auto_commit=False,
            # "latest", the default, would race with the seek below and could win.
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 << 20,
            fetch_max_wait_ms=50,
        )

    async def partitions_of(self, topics: Iterable[str]) -> dict[str, int]:
        """Number of partitions of each topic; raises PartitionsChanged for a missing one."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._brokers)
        await admin.start()
        try:
            described = await admin.describe_topics(list(topics))
        finally:
            await admin.close()
        counts = {topic["topic"]: len(topic["partitions"]) for topic in described}
        missing = sorted(topic for topic, count in counts.items() if not count)
        if missing:
            raise PartitionsChanged(f"topics do not exist: {', '.join(missing)}")
        return counts

    async def restore(
        self, store: RocksStore, now_ms: int, away_s: float, progress: Callable[[int], None]
    ) -> Restored:
        """Bring the folder to the end of the changelog."""
        async with self._reader() as reader:
            reader.assign([self._at])
            begin = (await reader.beginning_offsets([self._at]))[self._at]
            end = (await reader.end_offsets([self._at]))[self._at]
            known = store.checkpoint
            trusted = known is not None and await self._is_continued(
                reader, store, begin, end, now_ms - int(away_s * 1000)
            )
            thrown = known is not None and not trusted
            if thrown:
                store.throw_away()
            start = known.offset if known is not None and trusted else begin
            records = await self._read(reader, store, start, end, now_ms, progress)
        return Restored(records, start, thrown)

    async def _is_continued(
        self, reader: AIOKafkaConsumer, store: RocksStore, begin: int, end: int, oldest_ms: int
    ) -> bool:
        """Whether the changelog goes on where the folder stopped.

        The folder knows where it met its last position record. Compaction keeps that record until
        a later one takes its place, so the first position record found from there on must name the
        same state; a topic that was made anew, or lost its end, has none there, or another state's.
        """
        known, packed = store.checkpoint, store.get(self._position_key)
        if known is None or packed is None:
            return False
        if known.at_ms < oldest_ms:
            return False
        own = msgspec.msgpack.decode(packed)["identity"]
        await self._seek(reader, max(begin, known.position_at))
        while await reader.position(self._at) < end:
            for message in await self._fetch(reader):
                if message.key == self._position_key:
                    return bool(msgspec.msgpack.decode(message.value)["identity"] == own)
        return False

    async def _read(
        self,
        reader: AIOKafkaConsumer,
        store: RocksStore,
        start: int,
        end: int,
        now_ms: int,
        progress: Callable[[int], None],
    ) -> int:
        await self._seek(reader, start)
        records, known = 0, store.checkpoint
        position_at = -1 if known is None else known.position_at
        # Markers of transactions take offsets and are never delivered: position, not count, tells.
        while (position := await reader.position(self._at)) < end:
            messages = await self._fetch(reader)
            if messages:
                records += len(messages)
                position = await reader.position(self._at)
                for message in messages:
                    if message.key == self._position_key:
                        position_at = message.offset
                checkpoint = Checkpoint(position, position_at, now_ms)
                store.apply(((m.key, m.value) for m in messages), checkpoint)
                progress(records)
        return records

    async def _seek(self, reader: AIOKafkaConsumer, offset: int) -> None:
        reader.seek(self._at, offset)
        if await reader.position(self._at) != offset:
            raise BrokerUnavailable("the changelog reader did not go where it was told to")

    async def _fetch(self, reader: AIOKafkaConsumer) -> list[Any]:
        found = await reader.getmany(self._at, timeout_ms=200, max_records=MAX_RECORDS)
        return list(found.get(self._at, ()))
