"""News before and after: what it would look like and cost, and who got it."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pipeline.http_problems import Problem
from services.notify.api_desk import AtDesk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems
from services.notify.database import Connection
from services.notify.news import narrowing_of, words_of
from services.notify.news_audience import audience_of
from services.notify.news_words import line_messages, mail

router = APIRouter(prefix="/v1", tags=["news 最新消息"])
_COUNTS = """
select channel, state, reason, count(*)::integer as deliveries,
    sum(case when channel = 'line' then cost else 1 end)::integer as recipients
from notify.deliveries where news_id = $1 group by 1, 2, 3 order by 1, 2, 3
"""
_RECIPIENTS = """
select 'line' as channel, u.user_ref as recipient_ref, u.first_seen_at as listed_at,
    coalesce(d.state, '') as state
from notify.news_batches b
cross join lateral unnest(b.user_ids) as one(user_id)
join notify.users u on u.user_id = one.user_id
left join notify.deliveries d on d.news_id = b.news_id
    and d.recipient in ('*', 'many:' || b.news_id || ':' || b.number)
where b.news_id = $1
union all
select 'email', d.recipient, d.created_at, d.state from notify.deliveries d
where d.news_id = $1 and d.channel = 'email'
"""


class MailOut(BaseModel):
    subject: str
    text: str
    html: str


class PreviewOut(BaseModel):
    line_messages: list[dict[str, Any]] = Field(
        description="The very messages as the Messaging API takes them."
    )
    mail: MailOut = Field(description="With a link to unsubscribe of nobody.")
    users: int = Field(description="Users it would go to by LINE now.")
    mails: int = Field(description="Addresses it would go to by e-mail now.")
    cost: int = Field(description="LINE messages of the month it would cost.")
    left: int | None = Field(description="LINE messages left for news; null: any number.")
    fits: bool = Field(description="False: sending it now would be refused.")


class CountOut(BaseModel):
    channel: str
    state: str = Field(description="ready, calling, sent, cancelled, failed or parked")
    reason: str
    deliveries: int = Field(description="Calls: one for everybody, one for 500 users, one a mail.")
    recipients: int


class ReachOut(BaseModel):
    news_id: str
    counts: list[CountOut]


class RecipientOut(BaseModel):
    channel: str
    recipient_ref: str = Field(description="Our name of the LINE user, or contact_id.")
    state: str = Field(description="Of the delivery that reached for this one.")


@router.get(
    "/news/{news_id}/preview",
    response_model=PreviewOut,
    responses=problems(_404="NEWS_UNKNOWN"),
    summary="What it looks like, whom it reaches, what it costs 預覽",
)
async def preview(desk: AtDesk, news_id: str) -> PreviewOut:
    """Changes nothing and reserves nothing."""
    async with desk.looking() as connection:
        row = await _row(connection, news_id)
        audience = await audience_of(connection, narrowing_of(row))
        month = (await desk.calendar.now(connection)).month
        budget = desk.office.budget
        left = (await budget.now(connection, month)).left(False, budget.limits.reserve)
    words = words_of(row)
    example = mail(words, desk.house.links.unsubscribe("-"))
    return PreviewOut(
        line_messages=list(line_messages(words)),
        mail=MailOut(subject=example.subject, text=example.text, html=example.html),
        users=len(audience.user_ids),
        mails=len(audience.contact_ids),
        cost=audience.cost,
        left=left,
        fits=left is None or audience.cost <= left,
    )


@router.get(
    "/news/{news_id}/deliveries",
    response_model=ReachOut,
    responses=problems(_404="NEWS_UNKNOWN"),
    summary="How it went, in numbers 發送結果",
)
async def deliveries(desk: AtDesk, news_id: str) -> ReachOut:
    async with desk.looking() as connection:
        await _row(connection, news_id)
        rows = await connection.fetch(_COUNTS, news_id)
    return ReachOut(news_id=news_id, counts=[CountOut(**row) for row in rows])


@router.get(
    "/news/{news_id}/recipients",
    response_model=Page[RecipientOut],
    responses=problems(_404="NEWS_UNKNOWN"),
    summary="Who got it 收件人",
)
async def recipients(desk: AtDesk, paging: Paged, news_id: str) -> Page[RecipientOut]:
    """Of news to all: who followed when it was sent. LINE does not say who read it, and accepts
    messages to users who have just blocked the account."""
    async with desk.looking() as connection:
        await _row(connection, news_id)
        rows, cursor = await page(
            connection, paging, _RECIPIENTS, (news_id,), "listed_at", "recipient_ref"
        )
    return Page(items=[RecipientOut(**row) for row in rows], next_cursor=cursor)


async def _row(connection: Connection, news_id: str) -> Any:
    row = await connection.fetchrow("select * from notify.news where news_id = $1", news_id)
    if row is None:
        raise Problem(404, "NEWS_UNKNOWN", "沒有這則消息。")
    return row
