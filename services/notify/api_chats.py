"""真人客服: chats that were handed to staff."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline.http_problems import Problem
from pipeline.sealing import NotOpened, Sealer
from services.notify import chats
from services.notify.api_desk import AtDesk, Desk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems
from services.notify.api_words import Prose
from services.notify.database import Connection

router = APIRouter(prefix="/v1", tags=["chats 真人客服"])
State = Literal["waiting", "open", "closed"]
_SELECT = """
select c.chat_id, c.state, u.user_ref, u.is_following, c.opened_at, c.taken_by, c.closed_at,
    array(select b.facility_id from notify.bindings b
        where b.user_id = c.user_id and b.unbound_at is null order by 1) as facilities,
    (select count(*)::integer from notify.chat_lines l where l.chat_id = c.chat_id) as lines
from notify.chats c join notify.users u on u.user_id = c.user_id
"""


class ChatOut(BaseModel):
    chat_id: str
    state: State = Field(description="waiting: nobody of the staff has taken it yet.")
    user_ref: str
    is_following: bool = Field(description="False: blocked; nothing reaches the user.")
    facilities: list[str] = Field(description="醫事機構代碼 the user is bound to.")
    opened_at: datetime
    taken_by: str = Field(description="key_id of who answered last.")
    closed_at: datetime | None
    lines: int


class LineOut(BaseModel):
    line_id: str
    author: Literal["user", "staff"]
    text: str | None = Field(description="Null: sealed with another key. Empty: taken back.")
    at: datetime


class Say(BaseModel):
    text: Prose = Field(min_length=1, max_length=1000)


@router.get(
    "/chats",
    response_model=Page[ChatOut],
    responses=problems(),
    summary="Chats by state 客服對話清單",
)
async def listed(
    desk: AtDesk,
    paging: Paged,
    state: Annotated[
        State | None, Query(description="Waiting and open ones when left out.")
    ] = None,
) -> Page[ChatOut]:
    """Who waits longest comes first."""
    async with desk.looking() as connection:
        select = f"{_SELECT} where c.state = $1 or ($1::text is null and c.state <> 'closed')"
        rows, cursor = await page(connection, paging, select, (state,), "opened_at", "chat_id")
    return Page(items=[ChatOut(**row) for row in rows], next_cursor=cursor)


@router.get(
    "/chats/{chat_id}/lines",
    response_model=Page[LineOut],
    responses=problems(_404="CHAT_UNKNOWN"),
    summary="What was written 對話內容",
)
async def lines(desk: AtDesk, paging: Paged, chat_id: str) -> Page[LineOut]:
    """Oldest first; reading is noted, for a chat may hold what a person wrote about themselves."""
    async with desk.deciding() as connection:
        await _chat(connection, chat_id)
        select = "select * from notify.chat_lines where chat_id = $1"
        rows, cursor = await page(connection, paging, select, (chat_id,), "at", "line_id")
        await desk.note(connection, "chat.read", chat_id)
    opened = [
        LineOut(
            line_id=row["line_id"],
            author=row["author"],
            text=_text(desk.house.sealer, row["text_sealed"], row["line_id"]),
            at=row["at"],
        )
        for row in rows
    ]
    return Page(items=opened, next_cursor=cursor)


@router.post(
    "/chats/{chat_id}/take",
    response_model=ChatOut,
    responses=problems(_404="CHAT_UNKNOWN", _409="CHAT_CLOSED"),
    summary="Answer this chat from now on 接手對話",
)
async def take(desk: AtDesk, chat_id: str) -> ChatOut:
    async with desk.deciding() as connection:
        if not await chats.take(connection, chat_id, desk.caller.key_id):
            await _closed(connection, chat_id)
        return await _done(desk, connection, "chat.take", chat_id)


@router.post(
    "/chats/{chat_id}/lines",
    response_model=ChatOut,
    responses=problems(_404="CHAT_UNKNOWN", _409="CHAT_CLOSED, BUDGET_SPENT"),
    summary="Say something 回覆",
)
async def say(desk: AtDesk, chat_id: str, line: Say) -> ChatOut:
    """It goes as a push, one LINE message of the month's; refused when none is left."""
    async with desk.deciding() as connection:
        if await _messages_left(desk, connection) < 1:
            raise Problem(409, "BUDGET_SPENT", "本月 LINE 訊息額度已用完，無法推播回覆。")
        key_id, sealer = desk.caller.key_id, desk.house.sealer
        if await chats.say(connection, sealer, chat_id, key_id, line.text, desk.now) is None:
            await _closed(connection, chat_id)
        return await _done(desk, connection, "chat.say", chat_id)


@router.post(
    "/chats/{chat_id}/close",
    response_model=ChatOut,
    responses=problems(_404="CHAT_UNKNOWN", _409="CHAT_CLOSED"),
    summary="End the chat; the bot answers again 結束對話",
)
async def close(desk: AtDesk, chat_id: str) -> ChatOut:
    """The user is told by a push, one LINE message of the month's, unless none is left."""
    async with desk.deciding() as connection:
        may_push = await _messages_left(desk, connection) > 0
        if not await chats.close_for(connection, desk.house.sealer, chat_id, desk.now, may_push):
            await _closed(connection, chat_id)
        return await _done(desk, connection, "chat.close", chat_id)


async def _messages_left(desk: Desk, connection: Connection) -> int:
    """1 or 0. Somebody waits: the reserve may be used."""
    month = (await desk.calendar.now(connection)).month
    return await desk.office.budget.left(connection, month, urgent=True, most=1)


async def _chat(connection: Connection, chat_id: str) -> ChatOut:
    row = await connection.fetchrow(f"{_SELECT} where c.chat_id = $1", chat_id)
    if row is None:
        raise Problem(404, "CHAT_UNKNOWN", "沒有這個對話。")
    return ChatOut(**row)


async def _closed(connection: Connection, chat_id: str) -> None:
    await _chat(connection, chat_id)
    raise Problem(409, "CHAT_CLOSED", "這個對話已經結束。")


async def _done(desk: Desk, connection: Connection, what: str, chat_id: str) -> ChatOut:
    await desk.note(connection, what, chat_id)
    return await _chat(connection, chat_id)


def _text(sealer: Sealer, sealed: bytes, line_id: str) -> str | None:
    try:
        return sealer.open(sealed, line_id).decode()
    except NotOpened:
        return None
