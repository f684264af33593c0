"""Mails of the bot and the agency, on their way: the sender delivers them."""

import secrets
import uuid

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
) -> str:
    """A delivery to one address; the delivery_id. What it says is sealed, bound to that."""
    delivery_id = "d" + secrets.token_hex(12)
    content = msgspec.json.encode({"subject": subject, "text": text, "html": html})
    await connection.execute(
        "insert into notify.deliveries (delivery_id, facility_id, purpose, day, channel, recipient,"
        " urgent, cost, body, retry_key, falls_back)"
        " select $1, facility_id, $3, 0, 'email', contact_id, true, 0, $4, $5, false"
        " from notify.contacts where contact_id = $2",
        delivery_id,
        contact_id,
        purpose,
        sealer.seal(content, delivery_id),
        uuid.uuid4(),
    )
    return delivery_id
