"""Applications 審核申請: listed, looked at, approved or refused with a reason."""

from datetime import datetime
from typing import Annotated, Literal, NoReturn

from asyncpg import Record
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline.http_problems import Problem
from pipeline.sealing import NotOpened, Sealer
from services.notify import applications
from services.notify.api_desk import AtDesk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems
from services.notify.api_words import OneLine
from services.notify.applications import NotPossible
from services.notify.sealed import open_contact

router = APIRouter(prefix="/v1", tags=["applications 審核申請"])
State = Literal["submitted", "approved", "refused", "withdrawn"]
_SELECT = """
select a.*, u.user_ref, u.is_following from notify.applications a
join notify.users u on u.user_id = a.user_id
"""
_PROBLEMS = {
    applications.NOT_FOUND: (404, "APPLICATION_UNKNOWN", "沒有這件申請。"),
    applications.NOT_OPEN: (409, "APPLICATION_DECIDED", "這件申請已經審核或撤回。"),
    applications.NOT_CONFIRMED: (409, "EMAIL_NOT_CONFIRMED", "申請人尚未確認信箱，還不能通過。"),
}


class ContactOut(BaseModel):
    name: str
    email: str
    phone: str
    remark: str


class ApplicationOut(BaseModel):
    application_id: str
    state: State
    user_ref: str = Field(description="Our name of the LINE user; never LINE's own id.")
    is_following: bool = Field(description="False: the user has blocked the account meanwhile.")
    facility_id: str = Field(description="醫事機構代碼 as the applicant wrote it.")
    facility_name: str
    submitted_at: datetime
    consented_at: datetime
    email_confirmed_at: datetime | None = Field(description="Null: may not be approved yet.")
    reason: str = Field(description="Of a refusal, as the applicant was told.")
    decided_at: datetime | None
    decided_by: str = Field(description="key_id of the agency's key, or user.")


class ApplicationWhole(ApplicationOut):
    contact: ContactOut | None = Field(
        description="What the applicant wrote; null when it was sealed with another key."
    )


class Refusal(BaseModel):
    reason: OneLine = Field(
        min_length=1, max_length=200, description="The applicant is told these words (zh-Hant)."
    )


@router.get(
    "/applications",
    response_model=Page[ApplicationOut],
    responses=problems(),
    summary="Applications by state 審核申請清單",
)
async def listed(
    desk: AtDesk,
    paging: Paged,
    state: Annotated[State | None, Query(description="All of them when left out.")] = None,
) -> Page[ApplicationOut]:
    """Oldest first; without contact data."""
    async with desk.looking() as connection:
        select = f"{_SELECT} where $1::text is null or a.state = $1"
        rows, cursor = await page(
            connection, paging, select, (state,), "submitted_at", "application_id"
        )
    return Page(items=[ApplicationOut(**row) for row in rows], next_cursor=cursor)


@router.get(
    "/applications/{application_id}",
    response_model=ApplicationWhole,
    responses=problems(_404="APPLICATION_UNKNOWN"),
    summary="One application with its contact data 單一審核申請",
)
async def one(desk: AtDesk, application_id: str) -> ApplicationWhole:
    """For the person who decides about it; reading it is noted."""
    async with desk.deciding() as connection:
        row = await connection.fetchrow(f"{_SELECT} where a.application_id = $1", application_id)
        if row is None:
            _refused(NotPossible(applications.NOT_FOUND))
        await desk.note(connection, "application.read", application_id)
    contact = contact_of(desk.house.sealer, row, application_id)
    return ApplicationWhole(**row, contact=contact)


@router.post(
    "/applications/{application_id}/approve",
    response_model=ApplicationOut,
    responses=problems(_404="APPLICATION_UNKNOWN", _409="APPLICATION_DECIDED, EMAIL_NOT_CONFIRMED"),
    summary="Approve; the user is bound and told 審核通過",
)
async def approve(desk: AtDesk, application_id: str) -> ApplicationOut:
    async with desk.deciding() as connection:
        try:
            binding_id = await applications.approve(
                connection, desk.house.sealer, application_id, desk.caller.key_id, desk.now
            )
        except NotPossible as bad:
            _refused(bad)
        await desk.note(connection, "application.approve", application_id, binding_id)
        row = await connection.fetchrow(f"{_SELECT} where a.application_id = $1", application_id)
    assert row is not None
    return ApplicationOut(**row)


@router.post(
    "/applications/{application_id}/refuse",
    response_model=ApplicationOut,
    responses=problems(_404="APPLICATION_UNKNOWN", _409="APPLICATION_DECIDED"),
    summary="Refuse with a reason; the user is told 審核不通過",
)
async def refuse(desk: AtDesk, application_id: str, refusal: Refusal) -> ApplicationOut:
    """The applicant may apply again."""
    async with desk.deciding() as connection:
        try:
            await applications.refuse(
                connection,
                desk.house.sealer,
                application_id,
                desk.caller.key_id,
                refusal.reason,
                desk.now,
            )
        except NotPossible as bad:
            _refused(bad)
        await desk.note(connection, "application.refuse", application_id)
        row = await connection.fetchrow(f"{_SELECT} where a.application_id = $1", application_id)
    assert row is not None
    return ApplicationOut(**row)


def contact_of(sealer: Sealer, row: Record, row_id: str) -> ContactOut | None:
    """Of an application or a request for a file; None when another key sealed it."""
    try:
        contact = open_contact(sealer, row["contact_sealed"], row_id)
    except NotOpened:
        return None
    return ContactOut(
        name=contact.name, email=contact.email, phone=contact.phone, remark=contact.remark
    )


def _refused(bad: NotPossible) -> NoReturn:
    raise Problem(*_PROBLEMS[bad.code]) from bad
