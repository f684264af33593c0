"""The group commit of the inbox, on a database that only remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest

from pipeline.errors import StoreUnavailable
from services.notify.webhook_inbox import Inbox, Kept


class Remembering:
    """Stands for a pool and its connection; ``broken``: the next statement fails."""

    def __init__(self) -> None:
        self.statements: list[list[str]] = []
        self.broken = False
        self.gate = asyncio.Event()
        self.gate.set()

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["Remembering"]:
        yield self

    async def execute(self, _: str, names: list[str], *columns: list[Any]) -> None:
        await self.gate.wait()
        if self.broken:
            self.broken = False
            raise ConnectionResetError
        self.statements.append(names)


@asynccontextmanager
async def an_inbox(pool: Remembering) -> AsyncIterator[tuple[Inbox, list[int]]]:
    woken: list[int] = []
    inbox = Inbox(cast(Any, pool), lambda: woken.append(1))
    writer = asyncio.create_task(inbox.write_for_ever())
    try:
        yield inbox, woken
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer


def a_row(name: str) -> Kept:
    return Kept(name, "U1", "message", 1, False, b"x")


async def test_requests_that_come_together_are_one_statement() -> None:
    pool = Remembering()
    async with an_inbox(pool) as (inbox, woken):
        await asyncio.gather(*(inbox.keep([a_row(str(no))]) for no in range(50)))
        (names,) = pool.statements
        assert names == [str(no) for no in range(50)] and woken == [1]


async def test_nothing_is_promised_before_the_commit() -> None:
    pool = Remembering()
    async with an_inbox(pool) as (inbox, _):
        pool.gate.clear()
        waiting = asyncio.create_task(inbox.keep([a_row("1")]))
        done, _pending = await asyncio.wait([waiting], timeout=0.05)
        assert not done
        pool.gate.set()
        await waiting


async def test_a_failed_commit_is_told_to_everybody_in_it_and_the_next_one_works() -> None:
    pool = Remembering()
    async with an_inbox(pool) as (inbox, _):
        pool.broken = True
        outcomes = await asyncio.gather(
            *(inbox.keep([a_row(str(no))]) for no in range(3)), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
        await inbox.keep([a_row("later")])
        assert pool.statements == [["later"]]


async def test_a_sender_that_hangs_up_disturbs_nobody() -> None:
    pool = Remembering()
    async with an_inbox(pool) as (inbox, _):
        gone = asyncio.create_task(inbox.keep([a_row("1")]))
        stays = asyncio.create_task(inbox.keep([a_row("2")]))
        await asyncio.sleep(0)
        gone.cancel()
        await stays
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert pool.statements == [["1", "2"]]


async def test_no_events_need_no_database() -> None:
    pool = Remembering()
    async with an_inbox(pool) as (inbox, _):
        await inbox.keep([])
        assert pool.statements == []
