"""Rows, state and positions of a partition in one Postgres transaction."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg

from pipeline.errors import CommitFailed, Fatal, PartitionsChanged, StoreUnavailable
from pipeline.handler import Packer
from pipeline.overlay import Commit, OverlayLedger
from pipeline.postgres import Pool
from pipeline.store import MemoryStore

Rows = Sequence[tuple[bytes, bytes]]
Sink = Callable[[Any, Rows], Awaitable[None]]
"""Writes the (key, value) pairs emitted under one name: an asyncpg connection, then the pairs."""

_OPEN = """
insert into pipeline.ledgers (stage, partition, partitions, owner, commits, positions)
values ($1, $2, $3, 1, 0, '{}')
on conflict (stage, partition) do update set owner = pipeline.ledgers.owner + 1
returning owner, commits, partitions, positions
"""
_MOVE = """
update pipeline.ledgers set positions = $5, commits = commits + 1
where stage = $1 and partition = $2 and owner = $3 and commits = $4
"""
_PUT = """
insert into pipeline.states (stage, partition, key, value) values ($1, $2, $3, $4)
on conflict (stage, partition, key) do update set value = excluded.value
"""
_DELETE = "delete from pipeline.states where stage = $1 and partition = $2 and key = $3"
_STATE = "select key, value from pipeline.states where stage = $1 and partition = $2"


class UnknownSink(Fatal):
    """A handler emitted to a name that the ledger was not given."""


class NoState:
    """The packer of a stage that keeps nothing but its positions."""

    def pack(self, key: bytes, value: object) -> bytes:
        raise AssertionError("this stage has no state of its own")

    def unpack(self, key: bytes, packed: bytes) -> object:
        raise AssertionError("this stage has no state of its own")


class PostgresLedger(OverlayLedger):
    """One partition of a stage that writes rows.

    ``emit(name, key, value)`` goes to the sink of that name; the sinks of one commit run in the
    order in which their names were first emitted to. The state is small: all of it is in memory.
    ``partitions`` is the number of partitions of the source topics. Needs schemas/sql applied.
    """

    def __init__(
        self,
        pool: "Pool[asyncpg.Record]",
        stage: str,
        partition: int,
        packer: Packer,
        sinks: Mapping[str, Sink],
        *,
        partitions: int,
    ) -> None:
        super().__init__(partition, packer)
        self._pool, self._stage, self._sinks = pool, stage, dict(sinks)
        self._partitions = partitions
        self._owner = self._commits = -1
        self._store = MemoryStore()

    async def open(self) -> None:
        at = (self._stage, self.partition)
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                row = await connection.fetchrow(_OPEN, *at, self._partitions)
                states = await connection.fetch(_STATE, *at)
        except (OSError, TimeoutError, asyncpg.PostgresError) as problem:
            raise StoreUnavailable(type(problem).__name__) from problem
        assert row is not None, "insert or update returns a row"
        if row["partitions"] != self._partitions:
            raise PartitionsChanged(f"rows of {row['partitions']}, topics of {self._partitions}")
        self._owner, self._commits = row["owner"], row["commits"]
        self._positions = json.loads(row["positions"])
        self._store = MemoryStore({state["key"]: state["value"] for state in states})

    async def close(self) -> None:
        async with self._committing:  # a commit under way finishes first
            self._owner = -1

    def emit(self, topic: str, key: bytes, value: bytes) -> None:
        if topic not in self._sinks:
            raise UnknownSink(topic)
        super().emit(topic, key, value)

    def _read(self, key: bytes) -> bytes | None:
        return self._store.get(key)

    def _read_range(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        return self._store.scan(low, high, limit)

    async def _write(self, commit: Commit) -> None:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await self._move(connection, commit.positions)
                await self._write_state(connection, commit.writes)
                by_name: dict[str, list[tuple[bytes, bytes]]] = {}
                for name, key, value in commit.outputs:
                    by_name.setdefault(name, []).append((key, value))
                for name, rows in by_name.items():
                    await self._sinks[name](connection, rows)
        except CommitFailed:
            raise
        except Exception as problem:  # a sink may raise anything; nothing is retried in place
            raise CommitFailed(type(problem).__name__) from problem
        self._commits += 1
        self._store.apply(commit.writes)

    async def _move(self, connection: Any, positions: Mapping[str, int]) -> None:
        """Compare and set, first of all: the row stays locked until the end of the transaction."""
        at = (self._stage, self.partition, self._owner, self._commits)
        if await connection.execute(_MOVE, *at, json.dumps(positions)) != "UPDATE 1":
            raise CommitFailed("another owner opened this partition")

    async def _write_state(
        self, connection: Any, writes: Sequence[tuple[bytes, bytes | None]]
    ) -> None:
        at = (self._stage, self.partition)
        puts = [(*at, key, value) for key, value in writes if value is not None]
        gone = [(*at, key) for key, value in writes if value is None]
        if puts:
            await connection.executemany(_PUT, puts)
        if gone:
            await connection.executemany(_DELETE, gone)
