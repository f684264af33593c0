"""Works through the inbox: one event of a user at a time, in the order they happened.

An event's effects, its end and the answer it is to get are one transaction; the answer is said
right after it. A process that dies between the two leaves the answer behind, and the next one
finds it: a reply token works once, so it cannot be said twice.
"""

import asyncio
from datetime import UTC, datetime

import asyncpg
from asyncpg import Record

from pipeline.clock import Clock
from pipeline.logs import Log
from pipeline.postgres import Pool
from pipeline.sealing import Sealer
from services.notify import outbox
from services.notify.conversation import Turn, turn
from services.notify.database import Connection
from services.notify.effecting import Effecting, meet
from services.notify.knowing import know
from services.notify.saying import Saying, Unsaid, is_in_time
from services.notify.settings import ServeSettings
from services.notify.webhook_events import Event, read_event

# Users whose events are handled at once; so many of them may use the database, which the webhook
# needs first.
AT_ONCE, AT_DATABASE = 16, 3
POLL_S, BUSY_S = 1.0, 0.2
_OUTAGES = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)
# Says nothing about the event: it is taken up again.
_NOT_ITS_FAULT = (
    *_OUTAGES,
    asyncpg.TransactionRollbackError,  # a deadlock
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
_LOCK = 7_244_005
_USERS = """
select user_id from notify.webhook_events where done_at is null and user_id <> all($1)
group by user_id order by min(timestamp_ms) limit $2
"""
_NEXT = """
select webhook_event_id, body_sealed, received_at from notify.webhook_events
where user_id = $1 and done_at is null order by timestamp_ms, webhook_event_id limit 1 for update
"""
_DONE = """
update notify.webhook_events set done_at = $2, outcome = $3, body_sealed = '', answer_sealed = $4
where webhook_event_id = $1
"""


class TakenElsewhere(Exception):
    """Another process is at this user."""


class Answering:
    """The worker beside the webhook, in the same process; several processes share the inbox."""

    def __init__(
        self,
        pool: "Pool[Record]",
        settings: ServeSettings,
        sealer: Sealer,
        saying: Saying,
        clock: Clock,
        log: Log,
    ) -> None:
        self._pool, self._settings, self._sealer = pool, settings, sealer
        self._saying, self._clock, self._log = saying, clock, log
        self._woken = asyncio.Event()
        self._database = asyncio.Semaphore(AT_DATABASE)
        self._busy: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """There may be work."""
        self._woken.set()

    async def work_for_ever(self) -> None:
        """Cancel it to end; what was begun is rolled back, or finished by the next process."""
        try:
            await self._say_what_was_left(everything=True)
            while True:
                self._woken.clear()
                begun = await self._begin()
                if begun == 0 or len(self._busy) >= AT_ONCE:
                    await self._rest()
        finally:
            for task in self._busy.values():
                task.cancel()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self._woken.wait()
        except TimeoutError:
            await self._say_what_was_left(everything=False)

    async def _say_what_was_left(self, everything: bool) -> None:
        try:
            await self._saying.say_what_was_left(self._now(), everything)
        except (*_OUTAGES, asyncpg.PostgresError) as bad:
            self._log("answers not read", reason=type(bad).__name__)

    async def _begin(self) -> int:
        """Start on users nobody is at; how many."""
        free = AT_ONCE - len(self._busy)
        if free <= 0:
            return 0
        try:
            rows = await self._pool.fetch(_USERS, list(self._busy), free)
        except (*_OUTAGES, asyncpg.PostgresError) as bad:
            self._log("inbox not read", reason=type(bad).__name__)
            return 0
        for row in rows:
            user: str = row["user_id"]
            self._busy[user] = asyncio.create_task(self._serve(user))
        return len(rows)

    async def _serve(self, user: str) -> None:
        """Everything that waits of one user, each answer said before the next event is read."""
        try:
            more = True
            while more:
                async with self._database:
                    more, unsaid = await self._handle_next(user)
                if unsaid is not None:
                    await self._saying.say(unsaid, self._now())
        except TakenElsewhere:
            await self._clock.sleep(BUSY_S)
        except (*_OUTAGES, asyncpg.PostgresError) as bad:
            self._log("event not handled", reason=type(bad).__name__)
            await self._clock.sleep(POLL_S)
        finally:
            self._busy.pop(user, None)
            self.wake()

    async def _handle_next(self, user: str) -> tuple[bool, Unsaid | None]:
        """Whether there may be more, and what is to be said now."""
        async with self._pool.acquire() as connection, connection.transaction():
            free = "select pg_try_advisory_xact_lock($1, hashtext($2))"
            if not await connection.fetchval(free, _LOCK, user):
                raise TakenElsewhere
            row = await connection.fetchrow(_NEXT, user)
            if row is None:
                return False, None
            return True, await self._handle(connection, row)

    async def _handle(self, connection: Connection, row: Record) -> Unsaid | None:
        name, now = row["webhook_event_id"], self._now()
        try:
            # A transaction of its own: what half of the effects changed goes, the rest stays.
            async with connection.transaction():
                event = read_event(self._sealer.open(row["body_sealed"], name))
                took = await self._take(connection, event, now)
                unsaid = await self._to_say(connection, event, took, row["received_at"], now)
        except _NOT_ITS_FAULT:
            raise
        except Exception as bad:
            # An event that cannot be handled must not hold up what its user does next.
            self._log("event set aside", reason=type(bad).__name__, name=name)
            await connection.execute(_DONE, name, now, f"failed/{type(bad).__name__}", None)
            return None
        outcome = took.outcome
        if event.type == "unsend":
            # Remembered: the message itself may still be on its way here.
            outcome = f"unsent/{event.unsend.message_id}"
        sealed = None if unsaid is None else unsaid.sealed(self._sealer)
        await connection.execute(_DONE, name, now, outcome, sealed)
        return unsaid

    async def _take(self, connection: Connection, event: Event, now: datetime) -> Turn:
        if not event.user_id:
            return Turn("not a user")
        await meet(connection, event)
        took = turn(event, await know(connection, self._settings, event, now))
        effecting = Effecting(connection, self._settings, self._sealer, now)
        for effect in took.effects:
            await effecting.carry_out(event, effect)
        return took

    async def _to_say(
        self,
        connection: Connection,
        event: Event,
        took: Turn,
        received_at: datetime,
        now: datetime,
    ) -> Unsaid | None:
        """What goes by the reply token now; too late for it, what matters becomes a push."""
        if not took.answers:
            return None
        if is_in_time(event, received_at, now):
            return Unsaid.of(event, took)
        if took.matters:
            await outbox.queue_answer(
                connection, self._sealer, event.user_id, "", took.answers, now
            )
        return None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
