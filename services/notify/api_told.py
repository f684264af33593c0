"""Did you tell us? What a facility was told, by which channel, and when."""

from datetime import date, datetime
from typing import Annotated, Any

from asyncpg import Record
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from claims.periods import date_of, day_of
from pipeline.http_problems import Problem
from services.notify.api_desk import AtDesk
from services.notify.api_problems import problems

router = APIRouter(prefix="/v1", tags=["told 通知紀錄"])
_MOST_DAYS = 100
_NOTICES = """
select * from notify.notices where facility_id = $1 and planned_on between $2 and $3
order by planned_on, notice_id
"""
_DELIVERIES = """
select d.*, coalesce(u.user_ref, d.recipient) as recipient_ref,
    coalesce((select array_agg(said.notice_id order by said.notice_id)
        from notify.delivery_notices said where said.delivery_id = d.delivery_id), '{}') as notices
from notify.deliveries d left join notify.users u on d.channel = 'line' and u.user_id = d.recipient
where d.facility_id = $1 and d.day between $2 and $3 and d.purpose = 'digest'
order by d.day, d.created_at, d.delivery_id
"""


class NoticeOut(BaseModel):
    notice_id: str
    kind: str = Field(
        description="correction_due, upload_due, round_opened, ... (docs/messages.md)"
    )
    audience: str = Field(description="claiming, lab or agency")
    programme: str
    count: int = Field(description="Cases when it was planned.")
    due_on: date | None
    planned_on: date
    state: str = Field(description="planned, taken (into a digest) or cancelled")
    digest_id: str | None


class DeliveryOut(BaseModel):
    delivery_id: str
    digest_id: str | None
    day: date
    channel: str = Field(description="line or email")
    recipient_ref: str = Field(description="Our name of the LINE user, or contact_id.")
    state: str = Field(description="ready, calling, sent, cancelled, failed or parked")
    reason: str = Field(description="Why it was cancelled, failed or parked.")
    attempts: int
    first_call_at: datetime | None
    finished_at: datetime | None
    request_id: str = Field(description="LINE's, for questions to LINE.")
    notices: list[str] = Field(description="notice_id of what the message says.")


class ToldOut(BaseModel):
    facility_id: str
    notices: list[NoticeOut]
    deliveries: list[DeliveryOut]


@router.get(
    "/told/{facility_id}",
    response_model=ToldOut,
    responses=problems(),
    summary="What a facility was told between two days 通知紀錄",
)
async def told(
    desk: AtDesk,
    facility_id: str,
    day_from: Annotated[date, Query(description="First business day, yyyy-MM-dd.")],
    day_to: Annotated[date, Query(description="Last one; at most 100 days in all.")],
) -> ToldOut:
    """Notices as they were planned, and every message with its fate. 200 of LINE does not prove
    that the message was read, or that the user had not just blocked the account."""
    first, last = _number(day_from), _number(day_to)
    if not 0 <= last - first < _MOST_DAYS:
        raise Problem(422, "DAYS_INVALID", "日期區間須為 1 至 100 天。")
    async with desk.looking() as connection:
        notices = await connection.fetch(_NOTICES, facility_id, first, last)
        deliveries = await connection.fetch(_DELIVERIES, facility_id, first, last)
    return ToldOut(
        facility_id=facility_id,
        notices=[NoticeOut(**_dated(row, "due_on", "planned_on")) for row in notices],
        deliveries=[DeliveryOut(**_dated(row, "day")) for row in deliveries],
    )


def _number(day: date) -> int:
    return day_of(day.year, day.month, day.day)


def _dated(row: Record, *names: str) -> dict[str, Any]:
    """Days as dates, for people."""
    shown = dict(row)
    for name in names:
        shown[name] = None if shown[name] is None else date_of(shown[name])
    return shown
