"""News: made into deliveries once, as a whole, or not at all.

Everything that sends works within the caller's transaction, with the row of the news locked: a
crash before the commit has sent nothing, and after it the state says that it is on its way.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from claims.periods import day_of
from pipeline.sealing import Sealer
from services.notify.budget import Budget
from services.notify.business_clock import Moment
from services.notify.database import Connection
from services.notify.delivering_rules import EMAIL, LINE
from services.notify.line_channel import EVERYBODY, MANY
from services.notify.mail_links import Links
from services.notify.news_audience import ALL, Audience, Narrowing, audience_of
from services.notify.news_words import Words, line_messages, mail
from services.notify.settings import TAIPEI
from services.notify.wording import Mail

DRAFT, SCHEDULED, SENDING, SENT, CANCELLED = (
    "draft", "scheduled", "sending", "sent", "cancelled"
)  # fmt: skip
# Users of one multicast (line-bot.md section 3, Rates).
BATCH = 500
# Why news could not be sent; they stand in notify.news.problem of a scheduled one.
OVER_BUDGET, NOBODY = "over_budget", "nobody"
_LOCK = "select * from notify.news where news_id = $1 for update"
_DUE = """
select news_id from notify.news where state = 'scheduled' and send_at <= $1
order by send_at for update skip locked
"""
_DELIVERY = """
insert into notify.deliveries (delivery_id, news_id, facility_id, purpose, day, channel,
    recipient, urgent, cost, body, retry_key, falls_back, not_before, created_at)
values ($1, $2, '', 'news', $3, $4, $5, false, $6, $7, $8, false, $9, $9)
"""
_OVER = """
update notify.news n set state = 'sent', sent_at = $1 where state = 'sending' and not exists (
    select from notify.deliveries d where d.news_id = n.news_id and d.state in ('ready', 'calling'))
"""
# What nobody has called for yet can still be held back.
_HOLD_BACK = """
update notify.deliveries set state = 'cancelled', reason = 'withdrawn', finished_at = $2
where news_id = $1 and state = 'ready' and first_call_at is null returning cost
"""


class NotNow(Exception):
    """The news is not in a state for that; ``state`` it is in."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class CannotSend(Exception):
    """Nothing was queued. ``why`` OVER_BUDGET (with numbers) or NOBODY."""

    def __init__(self, why: str, cost: int = 0, left: int = 0) -> None:
        super().__init__(why)
        self.why, self.cost, self.left = why, cost, left


class Post(NamedTuple):
    """What sending needs besides the database."""

    sealer: Sealer
    links: Links
    budget: Budget


def words_of(row: Any) -> Words:
    return Words(row["title"], row["body"], row["url"])


def narrowing_of(row: Any) -> Narrowing:
    return Narrowing(row["audience"], row["programme"], row["county"])


async def locked(connection: Connection, news_id: str, *states: str) -> Any:
    """The row, locked. Raises LookupError, or NotNow when it is in none of ``states``."""
    row = await connection.fetchrow(_LOCK, news_id)
    if row is None:
        raise LookupError(news_id)
    if row["state"] not in states:
        raise NotNow(row["state"])
    return row


async def send(connection: Connection, post: Post, news_id: str, moment: Moment) -> Audience:
    """Everything is queued, and the month charged. Raises LookupError, NotNow, CannotSend."""
    row = await locked(connection, news_id, DRAFT, SCHEDULED)
    audience = await audience_of(connection, narrowing_of(row))
    if not audience.user_ids and not audience.contact_ids:
        raise CannotSend(NOBODY)
    cost = audience.cost
    left = await post.budget.left(connection, moment.month, urgent=False, most=cost)
    if left < cost:
        raise CannotSend(OVER_BUDGET, cost, left)
    await post.budget.charge(connection, moment.month, cost)
    await _to_users(connection, row, audience.user_ids, moment)
    await _to_contacts(connection, post, row, audience.contact_ids, moment)
    await connection.execute(
        "update notify.news set state = 'sending', problem = '', recipients = $2"
        " where news_id = $1",
        news_id,
        cost + len(audience.contact_ids),
    )
    return audience


