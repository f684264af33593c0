"""Flex messages as HTML, near enough to the app that a person reads the same.

source: the public reference's component properties. Pictures are shown as their place only: nothing
is fetched from anywhere.
"""

import json
from collections.abc import Mapping
from typing import Any

from deploy.line_simulator.markup import element, text

Part = Mapping[str, Any]
SPACES = {"none": 0, "xs": 2, "sm": 4, "md": 8, "lg": 12, "xl": 16, "xxl": 20}
TEXT_SIZES = {"xxs": 11, "xs": 13, "sm": 14, "md": 16, "lg": 19, "xl": 22, "xxl": 29, "3xl": 35}
TEXT_SIZES |= {"4xl": 48, "5xl": 74}
WIDTHS = {"nano": 120, "micro": 160, "deca": 220, "hecto": 241, "kilo": 260, "mega": 300}
WIDTHS |= {"giga": 386}
GRAVITY = {"top": "flex-start", "center": "center", "bottom": "flex-end"}
_PADDINGS = {
    "paddingAll": ("padding",),
    "paddingTop": ("padding-top",),
    "paddingBottom": ("padding-bottom",),
    "paddingStart": ("padding-left",),
    "paddingEnd": ("padding-right",),
}
_AS_THEY_ARE = {
    "backgroundColor": "background-color",
    "borderColor": "border-color",
    "justifyContent": "justify-content",
    "alignItems": "align-items",
    "width": "width",
    "height": "height",
}


def flex(contents: Part) -> str:
    if contents["type"] == "carousel":
        bubbles = (_bubble(bubble) for bubble in contents["contents"])
        return element("div", bubbles, "carousel")
    return _bubble(contents)


def tappable(tag: str, inner: str, classes: str, action: Part, style: Mapping[str, str]) -> str:
    """A link for a page, a button for what the phone tells the bot."""
    if action["type"] == "uri":
        return element(
            "a", inner, classes, style, href=action["uri"], target="_blank", rel="noopener"
        )
    told = json.dumps(dict(action), ensure_ascii=False)
    return element(tag, inner, classes, style, data_action=told, role="button", tabindex="0")


def _bubble(bubble: Part) -> str:
    blocks = []
    for name in ("header", "hero", "body", "footer"):
        if name in bubble:
            block = _part(bubble[name], inside="vertical")
            blocks.append(element("div", block, f"block {name}", _block_style(bubble, name)))
    width = WIDTHS.get(str(bubble.get("size", "mega")), WIDTHS["mega"])
    style = {"width": f"{width}px"}
    if "action" in bubble:
        return tappable("div", "".join(blocks), "flex-bubble", bubble["action"], style)
    return element("div", blocks, "flex-bubble", style)


def _block_style(bubble: Part, name: str) -> dict[str, str]:
    given = bubble.get("styles", {}).get(name, {})
    style = {}
    if "backgroundColor" in given:
        style["background-color"] = str(given["backgroundColor"])
    if given.get("separator"):
        style["border-top"] = "1px solid #d4d6da"
    return style


def _part(part: Part, inside: str, place: int = 0, spacing: str = "none") -> str:
    """``inside``: the layout of the box around it; ``spacing``: that box's."""
    kind = part["type"]
    style = _in_its_box(part, inside, place, spacing)
    match kind:
        case "box":
            return _box(part, style)
        case "text":
            return _text(part, style)
        case "span":
            return element("span", text(part.get("text", "")), "", _letters(part))
        case "button":
            return _button(part, style)
        case "separator":
            return _separator(part, inside, style)
        case "filler":
            return element("div", "", "", {**style, "flex": "1"})
        case "icon":
            return element("span", "◆", "flex-icon", style)
    name = "影片" if kind == "video" else "圖片"
    return element("div", name, "flex-picture", style)


def _in_its_box(part: Part, inside: str, place: int, spacing: str) -> dict[str, str]:
    style = {}
    distance = part.get("margin", spacing if place else "none")
    side = "margin-top" if inside == "vertical" else "margin-left"
    if place and (size := _length(distance, SPACES)):
        style[side] = size
    grow = part.get("flex")
    if grow is None:
        grow = 0 if inside == "vertical" or part["type"] in ("separator", "icon") else 1
    style["flex"] = f"{grow} 0 0px" if grow and inside != "vertical" else f"{grow} 0 auto"
    if inside == "horizontal" and "gravity" in part:
        style["align-self"] = GRAVITY.get(str(part["gravity"]), "stretch")
    return style


def _box(box: Part, style: dict[str, str]) -> str:
    layout = str(box["layout"])
    style = {**style, "flex-direction": "column" if layout == "vertical" else "row"}
    if layout == "baseline":
        style["align-items"] = "baseline"
    for name, sides in _PADDINGS.items():
        if name in box and (size := _length(box[name], SPACES)):
            style |= dict.fromkeys(sides, size)
    style |= {css: str(box[name]) for name, css in _AS_THEY_ARE.items() if name in box}
    if "cornerRadius" in box and (size := _length(box["cornerRadius"], SPACES)):
        style["border-radius"] = size
    if "borderWidth" in box and (size := _length(box["borderWidth"], {"normal": 1, "light": 1})):
        style |= {"border-width": size, "border-style": "solid"}
    spacing = str(box.get("spacing", "none"))
    inner = "".join(
        _part(child, layout, place, spacing) for place, child in enumerate(box["contents"])
    )
    if "action" in box:
        return tappable("div", inner, "flex-box taps", box["action"], style)
    return element("div", inner, "flex-box", style)


def _text(part: Part, style: dict[str, str]) -> str:
    style = {**style, **_letters(part), "text-align": str(part.get("align", "start"))}
    spans = part.get("contents") or ()
    inner = "".join(_part(span, "baseline") for span in spans) or text(part.get("text", ""))
    classes = "flex-text wraps" if part.get("wrap") else "flex-text"
    if "action" in part:
        return tappable("div", inner, f"{classes} taps", part["action"], style)
    return element("div", inner, classes, style)


def _letters(part: Part) -> dict[str, str]:
    style = {"color": str(part.get("color", "inherit"))}
    if size := _length(part.get("size", "md" if part["type"] == "text" else ""), TEXT_SIZES):
        style["font-size"] = size
    if part.get("weight") == "bold":
        style["font-weight"] = "700"
    if part.get("style") == "italic":
        style["font-style"] = "italic"
    if part.get("decoration") in ("underline", "line-through"):
        style["text-decoration"] = str(part["decoration"])
    return style


def _button(part: Part, style: dict[str, str]) -> str:
    look = str(part.get("style", "link"))
    if "color" in part:
        style = {**style, "color" if look == "link" else "background-color": str(part["color"])}
    classes = f"flex-button {look} {part.get('height', 'md')}"
    return tappable("div", text(part["action"].get("label", "")), classes, part["action"], style)


def _separator(part: Part, inside: str, style: dict[str, str]) -> str:
    side = "border-top" if inside == "vertical" else "border-left"
    line = {**style, side: f"1px solid {part.get('color', '#d4d6da')}"}
    return element("div", "", "flex-line", line)


def _length(value: Any, names: Mapping[str, int]) -> str:
    """A size by its name, or in pixels or per cent; empty when it is none."""
    if str(value) in names:
        return f"{names[str(value)]}px"
    return str(value) if str(value).endswith(("px", "%")) else ""
