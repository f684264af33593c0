"""Bindings of LINE users to facilities, and how many users there are."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline.http_problems import Problem
from services.notify import bindings, outbox
from services.notify.api_desk import AtDesk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems
from services.notify.bot_words import decided

router = APIRouter(prefix="/v1", tags=["bindings 綁定"])
_SELECT = """
select b.binding_id, b.facility_id, u.user_ref, u.is_following, b.application_id, b.contact_id,
    b.bound_at, b.unbound_at, b.unbound_by
from notify.bindings b join notify.users u on u.user_id = b.user_id
"""
_COUNTS = """
select count(*)::integer as known, count(*) filter (where is_following)::integer as following,
    count(*) filter (where is_following and is_bound)::integer as bound,
    count(*) filter (where not is_following and is_bound)::integer as bound_but_blocked
from (select u.is_following, exists (
    select from notify.bindings b where b.user_id = u.user_id and b.unbound_at is null
) as is_bound from notify.users u) as users
"""


class BindingOut(BaseModel):
    binding_id: str
    facility_id: str
    user_ref: str = Field(description="Our name of the LINE user.")
    is_following: bool = Field(description="False: blocked; told by e-mail.")
    application_id: str
    contact_id: str | None = Field(description="The address used instead of LINE.")
    bound_at: datetime
    unbound_at: datetime | None
    unbound_by: str = Field(description="user or agency; empty while bound.")


class UsersOut(BaseModel):
    known: int = Field(description="Users who ever wrote or followed.")
    following: int = Field(description="Friends now: what news to all costs.")
    bound: int = Field(description="Of those, bound to a facility.")
    bound_but_blocked: int = Field(description="Bound, and told by e-mail only.")


@router.get(
    "/bindings",
    response_model=Page[BindingOut],
    responses=problems(),
    summary="Bindings, of one facility or of all 綁定清單",
)
async def listed(
    desk: AtDesk,
    paging: Paged,
    facility_id: Annotated[str | None, Query(max_length=10, description="醫事機構代碼.")] = None,
    live: Annotated[bool, Query(description="False: also those that ended.")] = True,
) -> Page[BindingOut]:
    async with desk.looking() as connection:
        select = (
            f"{_SELECT} where ($1::text is null or b.facility_id = $1)"
            " and (b.unbound_at is null or not $2)"
        )
        args = (facility_id, live)
        rows, cursor = await page(connection, paging, select, args, "bound_at", "binding_id")
    return Page(items=[BindingOut(**row) for row in rows], next_cursor=cursor)


@router.post(
    "/bindings/{binding_id}/unbind",
    response_model=BindingOut,
    responses=problems(_404="BINDING_UNKNOWN: none, or it ended before."),
    summary="End a binding; the user is told 解除綁定",
)
async def unbind(desk: AtDesk, binding_id: str) -> BindingOut:
    """Its address is written to no more, unless another binding uses it."""
    async with desk.deciding() as connection:
        facility = await bindings.unbind(connection, binding_id, bindings.BY_AGENCY, desk.now)
        if facility is None:
            raise Problem(404, "BINDING_UNKNOWN", "沒有這個有效的綁定。")
        user_id = await connection.fetchval(
            "select user_id from notify.bindings where binding_id = $1", binding_id
        )
        words = decided.unbound_by_agency(facility)
        sealer = desk.house.sealer
        await outbox.queue_answer(connection, sealer, user_id, facility, words, desk.now)
        await desk.note(connection, "binding.unbind", binding_id)
        row = await connection.fetchrow(f"{_SELECT} where b.binding_id = $1", binding_id)
    assert row is not None
    return BindingOut(**row)


@router.get(
    "/users",
    response_model=UsersOut,
    responses=problems(),
    summary="How many users there are 使用者人數",
)
async def users(desk: AtDesk) -> UsersOut:
    async with desk.looking() as connection:
        row = await connection.fetchrow(_COUNTS)
    assert row is not None
    return UsersOut(**row)
