"""The addresses of the agency: kept as contacts like any other, found again at every start."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from pipeline.sealing import Sealer
from services.notify.database import Connection
from services.notify.sealed import email_hash

_LOCK = "select pg_advisory_xact_lock(7244052)"
_FIND = """
select contact_id from notify.contacts
where facility_id = '' and email_hash = $1 and removed_at is null
"""
_ADD = """
insert into notify.contacts
    (contact_id, facility_id, email_sealed, email_hash, seal_key_id, confirmed_at, created_at)
values ($1, '', $2, $3, $4, $5, $5)
"""
# What the agency entered by its API (contacts.py) is confirmed later than it was made, and is not
# ours to take away.
_REMOVE = """
update notify.contacts set removed_at = $2
where facility_id = '' and removed_at is null and confirmed_at = created_at
    and not email_hash = any ($1)
"""


def addresses(text: str) -> tuple[str, ...]:
    """Separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


async def keep_agency_contacts(
    connection: Connection, sealer: Sealer, link_key: bytes, wanted: Iterable[str], at: datetime
) -> None:
    """These and what the API added: one no longer in the setting is written to no more."""
    hashes = {email_hash(link_key, address): address for address in wanted}
    async with connection.transaction():
        await connection.execute(_LOCK)
        for hashed, address in hashes.items():
            if await connection.fetchval(_FIND, hashed) is None:
                name = "c" + secrets.token_hex(12)
                sealed = sealer.seal(address.encode(), name)
                await connection.execute(_ADD, name, sealed, hashed, sealer.key_id, at)
        await connection.execute(_REMOVE, list(hashes), at)
