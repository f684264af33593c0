"""Applications (審核申請): submitted by the form, confirmed by mail, decided by the agency.

source: line-bot.md section 2. Each function works inside the caller's transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from asyncpg import Record

from pipeline.sealing import Sealer
from services.notify import bindings, outbox
from services.notify.bot_words import decided
from services.notify.database import Connection
from services.notify.sealed import Contact, email_hash, seal_contact

SUBMITTED, APPROVED, REFUSED, WITHDRAWN = "submitted", "approved", "refused", "withdrawn"
# What an application_id begins with; a contact_id begins otherwise.
LETTER = "a"
A_DAY = 5  # applications whose mail nobody confirmed
_TOO_MANY = """
select (select count(*) from notify.applications
        where user_id = $1 and submitted_at > $2 and email_confirmed_at is null) >= $3
    or (select count(*) from notify.contacts k
        join notify.applications a on a.contact_id = k.contact_id
        where k.email_hash = $4 and a.submitted_at > $2 and a.email_confirmed_at is null) >= $3
"""
# What may stand in the way of a decision, as codes for the API.
NOT_FOUND, NOT_OPEN, NOT_CONFIRMED = "not_found", "not_open", "email_not_confirmed"


class NotPossible(Exception):
    """The application cannot be decided so; ``code`` is one of the above."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, repr=False)
class Filled:
    """The form as it was accepted: valid, and with consent."""

    facility_id: str
    facility_name: str
    contact: Contact


class Submitted(NamedTuple):
    application_id: str
    contact_id: str


async def open_of(connection: Connection, user_id: str) -> str | None:
    """The application_id under review; a user has at most one."""
    found: str | None = await connection.fetchval(
        "select application_id from notify.applications where user_id = $1 and state = $2",
        user_id,
        SUBMITTED,
    )
    return found


async def are_too_many(
    connection: Connection, link_key: bytes, user_id: str, email: str, now: datetime
) -> bool:
    """Every application mails somebody who may not have asked for it: so many of a user, and to an
    address, within a day that nobody confirmed, whoever withdraws and applies again."""
    return bool(
        await connection.fetchval(
            _TOO_MANY, user_id, now - timedelta(days=1), A_DAY, email_hash(link_key, email)
        )
    )


async def submit(
    connection: Connection,
    sealer: Sealer,
    link_key: bytes,
    user_id: str,
    filled: Filled,
    now: datetime,
) -> Submitted | None:
    """None while another one of this user is open. Its address is no recipient of anything but
    the mail that asks to confirm it, until the agency has approved."""
    # Two forms of one user at the same moment: the second waits here and finds the first.
    await connection.execute("select 1 from notify.users where user_id = $1 for update", user_id)
    if await open_of(connection, user_id) is not None:
        return None
    application_id, contact_id = LETTER + secrets.token_hex(12), "c" + secrets.token_hex(12)
    await connection.execute(
        "insert into notify.contacts (contact_id, facility_id, email_sealed, email_hash,"
        " seal_key_id, created_at) values ($1, $2, $3, $4, $5, $6)",
        contact_id,
        filled.facility_id,
        sealer.seal(filled.contact.email.encode(), contact_id),
        email_hash(link_key, filled.contact.email),
        sealer.key_id,
        now,
    )
    await connection.execute(
        "insert into notify.applications (application_id, user_id, facility_id, facility_name,"
        " contact_sealed, seal_key_id, consented_at, submitted_at, contact_id)"
        " values ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        application_id,
        user_id,
        filled.facility_id,
        filled.facility_name,
        seal_contact(sealer, filled.contact, application_id),
        sealer.key_id,
        now,
        contact_id,
    )
    return Submitted(application_id, contact_id)


async def confirm_email(connection: Connection, application_id: str, now: datetime) -> bool:
    """The mailed link was followed; False when the application is not open any more."""
    changed = await connection.execute(
        "update notify.applications set email_confirmed_at = coalesce(email_confirmed_at, $2)"
        " where application_id = $1 and state = $3",
        application_id,
        now,
        SUBMITTED,
    )
    return changed != "UPDATE 0"


