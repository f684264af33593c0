"""Links that work once: what follows ``?``-free in the address is random, and we keep its hash.

A token is derived from what asked for it (an event's id, a row's id): handled again after a crash,
the same question makes the same link, and the one that was sent keeps working.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple

from services.notify.database import Connection

FORM, FILE, CONFIRM, UNSUBSCRIBE = "form", "file", "confirm", "unsubscribe"
LINK, LOGIN = "link", "login"  # our login page from the chat; the way on from its mail
# How long a link works.
FORM_MINUTES, CONFIRM_HOURS, LOGIN_MINUTES = 30, 72, 10


class Token(NamedTuple):
    """A live link: what it is for, and about whom (a user_ref, an application_id)."""

    purpose: str
    subject: str


def make(link_key: bytes, purpose: str, asked_by: str) -> str:
    """43 characters for an address; nobody without the key can guess them."""
    digest = hmac.digest(link_key, f"{purpose}/{asked_by}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def keep(
    connection: Connection, token: str, purpose: str, subject: str, until: datetime
) -> None:
    """From now on the link works; keeping it twice is once."""
    await connection.execute(
        "insert into notify.tokens (token_hash, purpose, subject, expires_at)"
        " values ($1, $2, $3, $4) on conflict do nothing",
        _hash(token),
        purpose,
        subject,
        until,
    )


async def look(connection: Connection, token: str, purpose: str, now: datetime) -> Token | None:
    """The link, while it is unused and in time; it stays so."""
    subject = await connection.fetchval(
        "select subject from notify.tokens where token_hash = $1 and purpose = $2"
        " and used_at is null and expires_at > $3",
        _hash(token),
        purpose,
        now,
    )
    return None if subject is None else Token(purpose, subject)


async def use(connection: Connection, token: str, purpose: str, now: datetime) -> Token | None:
    """The same, and it is used: a second caller at the same moment gets None."""
    subject = await connection.fetchval(
        "update notify.tokens set used_at = $3 where token_hash = $1 and purpose = $2"
        " and used_at is null and expires_at > $3 returning subject",
        _hash(token),
        purpose,
        now,
    )
    return None if subject is None else Token(purpose, subject)


def unsubscribe_token(link_key: bytes, contact_id: str) -> str:
    """For the List-Unsubscribe link of a mail: works as long as the contact, any number of times,
    so nothing is kept; ``contact_id.signature``."""
    return f"{contact_id}.{make(link_key, UNSUBSCRIBE, contact_id)}"


def unsubscribes(link_key: bytes, token: str) -> str | None:
    """The contact_id of a link of ours; None for any other text."""
    contact_id, _, _ = token.partition(".")
    right = unsubscribe_token(link_key, contact_id).encode()
    return contact_id if hmac.compare_digest(token.encode("utf-8", "replace"), right) else None
