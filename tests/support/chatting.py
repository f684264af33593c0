"""Events of one user, and what is known, for tests of the conversation."""

from typing import Any

from services.notify import tokens
from services.notify.bindings import Binding
from services.notify.known import Known, Review
from services.notify.replies import Message
from services.notify.webhook_events import Event, Said, Source, Tapped, Unsent

USER = "U" + "1" * 32
OURS, THEIRS = Binding("b1", "3501340006"), Binding("b2", "3501340015")
LINKS = {
    tokens.FORM: "https://x.test/forms/apply/T",
    tokens.FILE: "https://x.test/forms/file/T",
    tokens.LINK: "https://gouji.invalid/forms/link/x",
}


def an_event(kind: str, at_ms: int = 1000, **more: Any) -> Event:
    return Event(kind, "01A", at_ms, Source("user", USER), reply_token="r", **more)


def said(words: str) -> Event:
    return an_event("message", message=Said("m1", "text", words))


def tapped(data: str) -> Event:
    return an_event("postback", postback=Tapped(data))


def unsent(message_id: str) -> Event:
    return an_event("unsend", unsend=Unsent(message_id))


def known(**more: Any) -> Known:
    return Known(**{"links": LINKS, "portal_url": "https://p.test", **more})


def under_review(is_confirmed: bool = False) -> Review:
    return Review(OURS.facility_id, is_confirmed)


def words_of(messages: tuple[Message, ...]) -> str:
    """Every text that a phone would show, one a line."""
    return "\n".join(_texts(list(messages)))


def actions_of(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """Every button, quick replies last."""
    return [found for found in _walk(list(messages)) if found.get("type") in ("postback", "uri")]


def data_of(messages: tuple[Message, ...]) -> list[str]:
    return [action["data"] for action in actions_of(messages) if "data" in action]


def _walk(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(found for one in value.values() for found in _walk(one))]
    if isinstance(value, list):
        return [found for one in value for found in _walk(one)]
    return []


def _texts(value: Any) -> list[str]:
    shown = ("text", "altText", "label", "uri", "displayText")
    return [found[key] for found in _walk(value) for key in shown if key in found]
