"""What a route may use: the opened door, and who is calling."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from pipeline.http_problems import Problem
from services.ingest.assembly import Door
from services.ingest.keys import AGENCY_ROLE, Caller, Doorkeeper
from services.ingest.names import AGENCY
from services.ingest.settings import ServeSettings


class House:
    """What the HTTP service keeps while it runs."""

    def __init__(self, door: Door, settings: ServeSettings) -> None:
        self.door, self.settings = door, settings
        self.doorkeeper = Doorkeeper()


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


_API_KEY = APIKeyHeader(
    name="X-Api-Key", description="API key of a facility or of the agency.", auto_error=False
)


async def caller_of(
    request: Request, x_api_key: Annotated[str | None, Security(_API_KEY)]
) -> Caller:
    """Raises Problem 401."""
    house = house_of(request)
    async with house.door.pool.acquire() as connection:
        caller = await house.doorkeeper.caller(connection, x_api_key or "")
    if caller is None:
        raise Problem(401, "KEY_UNKNOWN", "沒有提供有效的 API 金鑰（X-Api-Key）。")
    return caller


def place_of(caller: Caller) -> str:
    """Whose submissions the caller makes and sees."""
    return AGENCY if caller.role == AGENCY_ROLE else caller.facility_id


InHouse = Annotated[House, Depends(house_of)]
Called = Annotated[Caller, Depends(caller_of)]
