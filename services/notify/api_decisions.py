"""Who decided what, and when."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.notify.api_desk import AtDesk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems

router = APIRouter(prefix="/v1", tags=["decisions 處理紀錄"])


class DecisionOut(BaseModel):
    at: datetime
    key_id: str = Field(description="Of the agency's key that was used.")
    label: str = Field(description="Whose key that is.")
    what: str = Field(description="For example application.approve, news.send, parked.again.")
    subject: str = Field(description="The id it was about.")
    note: str = Field(description="Further ids and codes.")


@router.get(
    "/decisions",
    response_model=Page[DecisionOut],
    responses=problems(),
    summary="Decisions and who made them 處理紀錄",
)
async def listed(
    desk: AtDesk,
    paging: Paged,
    subject: Annotated[str | None, Query(max_length=100, description="About this id.")] = None,
) -> Page[DecisionOut]:
    """Oldest first; reading contact data or a chat counts as one."""
    select = (
        "select d.*, lpad(d.number::text, 19, '0') as place, coalesce(k.label, '') as label"
        " from notify.decisions d left join notify.api_keys k on k.key_id = d.key_id"
        " where $1::text is null or d.subject = $1"
    )
    async with desk.looking() as connection:
        rows, cursor = await page(connection, paging, select, (subject,), "at", "place")
    return Page(items=[DecisionOut(**row) for row in rows], next_cursor=cursor)
