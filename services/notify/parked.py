"""Deliveries whose fate nobody knows: a person finds out and decides.

source: line-bot.md section 3, Sending and retrying: after 24 hours park and ask a person.
"""

import uuid
from typing import Any

from pipeline.codec import Codec
from services.notify.budget import Budget
from services.notify.business_clock import Moment
from services.notify.database import Connection
from services.notify.facts import CANCELLED, SENT, fact_of, tell
from services.notify.settling import notices_of

# What a person may decide: it arrived after all; send it once more; leave it.
ARRIVED, AGAIN, DROPPED = "sent", "again", "drop"
BY_HAND, GIVEN_UP = "by_hand", "dropped"
_PARKED = "select * from notify.deliveries where delivery_id = $1 and state = 'parked' for update"
_END = """
update notify.deliveries set state = $2, reason = $3, finished_at = $4 where delivery_id = $1
"""
# A life of its own, under a new key: whoever decides so has found out that nothing arrived.
_AGAIN = """
update notify.deliveries set state = 'ready', reason = '', retry_key = $2, uncertain = false,
    doubt_settled = false,
    not_before = $3, first_call_at = null, finished_at = null
where delivery_id = $1
"""


async def resolve(
    connection: Connection,
    codec: Codec,
    budget: Budget,
    delivery_id: str,
    decision: str,
    moment: Moment,
) -> bool:
    """Carry out a decision within the caller's transaction; False when it is not parked (any more).

    Sent again it costs again: the first call was never given back, for LINE may have counted it.
    """
    row = await connection.fetchrow(_PARKED, delivery_id)
    if row is None:
        return False
    if decision == AGAIN:
        await connection.execute(_AGAIN, delivery_id, uuid.uuid4(), moment.at)
        await budget.left(connection, moment.month, urgent=True, most=0)  # opens the month
        await budget.charge(connection, moment.month, row["cost"])
        return True
    fact, state, reason = (
        (SENT, "sent", BY_HAND) if decision == ARRIVED else (CANCELLED, "cancelled", GIVEN_UP)
    )
    await connection.execute(_END, delivery_id, state, reason, moment.at)
    await _tell(connection, codec, row, fact, reason, moment)
    return True


async def _tell(
    connection: Connection, codec: Codec, row: Any, fact: str, reason: str, moment: Moment
) -> None:
    at_ms = int(moment.at.timestamp() * 1000)
    facts = [
        fact_of(
            fact,
            notice,
            at_ms,
            reason=reason,
            channel=row["channel"],
            delivery_id=row["delivery_id"],
            count=notice["said"],
        )
        for notice in await notices_of(connection, row["delivery_id"])
    ]
    await tell(connection, codec, *facts)
