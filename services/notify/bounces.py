"""Reports on mails that were not delivered (RFC 3464): find the delivery, mark the address."""

import re
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from typing import NamedTuple

from claims.discreet import Discreet
from services.notify.database import Connection
from services.notify.delivery_rows import BOUNCED

# message_id() of mail_channel: our delivery_id before the @.
_OURS = re.compile(r"<(d[0-9a-f]{24})@")
_ID_HEADERS = ("Original-Message-ID", "Message-ID", "In-Reply-To", "References")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_FIND = "select recipient from notify.deliveries where delivery_id = $1 and channel = 'email'"
_NOTE = "update notify.deliveries set reason = 'bounced' where delivery_id = $1"


class Report(NamedTuple):
    """What a report says. ``status`` like 5.1.1; only a permanent one stops an address."""

    delivery_id: str
    status: str
    is_permanent: bool


class Outcome(Discreet, frozen=True, gc=False):
    """What became of a report: unreadable, temporary, unknown or marked."""

    SHOWN = frozenset(("result", "delivery_id"))

    result: str
    delivery_id: str = ""


def read_report(raw: bytes) -> Report | None:
    """None for a mail that is no report about one of ours. Pure."""
    message = message_from_bytes(raw)
    parts = [part for part in message.walk() if not part.is_multipart()]
    names = [name for part in (message, *parts) for name in _names(part)]
    status = next(filter(None, map(_status, parts)), "")
    if not names or not status:
        return None
    return Report(names[0], status, status.startswith("5."))


def _status(part: Message) -> str:
    """Of the recipient's part of a message/delivery-status, which the parser makes a part."""
    action = str(part.get("Action", "")).strip().lower()
    found = _STATUS.match(str(part.get("Status", "")).strip())
    return found.group() if found and action in ("failed", "delayed") else ""


def _names(part: Message) -> list[str]:
    """Our delivery ids in the headers of a part, or in the headers it carries as text."""
    said = [str(part.get(name, "")) for name in _ID_HEADERS]
    if part.get_content_type() == "text/rfc822-headers":
        said.append(str(part.get_payload()))
    return _OURS.findall("\n".join(said))


async def take_report(connection: Connection, raw: bytes, at: datetime) -> Outcome:
    """Mark the address of the mail the report is about, in one transaction."""
    report = read_report(raw)
    if report is None:
        return Outcome("unreadable")
    if not report.is_permanent:
        return Outcome("temporary", report.delivery_id)
    async with connection.transaction():
        contact = await connection.fetchval(_FIND, report.delivery_id)
        if contact is None:
            return Outcome("unknown", report.delivery_id)
        await connection.execute(BOUNCED, contact, at, report.status)
        await connection.execute(_NOTE, report.delivery_id)
    return Outcome("marked", report.delivery_id)
