"""Who may speak for which facility: the keys of ingest and their holders."""

from dataclasses import dataclass
from datetime import datetime

from pipeline import api_keys
from services.ingest.database import Connection

FACILITY, AGENCY_ROLE = "facility", "agency"
_TABLE = "ingest.api_keys"


@dataclass(frozen=True)
class Caller:
    """Who is asking. ``facility_id`` is empty for the agency."""

    key_id: str
    role: str
    facility_id: str


@dataclass(frozen=True)
class KeyEntry:
    """A key as the registry knows it."""

    key_id: str
    role: str
    facility_id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


async def everyone(connection: Connection) -> list[KeyEntry]:
    rows = await connection.fetch(
        "select key_id, role, coalesce(facility_id, '') as facility_id, label, created_at,"
        " revoked_at from ingest.api_keys order by created_at"
    )
    return [KeyEntry(**dict(row)) for row in rows]


async def create(connection: Connection, facility_id: str | None, label: str) -> str:
    """A new key, shown once and kept nowhere; for a facility, or for the agency when None."""
    key = api_keys.new_key()
    await connection.execute(
        "insert into ingest.api_keys (key_id, role, facility_id, label, hash)"
        " values ($1, $2, $3, $4, $5)",
        key.key_id,
        FACILITY if facility_id else AGENCY_ROLE,
        facility_id,
        label,
        key.hash,
    )
    return key.shown


async def revoke(connection: Connection, key_id: str) -> bool:
    """False when there is no such live key."""
    return await api_keys.revoke(connection, _TABLE, key_id)


class Doorkeeper:
    """Knows who holds a key."""

    def __init__(self) -> None:
        self._keys = api_keys.Doorkeeper(
            "select key_id, role, hash,"
            " ingest.canonical_code(facility_id, 'infinity') as facility_id"
            f" from {_TABLE} where key_id = $1 and revoked_at is null"
        )

    async def caller(self, connection: Connection, key: str) -> Caller | None:
        """Who holds this key; None when nobody does."""
        row = await self._keys.holder(connection, key)
        if row is None:
            return None
        return Caller(row["key_id"], row["role"], row["facility_id"] or "")
