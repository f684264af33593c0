"""What the sender does, step by step and for ever."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from asyncpg import Record

from pipeline.errors import BrokerUnavailable
from pipeline.http import Probe
from pipeline.logs import Log
from pipeline.metrics import Meter
from pipeline.postgres import Pool
from pipeline.producer import Producer
from services.notify import delivering_rules as rules
from services.notify import sender_metrics as metrics
from services.notify.budget import Budget, reconcile
from services.notify.business_clock import BusinessClock
from services.notify.delivering import Claimed, Delivering
from services.notify.line_client import LineClient
from services.notify.news import Post, due_news
from services.notify.preparing import AT_ONCE, Preparing
from services.notify.relay import Relay

LOOK_S, NEWS_S, GAUGES_S, BROKER_AWAY_S = 0.25, 1.0, 5.0, 5.0


class Stopping:
    """Set once; until then it paces the loops."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def stop(self) -> None:
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    async def pause(self, seconds: float) -> None:
        """So long, or until it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)


class Sender:
    """Its parts, and the steps that tests take one by one."""

    def __init__(
        self, pool: "Pool[Record]", clock: BusinessClock, preparing: Preparing,
        delivering: Delivering, budget: Budget, line: LineClient, post: Post, at_once: int,
        meter: Meter, probe: Probe, log: Log,
    ) -> None:  # fmt: skip
        self._pool, self._clock = pool, clock
        self._preparing, self._delivering = preparing, delivering
        self._budget, self._line, self._post = budget, line, post
        self._at_once, self._meter, self._probe, self._log = at_once, meter, probe, log

    async def prepare(self) -> int:
        """Make the digests that are ripe; how many."""
        async with self._pool.acquire() as connection:
            moment = await self._clock.now(connection)
            made = await self._preparing.prepare(connection, moment)
        self._meter.add(metrics.DIGESTS, made)
        return made

    async def send_news(self) -> int:
        """Make deliveries of the news that is due; how many pieces."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await due_news(connection, self._post, await self._clock.now(connection))

    async def deliver(self) -> int:
        """Everything that may be called for now, and what that leads to; how many calls."""
        running: set[asyncio.Task[None]] = set()
        calls = 0
        while True:
            calls += await self._fill(running)
            if not running:
                return calls
            # A call's end may have made more: another channel, or the same again.
            await _some_done(running, None)

    async def _fill(self, running: "set[asyncio.Task[None]]") -> int:
        """Begin calls until nothing waits or as many run as may at once; how many."""
        began = 0
        while len(running) < self._at_once:
            claimed, was_there = await self._delivering.claim()
            self._probe.progressed()
            if claimed is not None:
                running.add(asyncio.create_task(self._call(claimed)))
                began += 1
            elif not was_there:
                break
        return began

    async def _call(self, claimed: Claimed) -> None:
        step = await self._delivering.call(claimed)
        if step is None:
            self._log("delivery was taken over", name=claimed.letter.delivery_id)
            return
        channel = claimed.called.channel
        if step.state == rules.READY:
            self._meter.add(metrics.CALLS_AGAIN, 1, channel, step.reason)
        else:
            self._meter.add(metrics.DELIVERIES, 1, channel, step.state)
        if step.state == rules.PARKED:
            self._log("delivery parked", name=claimed.letter.delivery_id, reason=step.reason)

    async def reconcile(self) -> bool:
        """Ask LINE for the month's count; False when it did not answer."""
        async with self._pool.acquire() as connection:
            moment = await self._clock.now(connection)
            asked = await reconcile(
                connection, self._line, moment.month, moment.at, self._budget.limits.counted_after_s
            )
            metrics.show_budget(self._meter, await self._budget.now(connection, moment.month))
        return asked

    async def prepare_for_ever(self, stopping: Stopping) -> None:
        while not stopping.is_set:
            if await self.prepare() < AT_ONCE:
                await stopping.pause(LOOK_S)

    async def news_for_ever(self, stopping: Stopping) -> None:
        while not stopping.is_set:
            await self.send_news()
            await stopping.pause(NEWS_S)

    async def deliver_for_ever(self, stopping: Stopping) -> None:
        """What is on its way when it is time to stop is waited for."""
        running: set[asyncio.Task[None]] = set()
        while not stopping.is_set:
            await self._fill(running)
            if len(running) < self._at_once:
                await stopping.pause(LOOK_S)
            await _some_done(running, 0 if len(running) < self._at_once else LOOK_S)
        while running:
            await _some_done(running, None)

    async def reconcile_for_ever(self, stopping: Stopping, every_s: float) -> None:
        while not stopping.is_set:
            await self.reconcile()
            await stopping.pause(every_s)

    async def gauges_for_ever(self, stopping: Stopping) -> None:
        while not stopping.is_set:
            async with self._pool.acquire() as connection:
                moment = await self._clock.now(connection)
                metrics.show_budget(self._meter, await self._budget.now(connection, moment.month))
            await metrics.look_at_queues(self._pool, self._meter, moment)
            await stopping.pause(GAUGES_S)


async def _some_done(running: "set[asyncio.Task[None]]", wait_s: float | None) -> None:
    """Take out those that have ended, waiting for one; raises what it raised."""
    if not running:
        return
    done, _ = await asyncio.wait(running, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    running -= done
    for task in done:
        task.result()


async def relay_for_ever(
    pool: "Pool[Record]", brokers: str, partitions: int, now: Callable[[], datetime],
    meter: Meter, log: Log, stopping: Stopping,
) -> None:  # fmt: skip
    """Brokers that are away hold up the facts, not the messages to people."""

    async def pause() -> None:
        if stopping.is_set:
            raise asyncio.CancelledError
        await stopping.pause(LOOK_S)

    def count(published: int) -> None:
        meter.add(metrics.PUBLISHED, published)

    while not stopping.is_set:
        try:
            async with Producer(brokers) as producer:
                await Relay(pool, producer, partitions, now, count, log).run(pause)
        except BrokerUnavailable as away:
            log("broker away", reason=str(away))
            await stopping.pause(BROKER_AWAY_S)
