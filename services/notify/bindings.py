"""Bindings: which users of LINE speak for which facilities. Several each way (assumption of the
specification, section 2)."""

import secrets
from datetime import datetime
from typing import NamedTuple

from services.notify.database import Connection

BY_USER, BY_AGENCY = "user", "agency"


class Binding(NamedTuple):
    binding_id: str
    facility_id: str


async def live_of(connection: Connection, user_id: str) -> tuple[Binding, ...]:
    """The facilities of a user, in the order of their codes."""
    rows = await connection.fetch(
        "select binding_id, facility_id from notify.bindings"
        " where user_id = $1 and unbound_at is null order by facility_id",
        user_id,
    )
    return tuple(Binding(row["binding_id"], row["facility_id"]) for row in rows)


async def bind(
    connection: Connection,
    user_id: str,
    facility_id: str,
    application_id: str,
    contact_id: str,
    now: datetime,
) -> str:
    """The binding_id; bound already, the one there is goes on with the newer address."""
    made: str = await connection.fetchval(
        "insert into notify.bindings"
        " (binding_id, user_id, facility_id, application_id, contact_id, bound_at)"
        " values ($1, $2, $3, $4, $5, $6)"
        " on conflict (user_id, facility_id) where unbound_at is null"
        " do update set contact_id = excluded.contact_id returning binding_id",
        "b" + secrets.token_hex(12),
        user_id,
        facility_id,
        application_id,
        contact_id,
        now,
    )
    return made


async def unbind(
    connection: Connection, binding_id: str, by: str, now: datetime, user_id: str | None = None
) -> str | None:
    """The facility it was about; None when there is no such live binding (of this user).

    An address that came with an application and that no other binding uses is written to no more:
    whoever leaves hears nothing. One that the agency entered is the facility's, and stays.
    """
    row = await connection.fetchrow(
        "update notify.bindings set unbound_at = $2, unbound_by = $3"
        " where binding_id = $1 and unbound_at is null and ($4::text is null or user_id = $4)"
        " returning facility_id, contact_id",
        binding_id,
        now,
        by,
        user_id,
    )
    if row is None:
        return None
    await connection.execute(
        "update notify.contacts set removed_at = $2 where contact_id = $1 and not exists"
        " (select 1 from notify.bindings where contact_id = $1 and unbound_at is null)"
        " and exists (select 1 from notify.applications where contact_id = $1)",
        row["contact_id"],
        now,
    )
    facility: str = row["facility_id"]
    return facility
