"""Message objects: how many, how long, of which type.

source: line-bot.md section 3, Hosts and limits; the public reference for the other properties.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from deploy.line_simulator.action_rules import (
    Problem,
    action_problems,
    quick_reply_problems,
    text_problems,
)
from deploy.line_simulator.answers import invalid_body
from deploy.line_simulator.flex_rules import flex_problems

MESSAGES_MAX, TEXT_MAX, ALT_TEXT_MAX = 5, 5000, 1500
UNITS_MAX = 1
_UNIT = re.compile(r"[a-zA-Z0-9_]{1,30}")


def check_messages(messages: Any) -> list[dict[str, Any]]:
    """The messages of a request. Raises Refused with every problem at once."""
    problems: list[Problem] = []
    if not isinstance(messages, list) or not messages:
        problems.append(("messages", "May not be empty"))
        messages = []
    elif len(messages) > MESSAGES_MAX:
        problems.append(("messages", f"Size must be between 1 and {MESSAGES_MAX}"))
    for place, message in enumerate(messages):
        problems.extend(_message(message, f"messages[{place}]"))
    if problems:
        raise invalid_body(problems)
    return list(messages)


def check_units(units: Any) -> list[str]:
    """Names of statistics units of one sending: at most one. Raises Refused."""
    if units is None:
        return []
    if not isinstance(units, list) or len(units) > UNITS_MAX:
        raise invalid_body([("customAggregationUnits", f"Size must be at most {UNITS_MAX}")])
    bad = [place for place, name in enumerate(units) if not _UNIT.fullmatch(str(name))]
    if bad:
        path = f"customAggregationUnits[{bad[0]}]"
        raise invalid_body([(path, "Must match ^[a-zA-Z0-9_]{1,30}$")])
    return units


def _message(message: Any, path: str) -> Iterator[Problem]:
    kind = message.get("type") if isinstance(message, dict) else None
    check = _CHECKS.get(str(kind))
    if check is None:
        yield f"{path}.type", f"Must be one of the following values: {sorted(_CHECKS)}"
        return
    yield from check(message, path)
    if "quickReply" in message:
        yield from quick_reply_problems(message["quickReply"], f"{path}.quickReply")


def _text(message: dict[str, Any], path: str) -> Iterator[Problem]:
    yield from text_problems(message.get("text"), f"{path}.text", TEXT_MAX)


def _flex(message: dict[str, Any], path: str) -> Iterator[Problem]:
    yield from text_problems(message.get("altText"), f"{path}.altText", ALT_TEXT_MAX)
    yield from flex_problems(message.get("contents"), f"{path}.contents")


def _media(*properties: str) -> Callable[[dict[str, Any], str], Iterator[Problem]]:
    def check(message: dict[str, Any], path: str) -> Iterator[Problem]:
        for name in properties:
            if not str(message.get(name, "")).startswith("https://"):
                yield f"{path}.{name}", "invalid uri scheme"

    return check


def _location(message: dict[str, Any], path: str) -> Iterator[Problem]:
    yield from text_problems(message.get("title"), f"{path}.title", 100)
    yield from text_problems(message.get("address"), f"{path}.address", 100)
    for name in ("latitude", "longitude"):
        if not isinstance(message.get(name), int | float):
            yield f"{path}.{name}", "May not be null"


def _sticker(message: dict[str, Any], path: str) -> Iterator[Problem]:
    for name in ("packageId", "stickerId"):
        if not str(message.get(name, "")).isdigit():
            yield f"{path}.{name}", "May not be empty"


def _imagemap(message: dict[str, Any], path: str) -> Iterator[Problem]:
    yield from text_problems(message.get("altText"), f"{path}.altText", ALT_TEXT_MAX)
    yield from _media("baseUrl")(message, path)


def _template(message: dict[str, Any], path: str) -> Iterator[Problem]:
    """Buttons (4 actions, text 160) and confirm (2 actions, text 240); carousels by their shape."""
    yield from text_problems(message.get("altText"), f"{path}.altText", ALT_TEXT_MAX)
    template = message.get("template")
    kind = template.get("type") if isinstance(template, dict) else None
    limits = {"buttons": (160, 4), "confirm": (240, 2)}
    if not isinstance(template, dict) or kind not in (*limits, "carousel", "image_carousel"):
        yield f"{path}.template.type", "Must be one of the templates"
        return
    if kind not in limits:
        columns = template.get("columns")
        if not isinstance(columns, list) or not 1 <= len(columns) <= 10:
            yield f"{path}.template.columns", "Size must be between 1 and 10"
        return
    longest, most = limits[kind]
    yield from text_problems(template.get("text"), f"{path}.template.text", longest)
    actions = template.get("actions")
    if not isinstance(actions, list) or not 1 <= len(actions) <= most:
        yield f"{path}.template.actions", f"Size must be between 1 and {most}"
        return
    for place, action in enumerate(actions):
        yield from action_problems(action, f"{path}.template.actions[{place}]", label_max=20)


_CHECKS: dict[str, Callable[[dict[str, Any], str], Iterator[Problem]]] = {
    "text": _text,
    "textV2": _text,
    "flex": _flex,
    "template": _template,
    "image": _media("originalContentUrl", "previewImageUrl"),
    "video": _media("originalContentUrl", "previewImageUrl"),
    "audio": _media("originalContentUrl"),
    "location": _location,
    "sticker": _sticker,
    "imagemap": _imagemap,
}
