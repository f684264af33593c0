"""notify.facts to topic reminders, in order, at least once: one process at a time."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from asyncpg import Record

from pipeline.logs import Log
from pipeline.postgres import Pool
from pipeline.producer import Sent, partition_of
from services.notify.database import Connection

TOPIC = "reminders"
# Any number that nobody else uses as an advisory lock in this database.
_LOCK = 7_244_051
_MOST = 500
_WAITING = """
select number, key, value from notify.facts where published_at is null order by number limit $1
"""
_PUBLISHED = "update notify.facts set published_at = $2 where number = any ($1)"


class Sends(Protocol):
    """What the relay asks of pipeline.producer.Producer."""

    async def send(self, topic: str, partition: int, key: bytes, value: bytes) -> Sent: ...


async def relay_some(connection: Connection, producer: Sends, partitions: int, at: datetime) -> int:
    """Publish the oldest facts that wait; how many. A crash between the two publishes them again.

    Raises BrokerUnavailable.
    """
    rows = await connection.fetch(_WAITING, _MOST)
    sent = []
    for row in rows:
        key: bytes = row["key"].encode()
        where = partition_of(key, partitions)
        sent.append(await producer.send(TOPIC, where, key, row["value"]))
    for one in sent:
        await one.wait()
    await connection.execute(_PUBLISHED, [row["number"] for row in rows], at)
    return len(rows)


class Relay:
    """``count`` hears how many facts were published."""

    def __init__(
        self, pool: "Pool[Record]", producer: Sends, partitions: int,
        now: Callable[[], datetime], count: Callable[[int], None], log: Log,
    ) -> None:  # fmt: skip
        self._pool, self._producer, self._partitions = pool, producer, partitions
        self._now, self._count, self._log = now, count, log

    async def run(self, pause: Callable[[], Awaitable[Any]]) -> None:
        """Until cancelled: the one that holds the lock publishes, the others wait for it."""
        async with self._pool.acquire() as connection:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
                await pause()
            # Given back with the connection: the pool unlocks what its users leave locked.
            self._log("relay begins")
            while True:
                done = await relay_some(connection, self._producer, self._partitions, self._now())
                self._count(done)
                if done < _MOST:
                    await pause()
