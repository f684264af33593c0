"""Pages of a list: a limit, and an opaque cursor that names the last row of the page before."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from asyncpg import Record
from fastapi import Depends, Query
from pydantic import BaseModel, Field

from pipeline.http_problems import Problem
from services.notify.database import Connection

T = TypeVar("T", bound=BaseModel)
MOST = 200


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(
        description="Pass as `cursor` for the next page; null at the end."
    )


class Paging(NamedTuple):
    limit: int
    after: tuple[datetime, str] | None


def paging_of(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows of one page at most.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=200, description="`next_cursor` of the page before.")
    ] = None,
) -> Paging:
    """Raises Problem 422."""
    return Paging(limit, None if cursor is None else _read(cursor))


Paged = Annotated[Paging, Depends(paging_of)]


async def page(
    connection: Connection, paging: Paging, select: str, args: tuple[Any, ...], at: str, id: str
) -> tuple[Sequence[Record], str | None]:
    """The rows of ``select`` in the order of the columns ``at`` and ``id``, oldest first, and the
    cursor of the next page."""
    first, second = len(args) + 1, len(args) + 2
    rows = await connection.fetch(
        f"select * from ({select}) as listed"
        f" where ${first}::timestamptz is null or ({at}, {id}) > (${first}, ${second}::text)"
        f" order by {at}, {id} limit {paging.limit + 1}",
        *args,
        *(paging.after or (None, None)),
    )
    if len(rows) <= paging.limit:
        return rows, None
    last = rows[paging.limit - 1]
    return rows[: paging.limit], _text(last[at], last[id])


def _text(at: datetime, id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), id]).encode()).decode()


def _read(cursor: str) -> tuple[datetime, str]:
    try:
        at, id = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        when = datetime.fromisoformat(at)
    except (ValueError, TypeError):
        raise Problem(422, "CURSOR_INVALID", "cursor 不是本系統給的值。") from None
    if not isinstance(id, str) or when.tzinfo is None:
        raise Problem(422, "CURSOR_INVALID", "cursor 不是本系統給的值。")
    return when, id
