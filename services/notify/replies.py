"""Messages of LINE, built small: text, a card with buttons, quick replies.

source: line-bot.md section 3, Hosts and limits.
"""

from collections.abc import Iterable, Sequence
from typing import Any

Message = dict[str, Any]
Action = dict[str, str]

TEXT_UNITS, ALT_UNITS, LABEL_MOST, DATA_MOST = 5000, 1500, 20, 300
QUICK_MOST, BUBBLES_MOST = 13, 12
GREEN, GREY = "#0B7A5C", "#5F6B6D"


def units(text: str) -> int:
    """Length as LINE counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, most: int) -> str:
    """At most so many units, an ellipsis where something was cut."""
    if units(text) <= most:
        return text
    while units(text) > most - 1:
        text = text[:-1]
    return text + "…"


def text(words: str) -> Message:
    return {"type": "text", "text": shortened(words, TEXT_UNITS)}


def tap(label: str, data: str) -> Action:
    """A button that comes back to us: ``data`` is a fixed verb or an opaque id.

    What was tapped shows in the chat as if it had been typed, so that both sides can read it.
    """
    assert len(label) <= LABEL_MOST and len(data) <= DATA_MOST
    return {"type": "postback", "label": label, "data": data, "displayText": label}


def link(label: str, uri: str) -> Action:
    assert len(label) <= LABEL_MOST
    return {"type": "uri", "label": label, "uri": uri}


def bubble(title: str, lines: Iterable[str], buttons: Sequence[Action]) -> Message:
    """The inside of a card; the first button stands out."""
    head = {"type": "text", "text": title, "weight": "bold", "size": "lg", "wrap": True}
    said = [
        {"type": "text", "text": line, "wrap": True, "size": "sm", "color": GREY} for line in lines
    ]
    body = {"type": "box", "layout": "vertical", "spacing": "md", "contents": [head, *said]}
    made: Message = {"type": "bubble", "body": body}
    if buttons:
        made["footer"] = {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "contents": [_button(action, place == 0) for place, action in enumerate(buttons)],
        }
    return made


def _button(action: Action, is_first: bool) -> Message:
    style = {"style": "primary", "color": GREEN} if is_first else {"style": "secondary"}
    return {"type": "button", "height": "sm", "action": action, **style}


def flex(alt: str, contents: Message) -> Message:
    """``alt`` is what a list of chats and a screen reader show."""
    return {"type": "flex", "altText": shortened(alt, ALT_UNITS), "contents": contents}


def card(title: str, lines: Sequence[str], buttons: Sequence[Action]) -> Message:
    return flex("\n".join((title, *lines)), bubble(title, lines, buttons))


def carousel(alt: str, bubbles: Sequence[Message]) -> Message:
    return flex(alt, {"type": "carousel", "contents": list(bubbles[:BUBBLES_MOST])})


def with_quick(messages: Sequence[Message], actions: Sequence[Action]) -> tuple[Message, ...]:
    """Quick replies hang on the last message; LINE shows them until the next one."""
    items = [{"type": "action", "action": action} for action in actions[:QUICK_MOST]]
    *before, last = messages
    return (*before, {**last, "quickReply": {"items": items}})
