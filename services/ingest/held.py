"""Submissions that wait for a second person of the agency: they have no day that counts yet."""

from datetime import datetime

from claims.periods import date_of
from services.ingest.database import Connection
from services.ingest.submissions import Submission


async def waiting_one(connection: Connection, submission_id: str) -> Submission | None:
    """One that waits for a second person; locked until the transaction ends."""
    row = await connection.fetchrow(
        "select * from ingest.submissions where submission_id = $1 and state = 'held' for update",
        submission_id,
    )
    return Submission.of(row) if row else None


async def waiting(connection: Connection) -> list[Submission]:
    """Those that wait for a second person, the oldest first."""
    rows = await connection.fetch(
        "select * from ingest.submissions where state = 'held' order by begun_no"
    )
    return [Submission.of(row) for row in rows]


async def begin(
    connection: Connection,
    submission_id: str,
    confirmed_by: str,
    received_on: int,
    received_at: datetime,
) -> Submission:
    """It counts as received now, after everything that was accepted meanwhile."""
    row = await connection.fetchrow(
        "update ingest.submissions set state = 'begun', begun_no = default, confirmed_by = $2,"
        " received_on = $3, received_at = $4"
        " where submission_id = $1 and state = 'held' returning *",
        submission_id,
        confirmed_by,
        date_of(received_on),
        received_at,
    )
    assert row is not None
    return Submission.of(row)
