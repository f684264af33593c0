"""News: written, looked at before, sent or scheduled within the budget, called off."""

import secrets
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from pipeline.http_problems import Problem
from services.notify import news
from services.notify.api_contents import Https, Programme
from services.notify.api_desk import AtDesk, Desk
from services.notify.api_news_problems import asked
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems
from services.notify.api_words import OneLine, Prose
from services.notify.database import Connection
from services.notify.news import Post

router = APIRouter(prefix="/v1", tags=["news 最新消息"])
State = Literal["draft", "scheduled", "sending", "sent", "cancelled"]
_REFUSALS = "NEWS_STATE, OVER_BUDGET, NEWS_NOBODY"


class NewsIn(BaseModel):
    title: OneLine = Field(min_length=1, max_length=60)
    body: Prose = Field(min_length=1, max_length=1200)
    url: Https = ""
    audience: Literal["all", "bound"] = Field(
        description="all: every follower (one broadcast). bound: users bound to a facility."
    )
    programme: Programme = ""
    county: Annotated[
        str,
        Field(
            pattern=r"^([0-9]{2})?$",
            description="Third and fourth digit of the facility code; empty: all.",
        ),
    ] = ""

    @model_validator(mode="after")
    def _can_be_narrowed(self) -> Self:
        if self.audience == "all" and (self.programme or self.county):
            raise ValueError("only news to bound users can be narrowed")
        if not self.title or not self.body:
            raise ValueError("title and body need words")
        return self


class NewsOut(BaseModel):
    news_id: str
    state: State
    title: str
    body: str
    url: str
    audience: Literal["all", "bound"]
    programme: str
    county: str
    send_at: datetime | None
    created_at: datetime
    created_by: str = Field(description="key_id of the agency's key.")
    sent_at: datetime | None = Field(description="When the last message was through.")
    recipients: int = Field(description="Users and addresses it was queued for.")
    problem: str = Field(
        description="Why a scheduled one went back to draft: over_budget or nobody; else empty."
    )


class Schedule(BaseModel):
    send_at: AwareDatetime = Field(description="With its offset, for example +08:00.")


@router.get(
    "/news",
    response_model=Page[NewsOut],
    responses=problems(),
    summary="News by state 消息清單",
)
async def listed(
    desk: AtDesk,
    paging: Paged,
    state: Annotated[State | None, Query(description="All of them when left out.")] = None,
) -> Page[NewsOut]:
    async with desk.looking() as connection:
        select = "select * from notify.news where $1::text is null or state = $1"
        rows, cursor = await page(connection, paging, select, (state,), "created_at", "news_id")
    return Page(items=[NewsOut(**row) for row in rows], next_cursor=cursor)


@router.get(
    "/news/{news_id}",
    response_model=NewsOut,
    responses=problems(_404="NEWS_UNKNOWN"),
    summary="One piece of news 單一消息",
)
async def one(desk: AtDesk, news_id: str) -> NewsOut:
    async with desk.looking() as connection:
        return await _one(connection, news_id)


@router.post(
    "/news",
    status_code=201,
    response_model=NewsOut,
    responses=problems(),
    summary="Write a draft 新增草稿",
)
async def write(desk: AtDesk, words: NewsIn) -> NewsOut:
    news_id = "n" + secrets.token_hex(12)
    async with desk.deciding() as connection:
        await connection.execute(
            "insert into notify.news (title, body, url, audience, programme, county, created_at,"
            " created_by, news_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *_values(words),
            desk.now,
            desk.caller.key_id,
            news_id,
        )
        await desk.note(connection, "news.write", news_id)
        return await _one(connection, news_id)


@router.put(
    "/news/{news_id}",
    response_model=NewsOut,
    responses=problems(_404="NEWS_UNKNOWN", _409="NEWS_STATE: only a draft is edited."),
    summary="Write the draft anew 修改草稿",
)
async def edit(desk: AtDesk, news_id: str, words: NewsIn) -> NewsOut:
    async with desk.deciding() as connection, asked():
        await news.locked(connection, news_id, news.DRAFT)
        await connection.execute(
            "update notify.news set title = $1, body = $2, url = $3, audience = $4,"
            " programme = $5, county = $6, problem = '' where news_id = $7",
            *_values(words),
            news_id,
        )
        await desk.note(connection, "news.edit", news_id)
        return await _one(connection, news_id)


