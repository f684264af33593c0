"""Answers that go as a push: what staff say, and what the agency decided. The sender delivers them.

A push costs a message of the month; whatever a reply token can carry goes as a reply instead.
"""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from claims.periods import day_of
from pipeline.sealing import Sealer
from services.notify.database import Connection
from services.notify.settings import TAIPEI

ANSWER = "answer"
_CHARGE = """
insert into notify.budgets (month, used) values ($1, 1)
on conflict (month) do update set used = notify.budgets.used + 1
"""


async def queue_answer(
    connection: Connection,
    sealer: Sealer,
    user_id: str,
    facility_id: str,
    messages: Sequence[dict[str, Any]],
    now: datetime,
    application_id: str = "",
) -> str:
    """A delivery to one user; the delivery_id. ``messages`` as LINE takes them, 1 to 5.

    The body is their JSON list, sealed, bound to the delivery_id: it may hold what staff wrote to
    one person, or why an application was refused. Somebody waits for it: it passes quiet hours.
    It does not fall back to e-mail, for it is an answer in a chat; except the decision about
    ``application_id``, which is made once, and names its delivery.
    """
    delivery_id = "d" + (application_id[1:] or secrets.token_hex(12))
    today = now.astimezone(TAIPEI)
    await connection.execute(
        "insert into notify.deliveries (delivery_id, facility_id, purpose, day, channel, recipient,"
        " urgent, cost, body, retry_key, falls_back, not_before, created_at)"
        " values ($1, $2, $3, $4, 'line', $5, true, 1, $6, $7, $9, $8, $8)",
        delivery_id,
        facility_id,
        ANSWER,
        day_of(today.year, today.month, today.day),
        user_id,
        sealer.seal(msgspec.json.encode(list(messages)), delivery_id),
        uuid.uuid4(),
        now,
        bool(application_id),
    )
    # Whether or not the month has any left: somebody waits, and LINE will say when it is used up.
    await connection.execute(_CHARGE, today.year * 100 + today.month)
    return delivery_id


def application_of(delivery_id: str) -> str:
    """The application_id that a decision's delivery is about."""
    return "a" + delivery_id[1:]
