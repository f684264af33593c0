"""What became of a notice, for topic reminders: one row of notify.facts each, told once.

The row is written in the transaction of what it tells, so neither is without the other; the relay
sends it on.
"""

from typing import Any

from claims.notices import round_of
from claims.reminder_events import Reminders
from pipeline.codec import Codec
from services.notify.database import Connection

PLANNED, SENT, CANCELLED, FAILED, PARKED = "planned", "sent", "cancelled", "failed", "parked"
RESOLVED, SUPERSEDED, OUT_OF_DATE = "resolved", "superseded", "out_of_date"
"""Why a notice was cancelled: no case is left in it; a newer one says it; its deadline is over."""

_TELL = """
insert into notify.facts (event_id, key, value)
select * from unnest($1::text[], $2::text[], $3::bytea[])
on conflict (event_id) do nothing
"""


def fact_of(
    fact: str,
    notice: Any,
    at_ms: int,
    *,
    reason: str = "",
    channel: str = "",
    delivery_id: str = "",
    count: int | None = None,
) -> Reminders:
    """``notice`` is a row of notify.notices (or anything that has its columns by name); ``count``
    that of its frozen words, else as planned."""
    return Reminders(
        event_id="/".join(filter(None, (fact, notice["notice_id"], delivery_id))),
        fact=fact,
        notice_id=notice["notice_id"],
        kind=notice["kind"],
        audience=notice["audience"],
        facility_id=notice["facility_id"],
        programme=notice["programme"],
        round_id=round_of(notice["kind"], notice["subject"]),
        due_on=notice["due_on"],
        count=notice["count"] if count is None else count,
        day=notice["planned_on"],
        channel=channel,
        delivery_id=delivery_id,
        reason=reason,
        at_ms=at_ms,
    )


async def tell(connection: Connection, codec: Codec, *facts: Reminders) -> None:
    """Write them in this order, within the caller's transaction; one that is told already stays."""
    if facts:
        await connection.execute(
            _TELL,
            [fact.event_id for fact in facts],
            [fact.facility_id for fact in facts],
            [codec.encode(fact) for fact in facts],
        )
