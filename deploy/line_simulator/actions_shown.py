"""Everything in a message that can be tapped, in the order in which the eye meets it."""

from collections.abc import Iterator, Mapping
from typing import Any

Action = dict[str, Any]


def actions_of(message: Mapping[str, Any], *, quick: bool) -> Iterator[Action]:
    """``quick``: it is the newest message, so that its quick replies are still there."""
    if quick:
        for item in message.get("quickReply", {}).get("items", ()):
            yield item["action"]
    if message["type"] == "flex":
        yield from _inside(message["contents"])
    elif message["type"] == "template":
        template = message["template"]
        yield from template.get("actions", ())
        for column in template.get("columns", ()):
            yield from column.get("actions", ())
            yield from (column["action"],) if "action" in column else ()


def _inside(part: Any) -> Iterator[Action]:
    if isinstance(part, list):
        for each in part:
            yield from _inside(each)
    elif isinstance(part, dict):
        if isinstance(part.get("action"), dict):
            yield part["action"]
        for name, value in part.items():
            if name != "action":
                yield from _inside(value)
