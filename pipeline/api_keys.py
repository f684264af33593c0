"""API keys: only an argon2 hash of the secret part is kept. What a key may do is its service's."""

import asyncio
import hashlib
import re
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from asyncpg import Record

if TYPE_CHECKING:
    from asyncpg import Connection as Plain
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = Plain[Record] | PoolConnectionProxy[Record]
else:
    Connection = object

_SHAPE = re.compile(r"gouji_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
# The secret part has 256 random bits, so the hash guards a stolen table, not a weak password; a
# modest memory keeps many logins at once within the memory of a small pod.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_REMEMBERED = 1000


class NewKey(NamedTuple):
    """``shown`` is for its holder alone, once; ``hash`` is what a table keeps."""

    key_id: str
    shown: str
    hash: str


def new_key() -> NewKey:
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return NewKey(key_id, f"gouji_{key_id}_{secret}", _HASHER.hash(secret))


async def revoke(connection: Connection, table: str, key_id: str) -> bool:
    """False when ``table`` (key_id, hash, revoked_at, ...) holds no such live key."""
    done = await connection.execute(
        f"update {table} set revoked_at = now() where key_id = $1 and revoked_at is null", key_id
    )
    return done == "UPDATE 1"


class Doorkeeper:
    """Checks keys. A key that passed is remembered by digest, so that argon2 runs once, while a
    revocation still counts at once: the row is read every time.

    ``query`` finds the live key $1: its ``key_id`` and ``hash``, and whatever its service wants to
    know of who holds it.
    """

    def __init__(self, query: str) -> None:
        self._query = query
        self._passed: OrderedDict[bytes, str] = OrderedDict()
        self._turns = asyncio.Semaphore(2)

    async def holder(self, connection: Connection, key: str) -> Record | None:
        """The row of the query; None when nobody holds this key."""
        match = _SHAPE.fullmatch(key)
        if match is None:
            return None
        row = await connection.fetchrow(self._query, match[1])
        if row is None or not await self._fits(match[2], row["hash"]):
            return None
        return row

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