@router.post(
    "/news/{news_id}/send",
    response_model=NewsOut,
    responses=problems(_404="NEWS_UNKNOWN", _409=_REFUSALS),
    summary="Send it now 立即發送",
)
async def send(desk: AtDesk, news_id: str) -> NewsOut:
    """All of it is queued, or nothing is: over the month's budget it is refused. In quiet hours it
    goes out when they end."""
    async with desk.deciding() as connection, asked():
        moment = await desk.calendar.now(connection)
        audience = await news.send(connection, _post(desk), news_id, moment)
        more = f"users {len(audience.user_ids)}, mails {len(audience.contact_ids)}"
        await desk.note(connection, "news.send", news_id, more)
        return await _one(connection, news_id)


@router.post(
    "/news/{news_id}/schedule",
    response_model=NewsOut,
    responses=problems(_404="NEWS_UNKNOWN", _409="NEWS_STATE"),
    summary="Send it at a time 預約發送",
)
async def schedule(desk: AtDesk, news_id: str, at: Schedule) -> NewsOut:
    """Who hears it, and whether the budget allows it, is decided then: if it does not, the news
    goes back to draft with its `problem`. Scheduled again, the later word counts."""
    if at.send_at <= desk.now:
        raise Problem(422, "SEND_AT_PAST", "預約時間必須晚於現在。")
    async with desk.deciding() as connection, asked():
        await news.locked(connection, news_id, news.DRAFT, news.SCHEDULED)
        await connection.execute(
            "update notify.news set state = 'scheduled', send_at = $2, problem = ''"
            " where news_id = $1",
            news_id,
            at.send_at,
        )
        await desk.note(connection, "news.schedule", news_id, at.send_at.isoformat())
        return await _one(connection, news_id)


@router.post(
    "/news/{news_id}/unschedule",
    response_model=NewsOut,
    responses=problems(_404="NEWS_UNKNOWN", _409="NEWS_STATE"),
    summary="Back to draft 取消預約",
)
async def unschedule(desk: AtDesk, news_id: str) -> NewsOut:
    async with desk.deciding() as connection, asked():
        await news.locked(connection, news_id, news.SCHEDULED)
        await connection.execute(
            "update notify.news set state = 'draft', send_at = null where news_id = $1", news_id
        )
        await desk.note(connection, "news.unschedule", news_id)
        return await _one(connection, news_id)


@router.post(
    "/news/{news_id}/cancel",
    response_model=NewsOut,
    responses=problems(_404="NEWS_UNKNOWN", _409="NEWS_STATE: it was sent or cancelled before."),
    summary="Call it off 取消消息",
)
async def cancel(desk: AtDesk, news_id: str) -> NewsOut:
    """Of news on its way, what has not been handed to LINE or the mail server yet; its messages
    are given back to the budget."""
    async with desk.deciding() as connection, asked():
        moment = await desk.calendar.now(connection)
        held = await news.cancel(connection, _post(desk), news_id, moment)
        await desk.note(connection, "news.cancel", news_id, f"held back {held}")
        return await _one(connection, news_id)


async def _one(connection: Connection, news_id: str) -> NewsOut:
    row = await connection.fetchrow("select * from notify.news where news_id = $1", news_id)
    if row is None:
        raise Problem(404, "NEWS_UNKNOWN", "沒有這則消息。")
    return NewsOut(**row)


def _post(desk: Desk) -> Post:
    return Post(desk.house.sealer, desk.house.links, desk.office.budget)


def _values(words: NewsIn) -> tuple[str, ...]:
    return (
        words.title,
        words.body,
        words.url,
        words.audience,
        words.programme,
        words.county,
    )
