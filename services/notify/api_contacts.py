"""Addresses of facilities, laboratories and the agency that the agency enters."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from claims.codes import facility_code
from pipeline.http_problems import Problem
from pipeline.sealing import NotOpened, Sealer
from services.notify import contacts
from services.notify.api_desk import AtDesk, Desk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems
from services.notify.database import Connection
from services.notify.form_fields import FIELDS

router = APIRouter(prefix="/v1", tags=["contacts 收件信箱"])
_EMAIL = next(field for field in FIELDS if field.name == "email")
_SELECT = """
select k.*, a.application_id from notify.contacts k
left join notify.applications a on a.contact_id = k.contact_id
"""
_IS_APPLYING = """
select exists (select from notify.applications where contact_id = $1 and state = 'submitted')
"""


class ContactIn(BaseModel):
    facility_id: str = Field(
        max_length=10, description="醫事機構代碼, also of a laboratory; empty: the agency itself."
    )
    email: str = Field(max_length=254)


class ContactOut(BaseModel):
    contact_id: str
    facility_id: str
    email_masked: str | None = Field(
        description="First letter and domain; null when it was sealed with another key."
    )
    application_id: str | None = Field(description="Whose application it came with, if any.")
    created_at: datetime
    confirmed_at: datetime | None = Field(description="Null: nothing is sent there yet.")
    unsubscribed_at: datetime | None
    bounced_at: datetime | None = Field(description="Refused for good; nothing is sent any more.")
    bounce: str


@router.get(
    "/contacts",
    response_model=Page[ContactOut],
    responses=problems(),
    summary="Addresses of a facility, or all 收件信箱清單",
)
async def listed(
    desk: AtDesk,
    paging: Paged,
    facility_id: Annotated[
        str | None, Query(max_length=10, description="Empty text: those of the agency.")
    ] = None,
) -> Page[ContactOut]:
    """Live ones, applicants' included, masked."""
    async with desk.looking() as connection:
        select = (
            f"{_SELECT} where k.removed_at is null and ($1::text is null or k.facility_id = $1)"
        )
        rows, cursor = await page(
            connection, paging, select, (facility_id,), "created_at", "contact_id"
        )
    items = [ContactOut(**row, email_masked=_masked(desk.house.sealer, row)) for row in rows]
    return Page(items=items, next_cursor=cursor)


@router.post(
    "/contacts",
    status_code=201,
    response_model=ContactOut,
    responses=problems(_409="CONTACT_EXISTS"),
    summary="Add an address; a mail asks to confirm it 新增收件信箱",
)
async def add(desk: AtDesk, contact: ContactIn) -> ContactOut:
    """Notices go there once somebody has followed the link of that mail."""
    if contact.facility_id and not facility_code(contact.facility_id).ok:
        raise Problem(422, "FACILITY_INVALID", "醫事機構代碼格式不符。")
    email, wrong = _EMAIL.check(contact.email.strip())
    if wrong:
        raise Problem(422, "EMAIL_INVALID", wrong)
    house = desk.house
    async with desk.deciding() as connection:
        contact_id = await contacts.add(
            connection, house.sealer, house.settings.link_key, contact.facility_id, email, desk.now
        )
        if contact_id is None:
            raise Problem(409, "CONTACT_EXISTS", "這個機構已經登錄這個信箱。")
        await _ask(desk, connection, contact_id, contact.facility_id)
        await desk.note(connection, "contact.add", contact_id)
        return await _one(desk, connection, contact_id)


@router.post(
    "/contacts/{contact_id}/ask",
    response_model=ContactOut,
    responses=problems(_404="CONTACT_UNKNOWN", _409="CONTACT_OF_APPLICANT"),
    summary="Mail the link to confirm once more 重寄確認信",
)
async def ask(desk: AtDesk, contact_id: str) -> ContactOut:
    """Also takes an address back into use that bounced, or that its owner unsubscribed and wants
    again: whoever follows the link can read it."""
    async with desk.deciding() as connection:
        one = await _one(desk, connection, contact_id)
        if await connection.fetchval(_IS_APPLYING, contact_id):
            raise Problem(409, "CONTACT_OF_APPLICANT", "申請審核中，信箱由申請人自行確認。")
        # Else the sender would not even try.
        await connection.execute(
            "update notify.contacts set bounced_at = null, bounce = '', confirmed_at ="
            " case when bounced_at is null then confirmed_at end where contact_id = $1",
            contact_id,
        )
        await _ask(desk, connection, contact_id, one.facility_id)
        await desk.note(connection, "contact.ask", contact_id)
        return await _one(desk, connection, contact_id)


@router.delete(
    "/contacts/{contact_id}",
    status_code=204,
    responses=problems(_404="CONTACT_UNKNOWN", _409="CONTACT_OF_APPLICANT"),
    summary="Take an address away 刪除收件信箱",
)
async def remove(desk: AtDesk, contact_id: str) -> None:
    """An applicant's goes with its binding (unbind)."""
    async with desk.deciding() as connection:
        await _one(desk, connection, contact_id)
        if not await contacts.remove(connection, contact_id, desk.now):
            raise Problem(409, "CONTACT_OF_APPLICANT", "申請人的信箱請以解除綁定移除。")
        await desk.note(connection, "contact.remove", contact_id)


async def _ask(desk: Desk, connection: Connection, contact_id: str, facility_id: str) -> None:
    house = desk.house
    await contacts.ask_to_confirm(
        connection,
        house.sealer,
        house.links,
        house.settings.link_key,
        contact_id,
        facility_id,
        desk.now,
    )


async def _one(desk: Desk, connection: Connection, contact_id: str) -> ContactOut:
    row = await connection.fetchrow(
        f"{_SELECT} where k.contact_id = $1 and k.removed_at is null", contact_id
    )
    if row is None:
        raise Problem(404, "CONTACT_UNKNOWN", "沒有這個收件信箱。")
    return ContactOut(**row, email_masked=_masked(desk.house.sealer, row))


def _masked(sealer: Sealer, row: object) -> str | None:
    assert hasattr(row, "__getitem__")
    try:
        email = sealer.open(row["email_sealed"], row["contact_id"]).decode()
    except NotOpened:
        return None
    return f"{email[:1]}***@{email.rpartition('@')[2]}"
