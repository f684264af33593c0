"""One digest to one recipient, written down before anybody is called: body, key, counts."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from claims.discreet import Discreet
from services.notify import preparing_rows as sql
from services.notify.database import Connection
from services.notify.delivering_rules import LINE
from services.notify.recipients import Recipient
from services.notify.sifting import Kept
from services.notify.wording import Wording


class DigestOf(NamedTuple):
    """``day`` is the digest's, ``today`` the day its words are frozen on."""

    digest_id: str
    facility_id: str
    day: int
    today: int
    urgent: bool


class Prepared(Discreet, frozen=True, gc=False):
    """The delivery made, if any: None when that recipient has one of this digest already."""

    SHOWN = frozenset(("delivery_id", "cost"))

    delivery_id: str | None
    cost: int


def digest_id(facility_id: str, day: int) -> str:
    return "g" + _name(facility_id, str(day))


def delivery_id(digest: str, recipient: Recipient) -> str:
    """Follows from what is sent to whom: a crash and a second process make the same."""
    return "d" + _name(digest, recipient.channel, recipient.ref)


def _name(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


async def write_delivery(
    connection: Connection,
    wording: Wording,
    digest: DigestOf,
    recipient: Recipient,
    kept: Sequence[Kept],
    not_before: datetime,
    at: datetime,
) -> Prepared:
    """Within the caller's transaction; who calls charges the cost."""
    name = delivery_id(digest.digest_id, recipient)
    cost = int(recipient.channel == LINE)
    body = wording.freeze(
        name, recipient.channel, recipient.address, digest.facility_id, kept, digest.today
    )
    made = await connection.fetchval(
        sql.DELIVERY, name, digest.digest_id, digest.facility_id, digest.day, recipient.channel,
        recipient.address, digest.urgent, cost, body, digest.today, uuid.uuid4(), not_before, at,
    )  # fmt: skip
    if made is None:
        return Prepared(None, 0)
    await says(connection, name, kept)
    return Prepared(name, cost)


async def says(connection: Connection, name: str, kept: Sequence[Kept]) -> None:
    """Keep the counts of the frozen words."""
    notices = [one.notice["notice_id"] for one in kept]
    await connection.execute(sql.SAYS, name, notices, [one.cases for one in kept])