async def due_news(connection: Connection, post: Post, moment: Moment) -> int:
    """Send what is scheduled for now or before, and close what is through; how many were sent.

    For the sender's loop, in a transaction of its own. What cannot be sent goes back to draft with
    its problem, for a person to look at.
    """
    sent = 0
    for row in await connection.fetch(_DUE, moment.at):
        try:
            async with connection.transaction():
                await send(connection, post, row["news_id"], moment)
            sent += 1
        except CannotSend as bad:
            await connection.execute(
                "update notify.news set state = 'draft', problem = $2 where news_id = $1",
                row["news_id"],
                bad.why,
            )
    await connection.execute(_OVER, moment.at)
    return sent


async def cancel(connection: Connection, post: Post, news_id: str, moment: Moment) -> int:
    """Not to be sent; of one on its way, what nobody has called for yet. How many were held back.

    Raises LookupError, NotNow."""
    row = await locked(connection, news_id, DRAFT, SCHEDULED, SENDING)
    held = await connection.fetch(_HOLD_BACK, news_id, moment.at)
    await post.budget.give_back(connection, moment.month, sum(one["cost"] for one in held))
    others = await connection.fetchval(
        "select count(*) from notify.deliveries where news_id = $1 and state <> 'cancelled'",
        news_id,
    )
    if row["state"] != SENDING or not others:
        await connection.execute(
            "update notify.news set state = 'cancelled' where news_id = $1", news_id
        )
    return len(held)


async def _to_users(
    connection: Connection, row: Any, user_ids: Sequence[str], moment: Moment
) -> None:
    """A broadcast to all, or multicasts; the batches also say who the followers were."""
    news_id, body = row["news_id"], msgspec.json.encode(list(line_messages(words_of(row))))
    batches = [list(user_ids[at : at + BATCH]) for at in range(0, len(user_ids), BATCH)]
    for number, batch in enumerate(batches, 1):
        await connection.execute(
            "insert into notify.news_batches (news_id, number, user_ids) values ($1, $2, $3)",
            news_id,
            number,
            batch,
        )
        if row["audience"] != ALL:
            to = f"{MANY}{news_id}:{number}"
            await _queue(connection, news_id, LINE, to, len(batch), body, moment)
    if batches and row["audience"] == ALL:
        await _queue(connection, news_id, LINE, EVERYBODY, len(user_ids), body, moment)


async def _to_contacts(
    connection: Connection, post: Post, row: Any, contact_ids: Sequence[str], moment: Moment
) -> None:
    for contact_id in contact_ids:
        made = mail(words_of(row), post.links.unsubscribe(contact_id))
        name = _delivery_id(row["news_id"], contact_id)
        content = msgspec.json.encode(Mail(made.subject, made.text, made.html))
        sealed = post.sealer.seal(content, name)
        await _queue(connection, row["news_id"], EMAIL, contact_id, 0, sealed, moment)


async def _queue(
    connection: Connection,
    news_id: str,
    channel: str,
    recipient: str,
    cost: int,
    body: bytes,
    moment: Moment,
) -> None:
    await connection.execute(
        _DELIVERY,
        _delivery_id(news_id, recipient),
        news_id,
        moment.day if moment.day is not None else _taipei_day(moment.at),
        channel,
        recipient,
        cost,
        body,
        uuid.uuid4(),
        moment.at,
    )


def _delivery_id(news_id: str, recipient: str) -> str:
    """Follows from what is sent to whom: the same news has no second delivery to anybody."""
    return "d" + hashlib.sha256(f"{news_id}|{recipient}".encode()).hexdigest()[:24]


def _taipei_day(at: datetime) -> int:
    local = at.astimezone(TAIPEI)
    return day_of(local.year, local.month, local.day)