async def approve(
    connection: Connection, sealer: Sealer, application_id: str, by: str, now: datetime
) -> str:
    """Binds the user to the facility and tells the user; the binding_id.

    by       key_id of the agency's key
    raises   NotPossible; an application is approved only after its address was confirmed
    """
    row = await _decide(connection, application_id, APPROVED, "", by, now)
    contact_id = await _taken_up(connection, row["contact_id"], row["email_confirmed_at"], now)
    binding_id = await bindings.bind(
        connection, row["user_id"], row["facility_id"], application_id, contact_id, now
    )
    words = decided.approved(row["facility_id"])
    user_id, facility_id = row["user_id"], row["facility_id"]
    await outbox.queue_answer(connection, sealer, user_id, facility_id, words, now, application_id)
    return binding_id


async def refuse(
    connection: Connection,
    sealer: Sealer,
    application_id: str,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    """Tells the user the reason, who may apply again. Raises NotPossible."""
    row = await _decide(connection, application_id, REFUSED, reason, by, now)
    await _remove_contact(connection, row["contact_id"], now)
    words = decided.refused(row["facility_id"], reason)
    user_id, facility_id = row["user_id"], row["facility_id"]
    await outbox.queue_answer(connection, sealer, user_id, facility_id, words, now, application_id)


async def withdraw(connection: Connection, user_id: str, now: datetime) -> bool:
    """By the user: the open one, if there is one."""
    contact_id = await connection.fetchval(
        "update notify.applications set state = $3, decided_at = $2, decided_by = 'user'"
        " where user_id = $1 and state = $4 returning contact_id",
        user_id,
        now,
        WITHDRAWN,
        SUBMITTED,
    )
    if contact_id is None:
        return False
    await _remove_contact(connection, contact_id, now)
    return True


async def _decide(
    connection: Connection, application_id: str, state: str, reason: str, by: str, now: datetime
) -> Record:
    row = await connection.fetchrow(
        "select user_id, facility_id, state, email_confirmed_at, contact_id"
        " from notify.applications where application_id = $1 for update",
        application_id,
    )
    if row is None:
        raise NotPossible(NOT_FOUND)
    if row["state"] != SUBMITTED:
        raise NotPossible(NOT_OPEN)
    if state == APPROVED and row["email_confirmed_at"] is None:
        raise NotPossible(NOT_CONFIRMED)
    await connection.execute(
        "update notify.applications set state = $2, reason = $3, decided_by = $4, decided_at = $5"
        " where application_id = $1",
        application_id,
        state,
        reason,
        by,
        now,
    )
    return row


async def _taken_up(
    connection: Connection, contact_id: str, confirmed_at: datetime, now: datetime
) -> str:
    """The address may be written to; one the facility has already is not written to twice."""
    known: str | None = await connection.fetchval(
        "select old.contact_id from notify.contacts old join notify.contacts new"
        " on new.contact_id = $1 and old.facility_id = new.facility_id"
        " and old.email_hash = new.email_hash and old.contact_id <> new.contact_id"
        " where old.removed_at is null and old.confirmed_at is not null limit 1",
        contact_id,
    )
    if known is None:
        await connection.execute(
            "update notify.contacts set confirmed_at = $2 where contact_id = $1",
            contact_id,
            confirmed_at,
        )
        return contact_id
    await _remove_contact(connection, contact_id, now)
    # It was just confirmed anew: what stood against it before stands no more.
    await connection.execute(
        "update notify.contacts set confirmed_at = $2, unsubscribed_at = null, bounced_at = null,"
        " bounce = '' where contact_id = $1",
        known,
        confirmed_at,
    )
    return known


async def _remove_contact(connection: Connection, contact_id: str, now: datetime) -> None:
    await connection.execute(
        "update notify.contacts set removed_at = $2 where contact_id = $1", contact_id, now
    )
