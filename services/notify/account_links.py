"""帳號連結: a LINE user is bound to a facility through an address that the facility has already.

The steps: the chat gives a link to our login page; there somebody names a facility and an address;
if the agency holds that address as one of the facility's, a mail with a second link goes there; who
opens it is sent to LINE with LINE's link token and our nonce; LINE asks who it is, and tells the
webhook which user came with which nonce. Each step works once, and for minutes.

source: line-bot.md section 3, Account link: nonce of 10 to 255 characters and 128 random bits or
more; link token 10 minutes, once.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from pipeline.sealing import Sealer
from services.notify import applications, bindings
from services.notify.database import Connection
from services.notify.sealed import Contact, email_hash, seal_contact

A_DAY = 5  # of a user, and of an address
NONCE_BYTES, NONCE_MINUTES = 32, 10
BY = "account-link"
_OF_TODAY = """
select count(*) filter (where user_id = $1) as of_user,
    count(*) filter (where contact_id = $2) as of_address
from notify.account_links where (user_id = $1 or contact_id = $2) and asked_at > $3
"""
_KNOWN = """
select contact_id from notify.contacts
where facility_id = $1 and facility_id <> '' and email_hash = $2 and confirmed_at is not null
    and removed_at is null and bounced_at is null
order by contact_id limit 1
"""
_ASK = """
insert into notify.account_links (link_id, user_id, facility_id, contact_id, asked_at)
values ($1, $2, $3, $4, $5)
"""
_SENT_TO_LINE = """
update notify.account_links set nonce_hash = $2, nonce_until = $3
where link_id = $1 and bound_at is null and contact_id is not null
returning link_id
"""
_OF_NONCE = """
select link_id, facility_id from notify.account_links
where nonce_hash = $1 and user_id = $2 and bound_at is null and nonce_until > $3
"""
_BOUND = """
update notify.account_links set bound_at = $2
where link_id = $1 and bound_at is null
returning user_id, facility_id, contact_id
"""
_APPLICATION = """
insert into notify.applications (application_id, user_id, facility_id, facility_name,
    contact_sealed, seal_key_id, contact_id, consented_at, state, email_confirmed_at, submitted_at,
    decided_at, decided_by)
values ($1, $2, $3, '', $4, $5, '', $6, 'approved', $6, $6, $6, $7)
"""


class Asked(NamedTuple):
    """``contact_id`` None: nobody is written to, and whoever asked is not told so."""

    link_id: str
    contact_id: str | None


class Open(NamedTuple):
    """A link whose nonce came back in time, from the user it was made for."""

    link_id: str
    facility_id: str


async def ask(
    connection: Connection,
    link_key: bytes,
    user_id: str,
    facility_id: str,
    email: str,
    now: datetime,
) -> Asked | None:
    """None when the user asked too often today: that says nothing about any address."""
    found = await connection.fetchval(_KNOWN, facility_id, email_hash(link_key, email))
    # Two pages of one user at the same moment: the second counts the first.
    await connection.execute("select 1 from notify.users where user_id = $1 for update", user_id)
    today = await connection.fetchrow(_OF_TODAY, user_id, found, now - timedelta(days=1))
    assert today is not None
    if today["of_user"] >= A_DAY:
        return None
    contact = found if today["of_address"] < A_DAY else None
    link_id = "k" + secrets.token_hex(12)
    await connection.execute(_ASK, link_id, user_id, facility_id, contact, now)
    return Asked(link_id, contact)


async def user_of(connection: Connection, link_id: str) -> str | None:
    """LINE's user id of who asked; None when it was bound, or never could be."""
    found: str | None = await connection.fetchval(
        "select user_id from notify.account_links"
        " where link_id = $1 and bound_at is null and contact_id is not null",
        link_id,
    )
    return found


async def nonce_for(connection: Connection, link_id: str, now: datetime) -> str | None:
    """A fresh nonce, of which only a hash is kept; the one before is worth nothing any more.

    Whoever calls has made sure that it speaks to the facility: a mailed link here, a login of the
    portal there. None when the link was used.
    """
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    until = now + timedelta(minutes=NONCE_MINUTES)
    made = await connection.fetchval(_SENT_TO_LINE, link_id, _hash(nonce), until)
    return None if made is None else nonce


def dialog(access_url: str, link_token: str, nonce: str) -> str:
    """LINE's page, where it asks who is there."""
    asked = urlencode({"linkToken": link_token, "nonce": nonce})
    return f"{access_url.rstrip('/')}/dialog/bot/accountLink?{asked}"


async def of_nonce(connection: Connection, nonce: str, user_id: str, now: datetime) -> Open | None:
    """None for a nonce that is not ours, was used, is too old, or came with another user."""
    row = await connection.fetchrow(_OF_NONCE, _hash(nonce), user_id, now)
    return None if row is None else Open(row["link_id"], row["facility_id"])


async def complete(connection: Connection, sealer: Sealer, link_id: str, now: datetime) -> None:
    """Bind; the second of two does nothing. Kept as an application that nobody had to decide."""
    row = await connection.fetchrow(_BOUND, link_id, now)
    if row is None:
        return
    application_id = applications.LETTER + secrets.token_hex(12)
    nobody = seal_contact(sealer, Contact("", "", "", ""), application_id)
    await connection.execute(
        *(_APPLICATION, application_id, row["user_id"], row["facility_id"]),
        *(nobody, sealer.key_id, now, BY),
    )
    await bindings.bind(
        *(connection, row["user_id"], row["facility_id"], application_id, row["contact_id"], now)
    )


def _hash(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode("utf-8", "replace")).digest()
