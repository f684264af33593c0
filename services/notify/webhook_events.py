"""What LINE tells the webhook, read tolerantly: unknown events and properties change nothing.

source: line-bot.md section 3, Webhook.
"""

import re
from typing import Annotated

import msgspec

from claims.discreet import Discreet


class _Camel(Discreet, frozen=True, gc=False, rename="camel"):
    """Base of LINE's records: camelCase there, snake_case here."""


class Source(_Camel, frozen=True, gc=False, rename="camel"):
    """Where it happened; only ``user`` is a chat with one person."""

    type: str = ""
    user_id: str = ""


class Delivery(_Camel, frozen=True, gc=False, rename="camel"):
    is_redelivery: bool = False


class Said(_Camel, frozen=True, gc=False, rename="camel"):
    """A message; ``text`` only when it is one."""

    id: str = ""
    type: str = ""
    text: str = ""


class Tapped(_Camel, frozen=True, gc=False, rename="camel"):
    """A postback: ``data`` is what we put behind the button."""

    data: str = ""


class Unsent(_Camel, frozen=True, gc=False, rename="camel"):
    message_id: str = ""


class Linked(_Camel, frozen=True, gc=False, rename="camel"):
    """The end of 帳號連結: ``result`` ok or failed, and the nonce that we gave."""

    result: str = ""
    nonce: str = ""


class Event(_Camel, frozen=True, gc=False, rename="camel"):
    """One event. ``timestamp`` in milliseconds since 1970, when it happened at LINE."""

    type: str
    webhook_event_id: str
    timestamp: Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]
    source: Source = Source()
    delivery_context: Delivery = Delivery()
    reply_token: str = ""
    message: Said = Said()
    postback: Tapped = Tapped()
    unsend: Unsent = Unsent()
    link: Linked = Linked()

    @property
    def user_id(self) -> str:
        """Empty when it did not happen in a chat with one person."""
        return self.source.user_id if self.source.type == "user" else ""


class _Body(msgspec.Struct, gc=False):
    events: list[msgspec.Raw] = []


# Ids go into columns; whatever else LINE invents must not spoil the statement of its neighbours.
_PLAIN = re.compile(r"[\x21-\x7e]{0,100}")
_READ_BODY = msgspec.json.Decoder(_Body)
_READ_EVENT = msgspec.json.Decoder(Event)


class NotABody(Exception):
    """Signed, but no webhook body. Says no more: it may hold what somebody wrote."""


def read_event(raw: bytes | msgspec.Raw) -> Event:
    """Raises msgspec.ValidationError, msgspec.DecodeError."""
    return _READ_EVENT.decode(raw)


def read_body(body: bytes) -> list[tuple[Event, bytes]]:
    """Every event we can make sense of, with its bytes; an odd one costs only itself.

    Raises NotABody.
    """
    try:
        raws = _READ_BODY.decode(body).events
    except msgspec.DecodeError:
        raise NotABody from None
    found = []
    for raw in raws:
        try:
            event = read_event(raw)
        except msgspec.DecodeError:
            continue
        names = (event.webhook_event_id, event.source.user_id, event.type)
        if event.webhook_event_id and all(map(_PLAIN.fullmatch, names)):
            found.append((event, bytes(raw)))
    return found
