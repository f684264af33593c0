"""The ledger of the stages that write rows, on a real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from pipeline import postgres
from pipeline.errors import CommitFailed, PartitionsChanged
from pipeline.overlay import OverlayLedger
from pipeline.postgres_ledger import PostgresLedger, Rows, Sink, UnknownSink
from tests.support.ledgers import LedgerSuite, TextPacker

MIGRATIONS = Path("schemas/sql")


def sink(name: str, stage: str) -> Sink:
    async def write(connection: Any, rows: Rows) -> None:
        await connection.executemany(
            "insert into public.ledger_outputs (stage, name, key, value) values ($1, $2, $3, $4)",
            [(stage, name, key, value) for key, value in rows],
        )

    return write


class TestPostgresLedger(LedgerSuite):
    @pytest.fixture(autouse=True)
    async def _pool(self, database_url: str) -> AsyncIterator[None]:
        self.pool = await postgres.connect(database_url)
        await postgres.migrate(self.pool, MIGRATIONS)
        await self.pool.execute(
            "create table if not exists public.ledger_outputs (number bigserial, stage text, "
            "name text, key bytea, value bytea)"
        )
        self.stage = f"test-{uuid4().hex}"
        yield
        await self.pool.close()

    def made(self, partitions: int = 4, **more: Sink) -> PostgresLedger:
        sinks = {name: sink(name, self.stage) for name in ("said", "told")} | more
        return PostgresLedger(self.pool, self.stage, 1, TextPacker(), sinks, partitions=partitions)

    async def a_ledger(self) -> OverlayLedger:
        ledger = self.made()
        await ledger.open()
        return ledger

    async def reopened(self, ledger: OverlayLedger) -> OverlayLedger:
        return await self.a_ledger()

    async def delivered(self, ledger: OverlayLedger) -> dict[str, list[tuple[bytes, bytes]]]:
        rows = await self.pool.fetch(
            "select name, key, value from public.ledger_outputs where stage = $1 order by number",
            self.stage,
        )
        seen: dict[str, list[tuple[bytes, bytes]]] = {}
        for row in rows:
            seen.setdefault(row["name"], []).append((row["key"], row["value"]))
        return seen

    def packer_of(self, ledger: OverlayLedger) -> TextPacker:
        assert isinstance(ledger._packer, TextPacker)
        return ledger._packer

    async def test_a_sink_that_fails_takes_everything_back(self) -> None:
        async def bad(connection: Any, rows: Rows) -> None:
            await connection.execute("select 1 / 0")

        ledger = self.made(bad=bad)
        await ledger.open()
        ledger.put(b"book", "first")
        ledger.advance("left", 3)
        ledger.emit("said", b"k", b"v")
        ledger.emit("bad", b"k", b"v")
        with pytest.raises(CommitFailed):
            await ledger.commit()
        again = await self.reopened(ledger)
        assert again.get(b"book") is None and again.position("left") is None
        assert await self.delivered(again) == {}

    async def test_a_name_without_a_sink_is_refused_at_once(self) -> None:
        ledger = await self.a_ledger()
        with pytest.raises(UnknownSink):
            ledger.emit("nowhere", b"k", b"v")

    async def test_another_number_of_partitions_is_refused(self) -> None:
        await (await self.a_ledger()).commit()
        with pytest.raises(PartitionsChanged):
            await self.made(partitions=8).open()


async def test_migrations_run_once_even_when_several_processes_start(database_url: str) -> None:
    pools = [await postgres.connect(database_url, size=1) for _ in range(3)]
    try:
        done = await asyncio.gather(*(postgres.migrate(pool, MIGRATIONS) for pool in pools))
        assert await postgres.migrate(pools[0], MIGRATIONS) == []
        assert sum(map(len, done)) in (0, len(postgres.migrations_in(MIGRATIONS)))
    finally:
        for pool in pools:
            await pool.close()


async def test_a_migration_that_fails_leaves_nothing_behind(
    database_url: str, tmp_path: Path
) -> None:
    name = f"broken_{uuid4().hex[:8]}"
    (tmp_path / "9001_first.sql").write_text(f"create table public.{name} (x int)")
    (tmp_path / "9002_second.sql").write_text("select 1 / 0")
    pool = await postgres.connect(database_url, size=1)
    try:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await postgres.migrate(pool, tmp_path)
        assert await pool.fetchval("select to_regclass($1)", f"public.{name}") is None
    finally:
        await pool.close()
