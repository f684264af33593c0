"""What the agency decided by its API: who, when, about what. Written with the decision itself."""

from datetime import datetime

from services.notify.database import Connection


async def note(
    connection: Connection, by: str, what: str, subject: str, now: datetime, more: str = ""
) -> None:
    """Within the caller's transaction: a decision without its line does not exist.

    by       key_id of the agency's key
    what     verb of the register in docs: application.approve, news.send, parked.again, ...
    subject  an id of ours
    more     codes and ids of ours, never what a person wrote
    """
    await connection.execute(
        "insert into notify.decisions (at, key_id, what, subject, note)"
        " values ($1, $2, $3, $4, $5)",
        now,
        by,
        what,
        subject,
        more,
    )
