"""What the HTTP service keeps while it runs; every route finds it at ``app.state.house``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from asyncpg import Record
from fastapi import Request

from pipeline.clock import Clock, SystemClock
from pipeline.logs import Log
from pipeline.metrics import Meter, Metric
from pipeline.postgres import Pool
from pipeline.sealing import Sealer
from services.notify.answering import Answering
from services.notify.database import opened
from services.notify.first_contents import fill
from services.notify.line_calls import line_calls
from services.notify.line_client import LineClient
from services.notify.mail_links import Links
from services.notify.saying import Saying
from services.notify.settings import ServeSettings
from services.notify.webhook_inbox import Inbox

WEBHOOK_REQUESTS = Metric(
    "line_webhook_requests_total", "counter", ("outcome",), "Requests of the webhook."
)
WEBHOOK = (WEBHOOK_REQUESTS,)


class House:
    """``meter`` counts what WEBHOOK registers."""

    def __init__(
        self,
        settings: ServeSettings,
        pool: "Pool[Record]",
        line: LineClient,
        clock: Clock,
        meter: Meter,
        log: Log,
    ) -> None:
        self.settings, self.pool, self.line = settings, pool, line
        self.clock, self.log, self._meter = clock, log, meter
        self.sealer = Sealer(settings.seal_key, settings.seal_key_id)
        self.links = Links(settings.public_url, settings.link_key)
        secrets = (settings.line_channel_secret, settings.line_channel_secret_before)
        self.channel_secrets = tuple(filter(None, secrets))
        saying = Saying(pool, line, self.sealer, clock, log)
        self.answering = Answering(pool, settings, self.sealer, saying, clock, log)
        self.inbox = Inbox(pool, self.answering.wake)
        self._tasks: list[asyncio.Task[None]] = []

    def health(self) -> tuple[bool, str]:
        """Whether neither of the two workers has ended, and a word."""
        is_working = all(not task.done() for task in self._tasks)
        return is_working, "ok" if is_working else "stuck"

    async def readiness(self) -> tuple[bool, str]:
        """Whether the database answers, and a word."""
        try:
            async with asyncio.timeout(5), self.pool.acquire() as connection:
                await connection.fetchval("select 1")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as bad:
            return False, type(bad).__name__
        return True, "ready"

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Within: the writer of the inbox and the worker that answers."""
        work = (self.inbox.write_for_ever(), self.answering.work_for_ever())
        self._tasks = [asyncio.create_task(each) for each in work]
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def count_webhook(self, outcome: str) -> None:
        self._meter.add(WEBHOOK_REQUESTS, 1, outcome)

    def now(self) -> datetime:
        """By the clock of the house; aware, UTC."""
        return datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)


@asynccontextmanager
async def open_house(settings: ServeSettings, meter: Meter, log: Log) -> AsyncIterator[House]:
    """With its workers running."""
    pool = await opened(settings.database_url, settings.database_connections)
    async with pool.acquire() as connection:
        await fill(connection)
    client = LineClient(
        settings.line_channel_token,
        line_calls(pool, log),
        base_url=settings.line_base_url,
        timeout_s=settings.line_timeout_s,
    )
    try:
        async with client as line:
            house = House(settings, pool, line, SystemClock(), meter, log)
            async with house.working():
                yield house
    finally:
        pool.terminate()


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house
