"""Reads what the conversation has to know about a user, and what their wish is about."""

from datetime import datetime

from services.notify import account_links, bindings, chats, menu, tokens
from services.notify.bot_words.counting import Count
from services.notify.bot_words.guiding import Content, Pickup
from services.notify.conversation import wish_of
from services.notify.database import Connection
from services.notify.known import Known, Review
from services.notify.mail_links import Links
from services.notify.settings import TAIPEI, ServeSettings
from services.notify.webhook_events import Event

# States in which the upload deadline still runs. What is overdue can no longer be put right; every
# other open one waits for a correction, and has a deadline ahead only while it is on the list of a
# round. A note that was written waits for the agency, not for the clinic.
_UPLOADING = ["pending", "pending_error"]
_COUNT = """
select facility_id, programme,
    count(*) filter (where state = any($2)) as to_upload,
    min(due_on) filter (where state = any($2)) as upload_due_on,
    count(*) filter (where state <> all($2) and state <> 'overdue') as to_correct,
    min(due_on) filter (where state in ('open_missing', 'open_error')) as correction_due_on,
    count(*) filter (where state = 'overdue') as overdue
from notify.cases where is_open and state <> 'noted' and facility_id = any($1)
group by facility_id, programme order by facility_id, programme
"""
# No clock is asked: a round whose last day was closed is over, whether or not somebody said so.
_ROUNDS = """
select programme, pickup_from, pickup_to, correction_deadline from notify.rounds
where closed_on is null and correction_deadline > coalesce(
    (select max(day) from notify.milestones where cause like 'day-closed/%'), 0)
order by programme, pickup_from
"""
_UNSENT = """
select exists (select from notify.webhook_events where user_id = $1 and kind = 'unsend'
    and outcome = 'unsent/' || $2)
"""


def link_token(link_key: bytes, purpose: str, event: Event) -> str:
    """The token that an answer to this event gives; the same when it is handled again."""
    return tokens.make(link_key, purpose, event.webhook_event_id)


async def know(
    connection: Connection, settings: ServeSettings, event: Event, now: datetime
) -> Known:
    """Everything the answer to ``event`` may depend on."""
    user, wish = event.user_id, wish_of(event)
    verb = wish.verb if wish else ""
    row = await connection.fetchrow(
        "select u.last_follow_ms, a.facility_id, a.email_confirmed_at is not null as confirmed"
        " from notify.users u left join notify.applications a"
        " on a.user_id = u.user_id and a.state = 'submitted' where u.user_id = $1",
        user,
    )
    assert row is not None
    bound = await bindings.live_of(connection, user)
    links = Links(settings.public_url, settings.link_key)
    return Known(
        last_follow_ms=row["last_follow_ms"],
        bound=bound,
        review=Review(row["facility_id"], row["confirmed"]) if row["facility_id"] else None,
        linking=await _linking(connection, event, now),
        chat_id=await chats.live_of(connection, user),
        was_unsent=await _was_unsent(connection, event),
        is_open=is_office_time(settings.office_hours, now),
        office_hours=settings.office_hours,
        portal_url=settings.correcting_url,
        links={
            purpose: links.form(purpose, link_token(settings.link_key, purpose, event))
            for purpose in (tokens.FORM, tokens.FILE, tokens.LINK)
        },
        counts=await count(connection, bound) if verb == menu.COUNT else (),
        rounds=await open_rounds(connection) if verb == menu.LIST else (),
        contents=await published(connection) if verb in _CONTENT_VERBS else (),
    )


_CONTENT_VERBS = {menu.TEACH, menu.ANSWER, menu.LINKS}


def is_office_time(hours: tuple[int, int], now: datetime) -> bool:
    """Monday to Friday between the two times of day, Taipei; public holidays are not known."""
    there = now.astimezone(TAIPEI)
    minutes = there.hour * 60 + there.minute
    return there.weekday() < 5 and hours[0] <= minutes < hours[1]


async def count(connection: Connection, bound: tuple[bindings.Binding, ...]) -> tuple[Count, ...]:
    """Open cases of these facilities by programme."""
    facilities = [one.facility_id for one in bound]
    rows = await connection.fetch(_COUNT, facilities, _UPLOADING)
    return tuple(Count(**row) for row in rows)


async def published(connection: Connection) -> tuple[Content, ...]:
    """Links, videos and answers, in the agency's order."""
    rows = await connection.fetch(
        "select content_id, kind, programme, title, body, url from notify.contents"
        " where is_published order by position, content_id"
    )
    return tuple(Content(**row) for row in rows)


async def open_rounds(connection: Connection) -> tuple[Pickup, ...]:
    """Whose last day is not over."""
    rows = await connection.fetch(_ROUNDS)
    return tuple(Pickup(**row) for row in rows)


async def _linking(
    connection: Connection, event: Event, now: datetime
) -> account_links.Open | None:
    if event.type != "accountLink" or event.link.result != "ok":
        return None
    return await account_links.of_nonce(connection, event.link.nonce, event.user_id, now)


async def _was_unsent(connection: Connection, event: Event) -> bool:
    if event.type != "message" or not event.message.id:
        return False
    found: bool = await connection.fetchval(_UNSENT, event.user_id, event.message.id)
    return found
