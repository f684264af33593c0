"""Who hears a digest, by which channel.

source: line-bot.md section 2: only approved users get a facility's data; a user who follows, within
the budget, hears by LINE, else by the e-mail address that was confirmed. An address of the facility
that belongs to no user hears as well.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.notify.database import Connection
from services.notify.delivering_rules import (
    BLOCKED,
    EMAIL,
    LINE,
    MONTHLY_LIMIT,
    UNBOUND,
    UNSUBSCRIBED,
)

DECISION = "decision"  # purpose of a mail to an applicant, refused ones included
# k is a row of notify.contacts.
MAILABLE = (
    "(k.confirmed_at is not null and k.unsubscribed_at is null and k.bounced_at is null"
    " and k.removed_at is null)"
)
_BINDINGS = f"""
select b.user_id, u.user_ref, u.is_following, k.contact_id
from notify.bindings b
join notify.users u on u.user_id = b.user_id
left join notify.contacts k on k.contact_id = b.contact_id and {MAILABLE}
where b.facility_id = $1 and b.unbound_at is null
order by b.binding_id
"""
_CONTACTS = f"""
select k.contact_id from notify.contacts k
where k.facility_id = $1 and {MAILABLE}
and not exists (select 1 from notify.bindings b where b.contact_id = k.contact_id)
order by k.contact_id
"""
# The address of the user a LINE delivery ($1 user, $2 facility) was for.
FALLBACK = f"""
select k.contact_id from notify.bindings b
join notify.contacts k on k.contact_id = b.contact_id and {MAILABLE}
where b.user_id = $1 and b.facility_id = $2 and b.unbound_at is null
"""
_OF_LINE = """
select u.is_following, exists (
    select 1 from notify.bindings b
    where b.user_id = u.user_id and b.facility_id = $2 and b.unbound_at is null
) as is_bound
from notify.users u where u.user_id = $1
"""
_OF_MAIL = """
select removed_at is not null as is_removed, bounced_at is not null as is_bounced,
    unsubscribed_at is not null or confirmed_at is null as is_unwanted
from notify.contacts where contact_id = $1
"""


class Recipient(NamedTuple):
    """``ref`` names the recipient in ids we make: never LINE's user id."""

    channel: str
    address: str  # LINE user id, or contact_id
    ref: str


class Chosen(NamedTuple):
    """``missed``: why somebody who is bound gets nothing; the last reason found."""

    recipients: tuple[Recipient, ...]
    missed: str


class Standing(NamedTuple):
    """Of a recipient at this moment; ``wanted`` None, or why there is nobody to write to."""

    wanted: str | None
    following: bool


def choose(bindings: Sequence[Any], contacts: Sequence[str], line_messages: int) -> Chosen:
    """``line_messages`` may be spent at most; each recipient once. Pure."""
    found: dict[tuple[str, str], Recipient] = {}
    missed = ""
    for row in bindings:
        if row["is_following"] and line_messages > 0:
            line_messages -= 1
            found[LINE, row["user_id"]] = Recipient(LINE, row["user_id"], row["user_ref"])
        elif row["contact_id"] is not None:
            one = Recipient(EMAIL, row["contact_id"], row["contact_id"])
            found[EMAIL, one.address] = one
        else:
            missed = MONTHLY_LIMIT if row["is_following"] else BLOCKED
    for contact_id in contacts:
        found[EMAIL, contact_id] = Recipient(EMAIL, contact_id, contact_id)
    return Chosen(tuple(found.values()), missed)


async def bindings_of(connection: Connection, facility_id: str) -> list[Any]:
    """Live ones; ``contact_id`` only of an address that may be written to."""
    return list(await connection.fetch(_BINDINGS, facility_id))


async def contacts_of(connection: Connection, facility_id: str) -> list[str]:
    """Addresses that belong to no user; those of the agency under the empty code."""
    return [row["contact_id"] for row in await connection.fetch(_CONTACTS, facility_id)]


async def standing_of(
    connection: Connection, channel: str, address: str, facility_id: str, purpose: str
) -> Standing:
    """Looked at again before every attempt. Only what is about a facility asks for a binding, and
    only digests and news for an address that is confirmed and not unsubscribed."""
    if channel == EMAIL:
        row = await connection.fetchrow(_OF_MAIL, address)
        if row is None or (row["is_removed"] and purpose != DECISION):
            return Standing(UNBOUND, True)
        if row["is_bounced"]:
            return Standing("bounced", True)
        is_free = purpose in ("digest", "news")
        return Standing(UNSUBSCRIBED if is_free and row["is_unwanted"] else None, True)
    if address == "*" or address.startswith("many:"):
        return Standing(None, True)
    row = await connection.fetchrow(_OF_LINE, address, facility_id)
    if row is None:
        return Standing(UNBOUND, False)
    is_bound = row["is_bound"] or purpose != "digest"
    return Standing(None if is_bound else UNBOUND, row["is_following"])
