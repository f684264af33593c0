"""真人客服: a chat that was handed to staff. While it lives, the bot says nothing.

What was written is sealed, bound to its line; what LINE's unsend took back is emptied.
"""

import secrets
from datetime import datetime

from pipeline.sealing import Sealer
from services.notify import outbox
from services.notify.bot_words import staff
from services.notify.database import Connection

WAITING, OPEN, CLOSED = "waiting", "open", "closed"
USER, STAFF = "user", "staff"


async def live_of(connection: Connection, user_id: str) -> str | None:
    """The chat_id; a user has at most one."""
    found: str | None = await connection.fetchval(
        "select chat_id from notify.chats where user_id = $1 and state <> 'closed' for share",
        user_id,
    )
    return found


async def begin(connection: Connection, user_id: str, now: datetime) -> str:
    """The chat_id of the new chat, or of the one that lives."""
    made: str | None = await connection.fetchval(
        "insert into notify.chats (chat_id, user_id, state, opened_at) values ($1, $2, $3, $4)"
        " on conflict (user_id) where state <> 'closed' do nothing returning chat_id",
        "h" + secrets.token_hex(12),
        user_id,
        WAITING,
        now,
    )
    if made is not None:
        return made
    living = await live_of(connection, user_id)
    assert living is not None
    return living


async def take(connection: Connection, chat_id: str, by: str) -> bool:
    """A member of staff answers it; False when it is closed or unknown."""
    changed = await connection.execute(
        "update notify.chats set state = $3, taken_by = $2 where chat_id = $1 and state <> $4",
        chat_id,
        by,
        OPEN,
        CLOSED,
    )
    return changed != "UPDATE 0"


async def close(connection: Connection, chat_id: str, now: datetime) -> bool:
    """The bot answers again; False when it was closed or unknown."""
    changed = await connection.execute(
        "update notify.chats set state = $3, closed_at = $2 where chat_id = $1 and state <> $3",
        chat_id,
        now,
        CLOSED,
    )
    return changed != "UPDATE 0"


async def close_for(
    connection: Connection, sealer: Sealer, chat_id: str, now: datetime, may_push: bool
) -> bool:
    """By staff; False when it was closed or unknown. The user hears of it, for the bot answers
    again: by a push, for nobody has just written; not when the month has no message left."""
    if not await close(connection, chat_id, now):
        return False
    user_id = await connection.fetchval(
        "select user_id from notify.chats join notify.users using (user_id)"
        " where chat_id = $1 and is_following",
        chat_id,
    )
    if may_push and user_id is not None:
        await outbox.queue_answer(connection, sealer, user_id, "", staff.ended(), now)
    return True


async def note(
    connection: Connection,
    sealer: Sealer,
    chat_id: str,
    author: str,
    text: str,
    now: datetime,
    message_id: str = "",
) -> str:
    """A line of the chat; the line_id."""
    line_id = "l" + secrets.token_hex(12)
    await connection.execute(
        "insert into notify.chat_lines (line_id, chat_id, author, message_id, text_sealed, at)"
        " values ($1, $2, $3, $4, $5, $6)",
        line_id,
        chat_id,
        author,
        message_id,
        sealer.seal(text.encode(), line_id),
        now,
    )
    return line_id


async def say(
    connection: Connection, sealer: Sealer, chat_id: str, by: str, text: str, now: datetime
) -> str | None:
    """A line of staff, on its way to the user; None when the chat is closed or unknown.

    It goes as a push: the reply token of what the user wrote lives a minute, people take longer.
    """
    user_id: str | None = await connection.fetchval(
        "update notify.chats set state = $3, taken_by = $2 where chat_id = $1 and state <> $4"
        " returning user_id",
        chat_id,
        by,
        OPEN,
        CLOSED,
    )
    if user_id is None:
        return None
    line_id = await note(connection, sealer, chat_id, STAFF, text, now)
    await outbox.queue_answer(connection, sealer, user_id, "", staff.line(text), now)
    return line_id


async def unsend(connection: Connection, message_id: str, user_id: str) -> None:
    """Delete what was stored of a message that the user took back."""
    await connection.execute(
        "update notify.chat_lines line set text_sealed = ''::bytea from notify.chats chat"
        " where line.chat_id = chat.chat_id and chat.user_id = $2"
        " and line.message_id = $1 and line.message_id <> ''",
        message_id,
        user_id,
    )
