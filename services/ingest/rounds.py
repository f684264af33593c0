"""補正期 as the door must know them: their ids, and whether one still runs."""

from claims.periods import date_of
from services.ingest.agency_actions import OpenRound
from services.ingest.database import Connection


async def open_(connection: Connection, action: OpenRound, today: int) -> bool:
    """Note a new round; False when its id was used before."""
    done = await connection.execute(
        "insert into ingest.rounds values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " on conflict do nothing",
        action.round_id,
        action.programme,
        action.service_from,
        action.service_to,
        action.pickup_from,
        action.pickup_to,
        action.deadline,
        action.paper_deadline,
        date_of(today),
    )
    return done == "INSERT 0 1"


async def ended(connection: Connection, round_id: str, today: int) -> bool | None:
    """Whether it is over: closed early, or past its deadline (R-3); None when there is none."""
    found: bool | None = await connection.fetchval(
        "select ended_early is not null or correction_deadline < $2"
        " from ingest.rounds where round_id = $1",
        round_id,
        date_of(today),
    )
    return found


async def close(connection: Connection, round_id: str, today: int) -> None:
    await connection.execute(
        "update ingest.rounds set ended_early = $2 where round_id = $1", round_id, date_of(today)
    )
