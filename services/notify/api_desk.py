"""What a route of the agency's API works with: who is calling, a connection, and the house."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from claims.reminder_events import Reminders
from pipeline.codec import Codec
from pipeline.http_problems import Problem
from pipeline.schemas import Schemas
from services.notify import decisions, keys
from services.notify.budget import Budget, Limits
from services.notify.business_clock import AfterLastClosed, BusinessClock, CalendarClock
from services.notify.database import SCHEMAS, Connection
from services.notify.house import House, house_of
from services.notify.keys import Caller
from services.notify.settings import ServeSettings

# By the clock of a demo it is always this time of day.
_NOON = 12 * 60


class Office:
    """What the API keeps while it runs, besides the house."""

    def __init__(self, settings: ServeSettings) -> None:
        self.doorkeeper = keys.doorkeeper()
        self.budget = Budget(Limits(settings.line_budget, settings.line_reserve))
        self.codec = Codec(Schemas.read(SCHEMAS), (Reminders,))


class Desk:
    """One request of the agency."""

    def __init__(self, house: House, office: Office, caller: Caller) -> None:
        self.house, self.office, self.caller = house, office, caller
        self.now: datetime = house.now()
        follows = house.settings.business_day
        self.calendar: BusinessClock = (
            AfterLastClosed(house.clock, _NOON) if follows else CalendarClock(house.clock)
        )

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[Connection]:
        async with self.house.pool.acquire() as connection:
            yield connection

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[Connection]:
        """A transaction: what a decision changes and the line about it stand or fall together."""
        async with self.house.pool.acquire() as connection, connection.transaction():
            yield connection

    async def note(self, connection: Connection, what: str, subject: str, more: str = "") -> None:
        """The line about a decision."""
        await decisions.note(connection, self.caller.key_id, what, subject, self.now, more)


_API_KEY = APIKeyHeader(
    name="X-Api-Key",
    description="API key of the agency (`python -m services.notify keys create`).",
    auto_error=False,
)


async def desk_of(request: Request, x_api_key: Annotated[str | None, Security(_API_KEY)]) -> Desk:
    """Raises Problem 401."""
    house, office = house_of(request), office_of(request)
    async with house.pool.acquire() as connection:
        row = await office.doorkeeper.holder(connection, x_api_key or "")
    if row is None:
        raise Problem(401, "KEY_UNKNOWN", "沒有提供有效的 API 金鑰（X-Api-Key）。")
    return Desk(house, office, Caller(row["key_id"], row["label"]))


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


AtDesk = Annotated[Desk, Depends(desk_of)]
