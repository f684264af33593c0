"""Which day a submission is received on (R-2), and which days are closed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from claims.periods import date_of
from pipeline.clock import Clock
from services.ingest.database import Connection
from services.ingest.names import DAY_LOCK
from services.ingest.submissions import day_number

TAIPEI_MS = 8 * 3_600_000  # UTC+8 all year since 1980
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Calendar:
    """``after_last_closed``: demo and tests, where a day lasts until somebody closes it."""

    clock: Clock
    after_last_closed: bool = False

    def today(self) -> int:
        """The day in Taipei."""
        return (self.clock.now_ms() + TAIPEI_MS) // DAY_MS

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)

    async def receive(self, connection: Connection) -> int:
        """The day for a submission that is accepted in the open transaction.

        Shares the day lock until the transaction ends: a day cannot begin to close between this
        answer and the commit, so nothing is ever received on a day that is closed.
        """
        await connection.execute("select pg_advisory_xact_lock_shared($1)", DAY_LOCK)
        return await self.open_day(connection)

    async def open_day(self, connection: Connection) -> int:
        """The day that something accepted at this moment would get."""
        last = await last_day(connection)
        if last is None:
            return self.today()
        return last + 1 if self.after_last_closed else max(self.today(), last + 1)


async def last_day(connection: Connection) -> int | None:
    """The last day that is closed or being closed; None before the first."""
    day = await connection.fetchval("select max(day) from ingest.days_closed")
    return None if day is None else day_number(day)


async def closing_day(connection: Connection) -> int | None:
    """The day whose closing was begun and not finished; None when there is none."""
    day = await connection.fetchval("select day from ingest.days_closed where closed_at is null")
    return None if day is None else day_number(day)


async def begin_closing(connection: Connection, day: int) -> None:
    """From its commit on nothing is received on ``day`` any more."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", DAY_LOCK)
        await connection.execute(
            "insert into ingest.days_closed (day) values ($1) on conflict do nothing", date_of(day)
        )


async def finish_closing(connection: Connection, day: int) -> None:
    await connection.execute(
        "update ingest.days_closed set closed_at = clock_timestamp() where day = $1", date_of(day)
    )
