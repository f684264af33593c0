"""A delivery by LINE: push, multicast or broadcast, always under its retry key."""

from typing import Any

import msgspec

from claims.discreet import Discreet
from services.notify import delivering_rules as rules
from services.notify.database import Connection
from services.notify.line_client import LineClient, Outcome
from services.notify.rate_limits import Bucket, Rates

EVERYBODY, MANY = "*", "many:"
_BATCH = "select user_ids from notify.news_batches where news_id = $1 and number = $2"
_READ = msgspec.json.Decoder(list[dict[str, Any]])


class Said(Discreet, frozen=True, gc=False):
    """What the other side said to a call: ``answer`` as delivering_rules understands it."""

    SHOWN = frozenset(("answer", "request_id", "accepted_request_id"))

    answer: str
    request_id: str = ""
    accepted_request_id: str = ""


class Letter(Discreet, frozen=True, gc=False):
    """What a channel needs of a delivery. ``created_ms``: when it was made, since 1970."""

    SHOWN = frozenset(("delivery_id", "purpose"))

    delivery_id: str
    purpose: str
    recipient: str
    body: bytes
    retry_key: str
    created_ms: int = 0


async def users_of(connection: Connection, recipient: str) -> list[str]:
    """Of a batch of news, ``many:<news_id>:<number>``; else none."""
    if not recipient.startswith(MANY):
        return []
    _, news_id, number = recipient.split(":")
    found: list[str] | None = await connection.fetchval(_BATCH, news_id, int(number))
    return found or []


class LineChannel:
    def __init__(self, client: LineClient, rates: Rates) -> None:
        self._client, self._rates = client, rates

    async def send(self, letter: Letter, users: list[str]) -> Said:
        """One call; LINE's answer. ``users`` of a batch."""
        if not await self._bucket(letter.recipient).take():
            return Said(rules.RATE_LIMIT)
        try:
            said = await self._call(letter, users)
        except ValueError:
            # Not a message of LINE's: it would be refused, and is not even sent.
            return Said(rules.REFUSED)
        answer = rules.understood(said.status, said.reached, said.message)
        return Said(answer, said.request_id, said.accepted_request_id)

    def _bucket(self, recipient: str) -> Bucket:
        if recipient == EVERYBODY:
            return self._rates.broadcast
        return self._rates.multicast if recipient.startswith(MANY) else self._rates.push

    async def _call(self, letter: Letter, users: list[str]) -> Outcome:
        messages, key, name = _READ.decode(letter.body), letter.retry_key, letter.delivery_id
        if letter.recipient == EVERYBODY:
            return await self._client.broadcast(messages, key, name)
        if letter.recipient.startswith(MANY):
            return await self._client.multicast(users, messages, key, name)
        return await self._client.push(letter.recipient, messages, key, name)
