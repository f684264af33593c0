"""電子檔申請: lists asked for as a file, a task for staff."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline.http_problems import Problem
from services.notify.api_applications import ContactOut, contact_of
from services.notify.api_desk import AtDesk, Desk
from services.notify.api_paging import Page, Paged, page
from services.notify.api_problems import problems

router = APIRouter(prefix="/v1", tags=["file requests 電子檔申請"])
State = Literal["open", "done", "refused"]
_SELECT = """
select r.*, u.user_ref from notify.file_requests r join notify.users u on u.user_id = r.user_id
"""


class FileRequestOut(BaseModel):
    request_id: str
    state: State
    user_ref: str
    facility_id: str
    facility_name: str
    requested_at: datetime
    done_at: datetime | None
    done_by: str


class FileRequestWhole(FileRequestOut):
    contact: ContactOut | None = Field(
        description="Where the file goes; null when it was sealed with another key."
    )


@router.get(
    "/file-requests",
    response_model=Page[FileRequestOut],
    responses=problems(),
    summary="Requests by state 電子檔申請清單",
)
async def listed(
    desk: AtDesk,
    paging: Paged,
    state: Annotated[State | None, Query(description="All of them when left out.")] = None,
) -> Page[FileRequestOut]:
    """Oldest first; without contact data."""
    async with desk.looking() as connection:
        select = f"{_SELECT} where $1::text is null or r.state = $1"
        rows, cursor = await page(
            connection, paging, select, (state,), "requested_at", "request_id"
        )
    return Page(items=[FileRequestOut(**row) for row in rows], next_cursor=cursor)


@router.get(
    "/file-requests/{request_id}",
    response_model=FileRequestWhole,
    responses=problems(_404="FILE_REQUEST_UNKNOWN"),
    summary="One request with its contact data 單一電子檔申請",
)
async def one(desk: AtDesk, request_id: str) -> FileRequestWhole:
    """For whoever sends the file; reading it is noted."""
    async with desk.deciding() as connection:
        row = await connection.fetchrow(f"{_SELECT} where r.request_id = $1", request_id)
        if row is None:
            raise Problem(404, "FILE_REQUEST_UNKNOWN", "沒有這件電子檔申請。")
        await desk.note(connection, "file-request.read", request_id)
    contact = contact_of(desk.house.sealer, row, request_id)
    return FileRequestWhole(**row, contact=contact)


@router.post(
    "/file-requests/{request_id}/done",
    response_model=FileRequestOut,
    responses=problems(_404="FILE_REQUEST_UNKNOWN", _409="FILE_REQUEST_ENDED"),
    summary="The file was sent by e-mail 已寄送",
)
async def done(desk: AtDesk, request_id: str) -> FileRequestOut:
    return await _ended(desk, request_id, "done")


@router.post(
    "/file-requests/{request_id}/refuse",
    response_model=FileRequestOut,
    responses=problems(_404="FILE_REQUEST_UNKNOWN", _409="FILE_REQUEST_ENDED"),
    summary="It will not be sent 不予提供",
)
async def refuse(desk: AtDesk, request_id: str) -> FileRequestOut:
    return await _ended(desk, request_id, "refused")


async def _ended(desk: Desk, request_id: str, state: State) -> FileRequestOut:
    async with desk.deciding() as connection:
        changed = await connection.execute(
            "update notify.file_requests set state = $2, done_at = $3, done_by = $4"
            " where request_id = $1 and state = 'open'",
            request_id,
            state,
            desk.now,
            desk.caller.key_id,
        )
        row = await connection.fetchrow(f"{_SELECT} where r.request_id = $1", request_id)
        if row is None:
            raise Problem(404, "FILE_REQUEST_UNKNOWN", "沒有這件電子檔申請。")
        if changed == "UPDATE 0":
            raise Problem(409, "FILE_REQUEST_ENDED", "這件電子檔申請已經處理過。")
        await desk.note(connection, f"file-request.{state}", request_id)
    return FileRequestOut(**row)
