"""Actions of buttons, quick replies and rich menus.

source: line-bot.md section 3, Quick reply / postback; the public reference for the rest.
"""

import re
from collections.abc import Iterator
from typing import Any

Problem = tuple[str, str]
KINDS = frozenset(
    ("postback", "message", "uri", "datetimepicker", "camera", "cameraRoll", "location")
) | {"richmenuswitch", "clipboard"}
QUICK_REPLIES_MAX, LABEL_MAX, DATA_MAX, TEXT_MAX, URI_MAX = 13, 20, 300, 300, 1000
_SCHEMES = re.compile(r"(?:https?|line|tel)://?\S+|tel:\S+")


def units(text: str) -> int:
    """Length as LINE counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def text_problems(value: Any, path: str, most: int) -> Iterator[Problem]:
    """A text that must be there."""
    if not isinstance(value, str) or not value:
        yield path, "May not be empty"
    elif units(value) > most:
        yield path, f"Length must be between 1 and {most}"


def action_problems(action: Any, path: str, *, label_max: int | None) -> Iterator[Problem]:
    """``label_max`` None: the label may be missing, as in a rich menu or behind a box."""
    if not isinstance(action, dict) or action.get("type") not in KINDS:
        yield f"{path}.type", "Must be one of the supported actions"
        return
    if label_max is not None:
        yield from text_problems(action.get("label"), f"{path}.label", label_max)
    match action["type"]:
        case "postback":
            yield from text_problems(action.get("data"), f"{path}.data", DATA_MAX)
            if "displayText" in action:
                yield from text_problems(action["displayText"], f"{path}.displayText", TEXT_MAX)
        case "message":
            yield from text_problems(action.get("text"), f"{path}.text", TEXT_MAX)
        case "uri":
            yield from text_problems(action.get("uri"), f"{path}.uri", URI_MAX)
            if not _SCHEMES.fullmatch(str(action.get("uri", ""))):
                yield f"{path}.uri", "invalid uri scheme"


def quick_reply_problems(quick: Any, path: str) -> Iterator[Problem]:
    items = quick.get("items") if isinstance(quick, dict) else None
    if not isinstance(items, list) or not items:
        yield f"{path}.items", "May not be empty"
        return
    if len(items) > QUICK_REPLIES_MAX:
        yield f"{path}.items", f"Size must be between 1 and {QUICK_REPLIES_MAX}"
    for place, item in enumerate(items):
        here = f"{path}.items[{place}]"
        if not isinstance(item, dict) or item.get("type") != "action":
            yield f"{here}.type", "Must be action"
            continue
        yield from action_problems(item.get("action"), f"{here}.action", label_max=LABEL_MAX)
