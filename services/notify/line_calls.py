"""LINE gives out no logs: every call is kept, with what LINE calls it.

source: line-bot.md section 3, Sending and retrying, row Keep.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncpg
from asyncpg import Record

from pipeline.logs import Log
from pipeline.postgres import Pool

# Without waiting for the disk: a record of what was done, not a promise, and there are many.
_INSERT = """
insert into notify.line_calls (method, endpoint, status, request_id, delivery_id, took_ms)
select $1, $2, $3::integer, $4, $5, $6::integer
from (select set_config('synchronous_commit', 'off', true)) as soon
"""


class LineCall(NamedTuple):
    """A row of notify.line_calls. ``endpoint`` is a path template: no user id, no menu id."""

    method: str
    endpoint: str
    status: int  # 0: no answer
    request_id: str
    delivery_id: str | None
    took_ms: int


Recorder = Callable[[LineCall], Awaitable[None]]


def line_calls(pool: "Pool[Record]", log: Log) -> Recorder:
    """Keeps calls in notify.line_calls.

    A call happened whether or not the database was there: without it the call goes to the log, and
    the caller learns LINE's answer all the same.
    """

    async def record(call: LineCall) -> None:
        try:
            await pool.execute(_INSERT, *call)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            log("line call not kept", path=call.endpoint, status=call.status, name=call.request_id)

    return record
