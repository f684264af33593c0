"""Who hears a piece of news: by LINE whoever follows, by e-mail who is bound and does not.

source: line-bot.md section 2: news are open to every follower; narrowed by what we know of the
facilities a user is bound to.
"""

from typing import NamedTuple

from services.notify.database import Connection
from services.notify.recipients import MAILABLE

ALL, BOUND = "all", "bound"
# $1 programme: facilities with cases of it; $2 county: third and fourth digit of the code.
_FITS = """
($1 = '' or {code} in (select c.facility_id from notify.cases c where c.programme = $1
    union select c.lab_facility_id from notify.cases c where c.programme = $1))
and ($2 = '' or substr({code}, 3, 2) = $2)
"""
_FOLLOWERS = "select user_id from notify.users where is_following order by user_id"
_BOUND = f"""
select distinct u.user_id from notify.users u
join notify.bindings b on b.user_id = u.user_id and b.unbound_at is null
where u.is_following and {_FITS.format(code="b.facility_id")}
order by u.user_id
"""
# One mail an address, whatever it is registered for; none where LINE reaches its owner.
_MAILS = f"""
select distinct on (k.email_hash) k.contact_id from notify.contacts k
where {MAILABLE} and k.facility_id <> '' and {_FITS.format(code="k.facility_id")}
and not exists (
    select from notify.contacts other
    join notify.bindings b on b.contact_id = other.contact_id and b.unbound_at is null
    join notify.users u on u.user_id = b.user_id and u.is_following
    where other.email_hash = k.email_hash
)
order by k.email_hash, k.contact_id
"""


class Narrowing(NamedTuple):
    """As kept in notify.news; empty: not narrowed by that. ``all`` cannot be narrowed."""

    audience: str
    programme: str
    county: str


class Audience(NamedTuple):
    """``user_ids`` of LINE, which cost a message each; contact_ids, which cost nothing."""

    user_ids: tuple[str, ...]
    contact_ids: tuple[str, ...]

    @property
    def cost(self) -> int:
        return len(self.user_ids)


async def audience_of(connection: Connection, to: Narrowing) -> Audience:
    """As of now."""
    place = (to.programme, to.county)
    users = (
        await connection.fetch(_FOLLOWERS)
        if to.audience == ALL
        else await connection.fetch(_BOUND, *place)
    )
    contacts = await connection.fetch(_MAILS, *place)
    return Audience(
        tuple(row["user_id"] for row in users), tuple(row["contact_id"] for row in contacts)
    )
