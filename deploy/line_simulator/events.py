"""Webhook events as LINE writes them.

source: line-bot.md section 3, Webhook; property names from the public reference.
"""

import secrets
from typing import Any

Event = dict[str, Any]
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def event(kind: str, user: str, now_ms: int, **more: Any) -> Event:
    return {
        "type": kind,
        "mode": "active",
        "timestamp": now_ms,
        "source": {"type": "user", "userId": user},
        "webhookEventId": ulid(now_ms),
        "deliveryContext": {"isRedelivery": False},
        **more,
    }


def text_content(message_id: str, text: str) -> Event:
    return {"type": "text", "id": message_id, "text": text, "quoteToken": secrets.token_hex(16)}


def unknown(user: str, now_ms: int) -> Event:
    """An event of a type, and with properties, that no documentation knows yet."""
    return event("somethingNew", user, now_ms, somethingNew={"depth": [1, {"more": None}]})


def ulid(now_ms: int) -> str:
    """48 bits of time and 80 of chance in Crockford's base 32."""
    number = (now_ms << 80) | secrets.randbits(80)
    return "".join(_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5))
