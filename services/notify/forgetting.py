"""What is not kept for ever: messages that are through, calls, facts told, people who left.

In small steps, each a transaction of its own, so that nobody waits for them; several senders may do
it at once. Rows that guard against telling twice outlive by far what could be told again.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from asyncpg import Record

from pipeline.clock import Clock
from pipeline.postgres import Pool
from services.notify.business_clock import instant_of
from services.notify.sender_loops import Stopping

AT_ONCE, EVERY_S = 5_000, 3_600.0
# A fact told again within that time is not published again.
FACTS_DAYS = 30
_FACTS = "select number from notify.facts where published_at < $1 order by number limit $2"
_CALLS = "select number from notify.line_calls where at < $1 order by number limit $2"
# What is parked waits for a person, however long.
_DELIVERIES = """
select delivery_id from notify.deliveries
where finished_at < $1 and state in ('sent', 'cancelled', 'failed') order by finished_at limit $2
"""
_DIGESTS = """
select digest_id from notify.digests g where prepared_at < $1
    and not exists (select from notify.deliveries d where d.digest_id = g.digest_id) limit $2
"""
_NOTICES = """
select notice_id from notify.notices n where planned_at < $1 and state <> 'planned'
    and not exists (select from notify.delivery_notices s where s.notice_id = n.notice_id) limit $2
"""
_NEWS = """
select news_id from notify.news_batches b join notify.news n using (news_id)
where n.sent_at < $1 group by 1 limit $2
"""
_LINES = """
select line_id from notify.chat_lines l join notify.chats c using (chat_id)
where c.closed_at < $1 limit $2
"""
_CHATS = """
select chat_id from notify.chats c where closed_at < $1
    and not exists (select from notify.chat_lines l where l.chat_id = c.chat_id) limit $2
"""
_FILES = "select request_id from notify.file_requests where done_at < $1 limit $2"
_BINDINGS = "select binding_id from notify.bindings where unbound_at < $1 limit $2"
_APPLICATIONS = """
select application_id from notify.applications a where decided_at < $1 and not exists
    (select from notify.bindings b where b.application_id = a.application_id) limit $2
"""
_CONTACTS = """
select contact_id from notify.contacts k where removed_at < $1
    and not exists (select from notify.bindings b where b.contact_id = k.contact_id)
    and not exists (select from notify.applications a where a.contact_id = k.contact_id) limit $2
"""


# The link to confirm has ended long before: nobody confirms one while it goes.
_UNCONFIRMED = """
select application_id from notify.applications
where submitted_at < $1 and state = 'submitted' and email_confirmed_at is null limit $2
"""
_LEFT = """
select user_id from notify.users u where not is_following
    and greatest(to_timestamp(last_follow_ms / 1000.0), first_seen_at) < $1
    and not exists (select from notify.bindings b
        where b.user_id = u.user_id and b.unbound_at is null)
"""


def _contacts_of(applications: str) -> str:
    """Addresses that came with these, and that nobody else uses."""
    return f"""
    select contact_id from notify.applications a join notify.contacts k using (contact_id)
    where application_id in ({applications}) and not exists
        (select from notify.bindings b where b.contact_id = k.contact_id) and not exists
        (select from notify.account_links l where l.contact_id = k.contact_id) limit $2
    """


def _of_left(table: str, column: str) -> tuple[str, str, str]:
    return table, column, f"select {column} from notify.{table} where user_id in ({_LEFT}) limit $2"


_OF_WHO_LEFT = (
    (
        "chat_lines",
        "line_id",
        "select line_id from notify.chat_lines join notify.chats using (chat_id)"
        f" where user_id in ({_LEFT}) limit $2",
    ),
    _of_left("chats", "chat_id"),
    _of_left("file_requests", "request_id"),
    _of_left("account_links", "link_id"),
    _of_left("bindings", "binding_id"),
    ("contacts", "contact_id", _contacts_of(_of_left("applications", "application_id")[2])),
    _of_left("applications", "application_id"),
    _of_left("users", "user_id"),
)


class Keep(NamedTuple):
    """Days: calls of LINE; messages and who got them; who ended a binding, and what was talked
    about; who blocked the account unbound; applications that nobody confirmed."""

    calls: int
    messages: int
    people: int
    left: int
    unconfirmed: int


def _steps(keep: Keep) -> tuple[tuple[int, str, str, str], ...]:
    """Days, table, its column, and the rows to go. What refers to a row goes before it."""
    return (
        (FACTS_DAYS, "facts", "number", _FACTS),
        (keep.calls, "line_calls", "number", _CALLS),
        (keep.messages, "deliveries", "delivery_id", _DELIVERIES),
        (keep.messages, "digests", "digest_id", _DIGESTS),
        (keep.messages, "notices", "notice_id", _NOTICES),
        (keep.messages, "news_batches", "news_id", _NEWS),
        (keep.people, "chat_lines", "line_id", _LINES),
        (keep.people, "chats", "chat_id", _CHATS),
        (keep.people, "file_requests", "request_id", _FILES),
        (keep.people, "bindings", "binding_id", _BINDINGS),
        (keep.people, "applications", "application_id", _APPLICATIONS),
        (keep.people, "contacts", "contact_id", _CONTACTS),
        (keep.unconfirmed, "contacts", "contact_id", _contacts_of(_UNCONFIRMED)),
        (keep.unconfirmed, "applications", "application_id", _UNCONFIRMED),
        *((keep.left, *step) for step in _OF_WHO_LEFT),
    )


async def forget(pool: "Pool[Record]", keep: Keep, at: datetime) -> int:
    """Delete what is older than it is kept; how many rows."""
    gone = 0
    for days, table, column, old in _steps(keep):
        before, more = at - timedelta(days=days), AT_ONCE
        while more >= AT_ONCE:
            done = await pool.execute(
                f"delete from notify.{table} where {column} in ({old})", before, AT_ONCE
            )
            more = int(done.rpartition(" ")[2])
            gone += more
    return gone


async def forget_for_ever(
    pool: "Pool[Record]", keep: Keep, clock: Clock, stopping: Stopping
) -> None:
    while not stopping.is_set:
        await forget(pool, keep, instant_of(clock))
        await stopping.pause(EVERY_S)
