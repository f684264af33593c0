"""Deliveries whose fate nobody knows: looked at, and decided by a person."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pipeline.http_problems import Problem
from services.notify import parked
from services.notify.api_desk import AtDesk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems

router = APIRouter(prefix="/v1", tags=["parked 待查通知"])
_SELECT = """
select d.*, coalesce(u.user_ref, d.recipient) as recipient_ref from notify.deliveries d
left join notify.users u on d.channel = 'line' and u.user_id = d.recipient
where d.state = 'parked'
"""


class ParkedOut(BaseModel):
    delivery_id: str
    purpose: str = Field(description="digest, news, answer, confirm, login or decision")
    news_id: str | None
    facility_id: str
    channel: str = Field(description="line or email")
    recipient_ref: str = Field(
        description="Our name of the LINE user, contact_id, * (everybody) or a batch of news."
    )
    reason: str
    attempts: int
    created_at: datetime
    first_call_at: datetime | None
    last_call_at: datetime | None
    request_id: str = Field(description="LINE's, for questions to LINE.")
    cost: int = Field(description="LINE messages that sending it again costs.")


class Resolution(BaseModel):
    decision: Literal["sent", "again", "drop"] = Field(
        description="sent: it arrived after all. again: it did not, send it with a new key. "
        "drop: leave it."
    )


class Resolved(BaseModel):
    delivery_id: str
    decision: str


@router.get(
    "/parked",
    response_model=Page[ParkedOut],
    responses=problems(),
    summary="Deliveries of unknown fate 待查通知清單",
)
async def listed(desk: AtDesk, paging: Paged) -> Page[ParkedOut]:
    async with desk.looking() as connection:
        rows, cursor = await page(connection, paging, _SELECT, (), "created_at", "delivery_id")
    return Page(items=[ParkedOut(**row) for row in rows], next_cursor=cursor)


@router.post(
    "/parked/{delivery_id}/resolve",
    response_model=Resolved,
    responses=problems(_404="PARKED_UNKNOWN: none, or it was decided before."),
    summary="Decide what becomes of it 處理待查通知",
)
async def resolve(desk: AtDesk, delivery_id: str, resolution: Resolution) -> Resolved:
    """Ask the recipient, or LINE by the request id, before `again`: it may arrive twice."""
    office = desk.office
    async with desk.deciding() as connection:
        moment = await desk.calendar.now(connection)
        done = await parked.resolve(
            connection, office.codec, office.budget, delivery_id, resolution.decision, moment
        )
        if not done:
            raise Problem(404, "PARKED_UNKNOWN", "沒有這件待查通知，或已處理。")
        await desk.note(connection, f"parked.{resolution.decision}", delivery_id)
    return Resolved(delivery_id=delivery_id, decision=resolution.decision)
