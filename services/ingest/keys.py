"""API keys: who may speak for which facility. Only an argon2 hash of the secret part is kept."""

import asyncio
import hashlib
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.ingest.database import Connection

FACILITY, AGENCY_ROLE = "facility", "agency"
_SHAPE = re.compile(r"gouji_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
# The secret part has 256 random bits, so the hash guards a stolen table, not a weak password; a
# modest memory keeps many logins at once within the memory of a small pod.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_REMEMBERED = 1000


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
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    await connection.execute(
        "insert into ingest.api_keys (key_id, role, facility_id, label, hash)"
        " values ($1, $2, $3, $4, $5)",
        key_id,
        FACILITY if facility_id else AGENCY_ROLE,
        facility_id,
        label,
        _HASHER.hash(secret),
    )
    return f"gouji_{key_id}_{secret}"


async def revoke(connection: Connection, key_id: str) -> bool:
    """False when there is no such live key."""
    done = await connection.execute(
        "update ingest.api_keys set revoked_at = now() where key_id = $1 and revoked_at is null",
        key_id,
    )
    return done == "UPDATE 1"


class Doorkeeper:
    """Checks keys. A key that passed is remembered by digest, so that argon2 runs once, while a
    revocation still counts at once: the row is read every time."""

    def __init__(self) -> None:
        self._passed: OrderedDict[bytes, str] = OrderedDict()
        self._turns = asyncio.Semaphore(2)

    async def caller(self, connection: Connection, key: str) -> Caller | None:
        """Who holds this key; None when nobody does."""
        match = _SHAPE.fullmatch(key)
        if match is None:
            return None
        row = await connection.fetchrow(
            "select role, ingest.canonical_code(facility_id, 'infinity') as facility_id, hash"
            " from ingest.api_keys"
            " where key_id = $1 and revoked_at is null",
            match[1],
        )
        if row is None or not await self._fits(match[2], row["hash"]):
            return None
        return Caller(match[1], row["role"], row["facility_id"] or "")

    async def _fits(self, secret: str, kept: str) -> bool:
        digest = hashlib.sha256(secret.encode()).digest()
        if self._passed.get(digest) == kept:
            return True
        async with self._turns:
            fits = await asyncio.to_thread(_verified, kept, secret)
        if fits:
            self._passed[digest] = kept
            while len(self._passed) > _REMEMBERED:
                self._passed.popitem(last=False)
        return fits


def _verified(kept: str, secret: str) -> bool:
    try:
        return _HASHER.verify(kept, secret)
    except (VerifyMismatchError, InvalidHashError):
        return False
