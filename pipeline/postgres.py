"""Postgres: a pool, and numbered migrations."""

import re
from pathlib import Path

import asyncpg

from pipeline.clock import SystemClock
from pipeline.errors import Fatal, StoreUnavailable
from pipeline.retries import retried

# Any number that nobody else uses as an advisory lock in this database.
_MIGRATION_LOCK = 7_244_001
_FILE = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")

Pool = asyncpg.Pool


class BadMigrations(Fatal):
    """The folder of migrations contradicts itself, or what the database has been through."""

    exit_code = 78


async def connect(url: str, *, size: int = 8, timeout_s: float = 30.0) -> "Pool[asyncpg.Record]":
    """A pool; waits for a server that is still starting, then raises StoreUnavailable."""

    async def attempt() -> "Pool[asyncpg.Record]":
        try:
            return await asyncpg.create_pool(
                url, min_size=1, max_size=size, timeout=timeout_s, command_timeout=timeout_s
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as problem:
            raise StoreUnavailable(type(problem).__name__) from problem

    return await retried(attempt, (StoreUnavailable,), SystemClock())


def migrations_in(folder: Path) -> dict[int, Path]:
    """Number to file, in order; raises BadMigrations for an odd name or a number used twice."""
    found: dict[int, Path] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _FILE.fullmatch(path.name)
        if match is None:
            raise BadMigrations(f"{path.name}: expected <4 digits>_<name>.sql")
        number = int(match["number"])
        if number in found:
            raise BadMigrations(f"{path.name}: the number is taken by {found[number].name}")
        found[number] = path
    return found


async def migrate(pool: "Pool[asyncpg.Record]", folder: Path) -> list[str]:
    """Apply what is missing, in order, in one transaction; the names of the files applied.

    Several processes may call it at once: one works, the others wait and find nothing to do. A
    database that has been through a migration this image does not know is left alone, so that the
    image before the newest one still starts.
    """
    wanted = migrations_in(folder)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
        await connection.execute(
            "create table if not exists public.gouji_migrations "
            "(number integer primary key, name text not null, "
            "applied_at timestamptz not null default now())"
        )
        rows = await connection.fetch("select number, name from public.gouji_migrations")
        applied = {row["number"]: row["name"] for row in rows}
        done = []
        for number, path in wanted.items():
            if applied.get(number, path.name) != path.name:
                raise BadMigrations(f"{path.name}: {applied[number]} was applied under its number")
            if number not in applied:
                await connection.execute(path.read_text(encoding="utf-8"))
                await connection.execute(
                    "insert into public.gouji_migrations (number, name) values ($1, $2)",
                    number,
                    path.name,
                )
                done.append(path.name)
    return done
