"""Links, videos, questions and answers: what the bot shows, kept by the agency."""

import secrets
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from claims.layouts import PROGRAMMES
from pipeline.http_problems import Problem
from services.notify.api_desk import AtDesk
from services.notify.api_problems import problems
from services.notify.api_words import OneLine, Prose
from services.notify.database import Connection

router = APIRouter(prefix="/v1", tags=["contents 內容"])
Kind = Literal["link", "video", "answer"]
Https = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^(https://[A-Za-z0-9\-._~%:/?#\[\]@!$&'()*+,;=]{3,})?$",
        description="https only; empty: none.",
    ),
]
Programme = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(PROGRAMMES)})?$",
        description=f"{', '.join(PROGRAMMES)}; empty: all.",
    ),
]
_COLUMNS = (
    "content_id, kind, programme, title, body, url, position, is_published, changed_at, changed_by"
)


class ContentIn(BaseModel):
    kind: Kind
    programme: Programme = ""
    title: OneLine = Field(min_length=1, max_length=60, description="A button shows 20 characters.")
    body: Prose = Field("", max_length=1500, description="The answer; a sentence about a link.")
    url: Https = ""
    position: int = Field(0, ge=0, le=9999, description="Order within the kind; small ones first.")
    is_published: bool = Field(False, description="False: nobody but the agency sees it.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.title:
            raise ValueError("a title needs words")
        if self.kind == "answer" and not self.body:
            raise ValueError("an answer needs a body")
        if self.kind != "answer" and not self.url:
            raise ValueError("a link or a video needs a url")
        return self


class ContentOut(BaseModel):
    content_id: str
    kind: Kind
    programme: str
    title: str
    body: str
    url: str
    position: int
    is_published: bool
    changed_at: datetime
    changed_by: str = Field(description="key_id of the agency's key.")


class ContentsOut(BaseModel):
    items: list[ContentOut]


@router.get(
    "/contents",
    response_model=ContentsOut,
    responses=problems(),
    summary="Links, videos and answers in their order 內容清單",
)
async def listed(
    desk: AtDesk,
    kind: Annotated[Kind | None, Query(description="All kinds when left out.")] = None,
) -> ContentsOut:
    async with desk.looking() as connection:
        rows = await connection.fetch(
            f"select {_COLUMNS} from notify.contents where $1::text is null or kind = $1"
            " order by kind, position, content_id",
            kind,
        )
    return ContentsOut(items=[ContentOut(**row) for row in rows])


@router.post(
    "/contents",
    status_code=201,
    response_model=ContentOut,
    responses=problems(),
    summary="Add one 新增內容",
)
async def add(desk: AtDesk, content: ContentIn) -> ContentOut:
    content_id = "k" + secrets.token_hex(12)
    async with desk.deciding() as connection:
        await connection.execute(
            "insert into notify.contents (kind, programme, title, body, url, position,"
            " is_published, changed_at, changed_by, content_id)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            *_values(content),
            desk.now,
            desk.caller.key_id,
            content_id,
        )
        await desk.note(connection, "content.add", content_id)
        return await _one(connection, content_id)


@router.put(
    "/contents/{content_id}",
    response_model=ContentOut,
    responses=problems(_404="CONTENT_UNKNOWN"),
    summary="Write it anew: words, place, published or not 修改內容",
)
async def change(desk: AtDesk, content_id: str, content: ContentIn) -> ContentOut:
    async with desk.deciding() as connection:
        await connection.execute(
            "update notify.contents set kind = $1, programme = $2, title = $3, body = $4,"
            " url = $5, position = $6, is_published = $7, changed_at = $8, changed_by = $9"
            " where content_id = $10",
            *_values(content),
            desk.now,
            desk.caller.key_id,
            content_id,
        )
        changed = await _one(connection, content_id)
        await desk.note(connection, "content.change", content_id)
    return changed


@router.delete(
    "/contents/{content_id}",
    status_code=204,
    responses=problems(_404="CONTENT_UNKNOWN"),
    summary="Take it away 刪除內容",
)
async def remove(desk: AtDesk, content_id: str) -> None:
    """A button of an older message then says that the content is being revised."""
    async with desk.deciding() as connection:
        await _one(connection, content_id)
        await connection.execute("delete from notify.contents where content_id = $1", content_id)
        await desk.note(connection, "content.remove", content_id)


async def _one(connection: Connection, content_id: str) -> ContentOut:
    row = await connection.fetchrow(
        f"select {_COLUMNS} from notify.contents where content_id = $1", content_id
    )
    if row is None:
        raise Problem(404, "CONTENT_UNKNOWN", "沒有這則內容。")
    return ContentOut(**row)


def _values(content: ContentIn) -> tuple[object, ...]:
    return (
        content.kind,
        content.programme,
        content.title,
        content.body,
        content.url,
        content.position,
        content.is_published,
    )
