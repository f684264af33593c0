"""Closing days: the end of a day follows everything received on it, in every partition."""

from asyncpg import Record

from claims.events import DayClosed
from claims.periods import iso_text
from pipeline.postgres import Pool
from services.ingest.calendar import (
    Calendar,
    begin_closing,
    closing_day,
    finish_closing,
    last_day,
)
from services.ingest.database import PATIENT_S, Connection
from services.ingest.intake import Intake
from services.ingest.names import CLOSING_LOCK
from services.ingest.outbound import DAY_TOPICS

KEY = b"day-closed"  # a day end concerns no facility


class CannotClose(Exception):
    """The day may not be closed; the text says why."""


class Closing:
    """One close-day runs at a time; a second one waits for the first."""

    def __init__(self, pool: "Pool[Record]", intake: Intake, calendar: Calendar) -> None:
        self._pool, self._intake, self._calendar = pool, intake, calendar

    async def close(self, day: int) -> list[int]:
        """Close every day up to ``day``, one after the other; the very first may be any day.

        Returns the days closed; none when ``day`` was the last one closed. May be repeated after a
        crash: day ends that left twice are dropped by validate. Raises CannotClose.
        """
        async with self._pool.acquire() as connection:
            await connection.execute("select pg_advisory_lock($1)", CLOSING_LOCK, timeout=PATIENT_S)
            try:
                return [
                    await self._close(connection, one) for one in await self._days(connection, day)
                ]
            finally:
                await connection.execute("select pg_advisory_unlock($1)", CLOSING_LOCK)

    async def _days(self, connection: Connection, day: int) -> list[int]:
        if not self._calendar.after_last_closed and day >= self._calendar.today():
            raise CannotClose(
                f"{iso_text(day)} is not over yet: yesterday is the last day to close"
            )
        unfinished = await closing_day(connection)
        last = await last_day(connection)
        if unfinished is not None:
            if day < unfinished:
                raise CannotClose(f"{iso_text(unfinished)} is half closed: close it first")
            return list(range(unfinished, day + 1))
        if last is None:
            return [day]
        if day < last:
            raise CannotClose(f"{iso_text(last)} is closed already, and days before it")
        return list(range(last + 1, day + 1))

    async def _close(self, connection: Connection, day: int) -> int:
        await begin_closing(connection, day)
        # Nothing new gets this day now; what has it, by us or by another process, is waited for.
        await self._intake.resume(until=day, wait=True)
        outbound = self._intake.outbound
        event = DayClosed(f"day-closed/{iso_text(day)}", day)
        for topic in DAY_TOPICS:
            await outbound.settle(await outbound.send_to_all(topic, KEY, event))
        await finish_closing(connection, day)
        return day
