"""Flex containers: sizes, nesting, and which property may have which value.

source: line-bot.md section 3 (30 KB, 50 KB, 12 bubbles); the public reference for the components.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from deploy.line_simulator.action_rules import Problem, action_problems, text_problems

BUBBLE_BYTES, CAROUSEL_BYTES, BUBBLES_MAX = 30 * 1024, 50 * 1024, 12
BUBBLE_SIZES = frozenset(("nano", "micro", "deca", "hecto", "kilo", "mega", "giga"))
LAYOUTS = frozenset(("horizontal", "vertical", "baseline"))
COMPONENTS = frozenset(
    ("box", "button", "image", "video", "icon", "text", "span", "separator", "filler")
)
# What a baseline box may hold.
IN_BASELINE = frozenset(("icon", "text", "filler"))
TEXT_MAX, DEEPEST = 2000, 10
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")
_CHOICES = {
    "weight": frozenset(("regular", "bold")),
    "align": frozenset(("start", "end", "center")),
    "gravity": frozenset(("top", "bottom", "center")),
    "style": frozenset(("primary", "secondary", "link", "normal", "italic")),
    "height": frozenset(("sm", "md")),
}
_SIZED = re.compile(r"(?:none|x{0,2}s|sm|md|lg|x{1,2}l|\d+(?:[.]\d+)?(?:px|%))")
_SPACES = ("margin", "spacing", "paddingAll", "paddingTop", "paddingBottom", "paddingStart")
_COLOURS = ("color", "backgroundColor", "borderColor")


def flex_problems(contents: Any, path: str) -> Iterator[Problem]:
    kind = contents.get("type") if isinstance(contents, dict) else None
    if kind == "bubble":
        yield from _bubble(contents, path)
    elif kind == "carousel":
        bubbles = contents.get("contents")
        if not isinstance(bubbles, list) or not 1 <= len(bubbles) <= BUBBLES_MAX:
            yield f"{path}.contents", f"Size must be between 1 and {BUBBLES_MAX}"
            return
        if _size(contents) > CAROUSEL_BYTES:
            yield path, f"Must not be larger than {CAROUSEL_BYTES} bytes"
        for place, bubble in enumerate(bubbles):
            yield from _bubble(bubble, f"{path}.contents[{place}]")
    else:
        yield f"{path}.type", "Must be one of the following values: [bubble, carousel]"


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _bubble(bubble: Any, path: str) -> Iterator[Problem]:
    if not isinstance(bubble, dict) or bubble.get("type") != "bubble":
        yield f"{path}.type", "Must be bubble"
        return
    if _size(bubble) > BUBBLE_BYTES:
        yield path, f"Must not be larger than {BUBBLE_BYTES} bytes"
    if bubble.get("size", "mega") not in BUBBLE_SIZES:
        yield f"{path}.size", "Must be one of the sizes of a bubble"
    if not any(name in bubble for name in ("header", "hero", "body", "footer")):
        yield path, "At least one block must be specified"
    for name in ("header", "body", "footer"):
        if name in bubble:
            block = bubble[name]
            if not isinstance(block, dict) or block.get("type") != "box":
                yield f"{path}.{name}", "Must be a box"
            else:
                yield from _component(block, f"{path}.{name}", 1)
    if "hero" in bubble:
        yield from _component(bubble["hero"], f"{path}.hero", 1)
    if "action" in bubble:
        yield from action_problems(bubble["action"], f"{path}.action", label_max=None)


def _component(part: Any, path: str, depth: int) -> Iterator[Problem]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in COMPONENTS:
        yield f"{path}.type", "Must be one of the components"
        return
    if depth > DEEPEST:
        yield path, f"Boxes must not be nested more than {DEEPEST} deep"
        return
    yield from _properties(part, path)
    match kind:
        case "box":
            yield from _box(part, path, depth)
        case "button":
            yield from action_problems(part.get("action"), f"{path}.action", label_max=40)
        case "text" | "span":
            if not (kind == "text" and part.get("contents")):
                yield from text_problems(part.get("text"), f"{path}.text", TEXT_MAX)
        case "image" | "icon" | "video":
            if not str(part.get("url", "")).startswith("https://"):
                yield f"{path}.url", "invalid uri scheme"
    if kind != "button" and "action" in part:
        yield from action_problems(part["action"], f"{path}.action", label_max=None)


def _box(box: dict[str, Any], path: str, depth: int) -> Iterator[Problem]:
    if box.get("layout") not in LAYOUTS:
        yield f"{path}.layout", "Must be one of the following values: [horizontal, vertical, ...]"
    contents = box.get("contents")
    if not isinstance(contents, list):
        yield f"{path}.contents", "May not be null"
        return
    for place, child in enumerate(contents):
        here = f"{path}.contents[{place}]"
        kind = child.get("type") if isinstance(child, dict) else None
        if box.get("layout") == "baseline" and kind not in IN_BASELINE:
            yield f"{here}.type", "Must be icon, text or filler in a baseline box"
        yield from _component(child, here, depth + 1)


def _properties(part: dict[str, Any], path: str) -> Iterator[Problem]:
    for name in _COLOURS:
        if name in part and not _COLOUR.fullmatch(str(part[name])):
            yield f"{path}.{name}", "invalid color"
    for name, allowed in _CHOICES.items():
        # A box has a height, too, but in other words.
        if name in part and part["type"] != "box" and part[name] not in allowed:
            yield f"{path}.{name}", f"Must be one of the following values: {sorted(allowed)}"
    for name in _SPACES:
        if name in part and not _SIZED.fullmatch(str(part[name])):
            yield f"{path}.{name}", "invalid size"
    flex = part.get("flex", 0)
    if not isinstance(flex, int) or isinstance(flex, bool) or flex < 0:
        yield f"{path}.flex", "Must be a whole number"
