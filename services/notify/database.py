"""The pool of this service, on an up-to-date schema."""

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from asyncpg import Record

from pipeline.postgres import Pool, connect, migrate

if TYPE_CHECKING:
    from asyncpg import Connection as Plain
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = Plain[Record] | PoolConnectionProxy[Record]
else:
    Connection = object

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "schemas" / "sql"
SCHEMAS = ROOT / "schemas" / "avro"


async def opened(url: str, connections: int) -> "Pool[Record]":
    """Raises StoreUnavailable, BadMigrations."""
    pool = await connect(url, size=connections)
    await migrate(pool, MIGRATIONS)
    return pool
