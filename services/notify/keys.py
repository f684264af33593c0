"""API keys of the agency: whoever holds one decides in the agency's name."""

from dataclasses import dataclass
from datetime import datetime

from pipeline import api_keys
from pipeline.api_keys import Doorkeeper
from services.notify.database import Connection

_TABLE = "notify.api_keys"


@dataclass(frozen=True)
class Caller:
    """Who is asking; ``key_id`` stands beside every decision."""

    key_id: str
    label: str


@dataclass(frozen=True)
class KeyEntry:
    """A key as the table knows it."""

    key_id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


def doorkeeper() -> Doorkeeper:
    return Doorkeeper(
        f"select key_id, label, hash from {_TABLE} where key_id = $1 and revoked_at is null"
    )


async def everyone(connection: Connection) -> list[KeyEntry]:
    rows = await connection.fetch(
        f"select key_id, label, created_at, revoked_at from {_TABLE} order by created_at"
    )
    return [KeyEntry(**dict(row)) for row in rows]


async def create(connection: Connection, label: str) -> str:
    """A new key, shown once and kept nowhere."""
    key = api_keys.new_key()
    await connection.execute(
        f"insert into {_TABLE} (key_id, label, hash) values ($1, $2, $3)",
        key.key_id,
        label,
        key.hash,
    )
    return key.shown


async def revoke(connection: Connection, key_id: str) -> bool:
    """False when there is no such live key."""
    return await api_keys.revoke(connection, _TABLE, key_id)
