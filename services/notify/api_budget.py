"""The month's LINE messages: allowed, used, what LINE says, what did not go for want of them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from claims.periods import day_of
from pipeline.http_problems import Problem
from services.notify.api_desk import AtDesk
from services.notify.api_problems import problems
from services.notify.budget import allowance

router = APIRouter(prefix="/v1", tags=["budget 訊息額度"])
_MONTH = """
select $1::integer as month, coalesce(b.used, 0) as used, coalesce(b.reported, 0) as reported,
    b.monthly, b.asked_at, b.exhausted_at
from (values (1)) as one left join notify.budgets b on b.month = $1
"""
_WAITING = """
select coalesce(sum(cost), 0)::integer from notify.deliveries
where channel = 'line' and state in ('ready', 'calling')
"""
_REFUSED = """
select coalesce(sum(cost), 0)::integer from notify.deliveries
where channel = 'line' and reason = 'over_budget' and day >= $1 and day < $2
"""


class BudgetOut(BaseModel):
    month: int = Field(description="AD year times 100 plus month, of the business day.")
    own_limit: int = Field(description="GOUJI_LINE_BUDGET; 0: what LINE allows.")
    reserve: float = Field(description="GOUJI_LINE_RESERVE: share kept for urgent notices.")
    line_limit: int | None = Field(description="What LINE says it allows; null: unknown or none.")
    allowed: int | None = Field(description="The smaller one; null: no limit.")
    used: int = Field(description="Charged so far: sent, and prepared to be sent.")
    waiting: int = Field(description="Of those, not sent yet.")
    reported: int = Field(description="What LINE says was consumed, its console included.")
    asked_at: datetime | None = Field(description="When LINE said so.")
    exhausted_at: datetime | None = Field(description="When LINE refused for the monthly limit.")
    left: int | None = Field(description="For ordinary messages and news; null: any number.")
    left_urgent: int | None = Field(description="For urgent ones, the reserve included.")
    refused: int = Field(description="Messages of the month that did not go for want of budget.")


@router.get(
    "/budget",
    response_model=BudgetOut,
    responses=problems(),
    summary="The LINE messages of a month 訊息額度",
)
async def budget(
    desk: AtDesk,
    month: Annotated[
        int | None, Query(ge=202001, le=219912, description="For example 202603; now if left out.")
    ] = None,
) -> BudgetOut:
    """Its size is set by the environment only (docs/configuration.md)."""
    if month is not None and not 1 <= month % 100 <= 12:
        raise Problem(422, "MONTH_INVALID", "月份格式為西元年與月，例如 202603。")
    limits = desk.office.budget.limits
    async with desk.looking() as connection:
        month = month or (await desk.calendar.now(connection)).month
        row = await connection.fetchrow(_MONTH, month)
        waiting = await connection.fetchval(_WAITING)
        refused = await connection.fetchval(_REFUSED, *_days(month))
    assert row is not None
    own = allowance(row, limits)
    return BudgetOut(
        **row,
        own_limit=limits.messages,
        reserve=limits.reserve,
        line_limit=row["monthly"],
        allowed=own.allowed,
        waiting=waiting,
        left=own.left(False, limits.reserve),
        left_urgent=own.left(True, limits.reserve),
        refused=refused,
    )


def _days(month: int) -> tuple[int, int]:
    """First day of the month and of the next."""
    year, of_year = divmod(month, 100)
    following = (year + 1, 1) if of_year == 12 else (year, of_year + 1)
    return day_of(year, of_year, 1), day_of(*following, 1)
