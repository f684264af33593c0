"""Addresses the agency enters for a facility, a laboratory or itself; confirmed before use.

Those of applicants belong to their application (applications.py).
"""

import secrets
from datetime import datetime, timedelta
from html import escape

from pipeline.sealing import Sealer
from services.notify import tokens
from services.notify.database import Connection
from services.notify.mail_links import Links
from services.notify.mail_outbox import queue_mail
from services.notify.sealed import email_hash

CONFIRM = "confirm"


async def add(
    connection: Connection,
    sealer: Sealer,
    link_key: bytes,
    facility_id: str,
    email: str,
    now: datetime,
) -> str | None:
    """The contact_id; None when the facility has that address already. ``facility_id`` is empty
    for the agency. Nothing but the mail that asks to confirm goes there until it is confirmed."""
    hashed, contact_id = email_hash(link_key, email), "c" + secrets.token_hex(12)
    # Two requests for one facility at a time see each other.
    await connection.execute("select pg_advisory_xact_lock(hashtext($1))", hashed)
    if await connection.fetchval(
        "select 1 from notify.contacts k where facility_id = $1 and email_hash = $2"
        " and removed_at is null and not exists (select from notify.applications a"
        " where a.contact_id = k.contact_id and a.state = 'submitted')",
        facility_id,
        hashed,
    ):
        return None
    await connection.execute(
        "insert into notify.contacts (contact_id, facility_id, email_sealed, email_hash,"
        " seal_key_id, created_at) values ($1, $2, $3, $4, $5, $6)",
        contact_id,
        facility_id,
        sealer.seal(email.encode(), contact_id),
        hashed,
        sealer.key_id,
        now,
    )
    return contact_id


async def ask_to_confirm(
    connection: Connection,
    sealer: Sealer,
    links: Links,
    link_key: bytes,
    contact_id: str,
    facility_id: str,
    now: datetime,
) -> None:
    """Queues the mail with a link; one sent before keeps working until its own end."""
    token = tokens.make(link_key, tokens.CONFIRM, f"{contact_id}/{now.isoformat()}")
    until = now + timedelta(hours=tokens.CONFIRM_HOURS)
    await tokens.keep(connection, token, tokens.CONFIRM, contact_id, until)
    subject, text, html = _words(facility_id, links.confirm(token), tokens.CONFIRM_HOURS)
    await queue_mail(
        connection,
        sealer,
        contact_id=contact_id,
        purpose=CONFIRM,
        subject=subject,
        text=text,
        html=html,
    )


async def confirm(connection: Connection, contact_id: str, now: datetime) -> bool:
    """The mailed link was followed; False when the address was removed meanwhile.

    Whoever confirms anew takes back an unsubscription, and proves that mail arrives.
    """
    changed = await connection.execute(
        "update notify.contacts set confirmed_at = $2, unsubscribed_at = null,"
        " bounced_at = null, bounce = '' where contact_id = $1 and removed_at is null",
        contact_id,
        now,
    )
    return changed != "UPDATE 0"


async def remove(connection: Connection, contact_id: str, now: datetime) -> bool:
    """False when there is no such live address, or it belongs to an application."""
    changed = await connection.execute(
        "update notify.contacts set removed_at = $2 where contact_id = $1 and removed_at is null"
        " and not exists (select from notify.applications where contact_id = $1)",
        contact_id,
        now,
    )
    return changed != "UPDATE 0"


def _words(facility_id: str, url: str, hours: int) -> tuple[str, str, str]:
    whose = f"醫事機構代碼 {facility_id} 的" if facility_id else "承辦單位的"
    lines = (
        f"承辦單位將此信箱登錄為{whose}預防保健通知收件信箱（預保行政助手通）。",
        f"請於 {hours} 小時內點選下列連結確認，確認後才會寄送通知：",
        url,
        "若與您無關，請忽略此信，不會寄送通知到這個信箱。",
    )
    shown = (
        f'<p><a href="{escape(url)}">確認信箱</a></p>' if line == url else f"<p>{escape(line)}</p>"
        for line in lines
    )
    return "請確認通知收件信箱－預保行政助手通", "\n\n".join(lines) + "\n", "".join(shown)
