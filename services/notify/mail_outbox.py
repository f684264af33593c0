"""Mails of the bot and the agency, on their way: the sender delivers them."""

import secrets
import uuid
from datetime import datetime

import msgspec

from pipeline.sealing import Sealer
from services.notify.database import Connection


async def queue_mail(
    connection: Connection,
    sealer: Sealer,
    *,
    contact_id: str,
    purpose: str,
    subject: str,
    text: str,
    html: str,
    at: datetime | None = None,
) -> str:
    """A delivery to one address; the delivery_id. What it says is sealed, bound to that.

    at   when it was decided, by the clock of the sender; else the database's
    """
    delivery_id = "d" + secrets.token_hex(12)
    content = msgspec.json.encode({"subject": subject, "text": text, "html": html})
    await connection.execute(
        "insert into notify.deliveries (delivery_id, facility_id, purpose, day, channel, recipient,"
        " urgent, cost, body, retry_key, falls_back, not_before, created_at)"
        " select $1, facility_id, $3, 0, 'email', contact_id, true, 0, $4, $5, false,"
        " coalesce($6, now()), coalesce($6, now())"
        " from notify.contacts where contact_id = $2",
        delivery_id,
        contact_id,
        purpose,
        sealer.seal(content, delivery_id),
        uuid.uuid4(),
        at,
    )
    return delivery_id
