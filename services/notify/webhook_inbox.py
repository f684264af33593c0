"""The inbox of the webhook: every event once, on disk before LINE hears 200."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import asyncpg
from asyncpg import Record

from pipeline.errors import StoreUnavailable
from pipeline.postgres import Pool
from pipeline.sealing import Sealer
from services.notify.webhook_events import Event

# Requests that arrive while a commit is on its way, and for so long after it, share the next one.
GATHER_S = 0.004
MOST = 500
_INSERT = """
insert into notify.webhook_events
    (webhook_event_id, user_id, kind, timestamp_ms, is_redelivery, body_sealed)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::bytea[])
on conflict do nothing
"""


class Kept(NamedTuple):
    """A row of notify.webhook_events."""

    webhook_event_id: str
    user_id: str
    kind: str
    timestamp_ms: int
    is_redelivery: bool
    body_sealed: bytes


def to_keep(event: Event, raw: bytes, sealer: Sealer) -> Kept:
    """The event as it came, sealed and bound to its id."""
    name = event.webhook_event_id
    sealed = sealer.seal(raw, name)
    again = event.delivery_context.is_redelivery
    return Kept(name, event.user_id, event.type, event.timestamp, again, sealed)


class Inbox:
    """Group commit: requests that come together are one statement and one commit.

    One writer at a time keeps the database calm; a request waits for one or two commits at most.
    """

    def __init__(self, pool: "Pool[Record]", wake: Callable[[], None]) -> None:
        """``wake`` is called after each commit: there may be work."""
        self._pool, self._wake = pool, wake
        self._waiting: list[tuple[list[Kept], asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()

    async def keep(self, rows: list[Kept]) -> None:
        """Returns when they are committed; one that was there before is no news.

        Raises StoreUnavailable: nothing was promised, LINE or its sender may come again.
        """
        if not rows:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        self._arrived.set()
        await done

    async def write_for_ever(self) -> None:
        """The one writer; cancel it to end."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(GATHER_S)
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not self._waiting:
                self._arrived.clear()
            problem = await self._write([row for rows, _ in batch for row in rows])
            for _, done in batch:
                # A sender that hung up has cancelled its future.
                with suppress(asyncio.InvalidStateError):
                    done.set_exception(problem) if problem else done.set_result(None)
            self._wake()

    async def _write(self, rows: list[Kept]) -> StoreUnavailable | None:
        try:
            async with self._pool.acquire() as connection:
                await connection.execute(_INSERT, *map(list, zip(*rows, strict=True)))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as bad:
            return StoreUnavailable(type(bad).__name__)
        return None
