"""The connection that all queries of this service take, and the schema behind it."""

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

MIGRATIONS = Path(__file__).resolve().parents[2] / "schemas" / "sql"
# For a lock that another submission of the same facility holds as long as it takes.
PATIENT_S = 86_400.0


async def opened(url: str, connections: int) -> "Pool[Record]":
    """A pool on an up-to-date schema; raises StoreUnavailable, BadMigrations."""
    pool = await connect(url, size=connections)
    await migrate(pool, MIGRATIONS)
    return pool
