"""A decision about an application, by mail when LINE certainly did not deliver it."""

from datetime import datetime
from html import escape
from typing import Any

import msgspec

from pipeline.sealing import Sealer
from services.notify.database import Connection
from services.notify.delivering_rules import LINE
from services.notify.mail_outbox import queue_mail
from services.notify.outbox import ANSWER, application_of
from services.notify.recipients import DECISION

# Confirmed by the applicant; removed or not, for that is what a refusal does to it.
_ADDRESS = """
select k.contact_id from notify.applications a
join notify.contacts k on k.contact_id = a.contact_id
where a.application_id = $1 and a.email_confirmed_at is not null and k.bounced_at is null
"""


async def address_of(connection: Connection, row: Any) -> str | None:
    """The contact_id a delivery may fall back to; None when it is no decision, or nobody confirmed.

    row   of notify.deliveries
    """
    if row["channel"] != LINE or row["purpose"] != ANSWER or not row["falls_back"]:
        return None
    found: str | None = await connection.fetchval(_ADDRESS, application_of(row["delivery_id"]))
    return found


async def mail_instead(
    connection: Connection, sealer: Sealer, row: Any, contact_id: str, at: datetime
) -> None:
    """Queues the same words, within the transaction that ends the delivery of LINE: once.

    Raises pipeline.sealing.NotOpened.
    """
    messages = msgspec.json.decode(sealer.open(row["body"], row["delivery_id"]))
    title, *lines = messages[0]["altText"].split("\n")
    await queue_mail(
        connection,
        sealer,
        contact_id=contact_id,
        purpose=DECISION,
        subject=f"{title}－預保行政助手通",
        text="\n\n".join(lines) + "\n",
        html="".join(f"<p>{escape(line)}</p>" for line in lines),
        at=at,
    )
