"""The rich menu, as code: its areas, and the drawing that its picture is rendered of.

LINE takes a picture only as PNG or JPEG, and the words need a font; so the picture is kept beside
this file. After a change: `python -m services.notify rich-menu svg > menu.svg`, render that by a
browser at its size, put the result in its place, and its drawing's hash below.
"""

import hashlib
from pathlib import Path
from typing import Any

from services.notify.menu import APPLY, COUNT, FILE, LABELS, LINKS, LIST, STAFF, TEACH, UNBIND
from services.notify.replies import tap

PICTURE = Path(__file__).parent / "rich_menu.png"
PICTURE_TYPE = "image/png"
# SHA-256 of the drawing (below) that PICTURE shows.
PICTURE_OF = "1b39a7a624946be793660dec194d1cfeaa00d31657184b86edd6d5f062183007"
# Of the names of our menus at LINE.
PREFIX = "gouji-"
COLUMNS, WIDTH, HEIGHT = 4, 400, 540
SIZE = (COLUMNS * WIDTH, 2 * HEIGHT)
ORDER = (COUNT, LIST, TEACH, LINKS, FILE, STAFF, APPLY, UNBIND)
"""帳號連結 has no area of its own: its button stands beside the application's form."""

# Lines on a field of 100 by 100, in the words of SVG's path.
_SIGNS = {
    COUNT: "M24 10h38l16 16v64H24zM62 10v16h16M36 46h30M36 60h30M36 74h18",
    LIST: "M50 12v48M30 42l20 20 20-20M16 70v18h68V70",
    TEACH: "M12 20h76v52H12zM42 34v24l22-12zM34 86h32",
    LINKS: "M44 58l-8 8a15 15 0 0 1-22-22l14-14a15 15 0 0 1 22 0M56 42l8-8a15 15 0 0 1 22 22"
    "L72 70a15 15 0 0 1-22 0M38 62l24-24",
    FILE: "M10 24h80v54H10zM10 26l40 30 40-30",
    STAFF: "M16 56V48a34 34 0 0 1 68 0v8M10 56h14v22H10zM76 56h14v22H76zM84 78q0 12-24 12",
    APPLY: "M20 12h46v76H20zM32 30h22M32 44h22M60 70l26-30 8 7-26 30-10 3z",
    UNBIND: "M40 62l-6 6a15 15 0 0 1-22-22l10-10M60 38l6-6a15 15 0 0 1 22 22L78 64M30 16l6 12"
    "M16 28l12 6M70 84l-6-12M84 72l-12-6",
}  # fmt: skip
_GREEN, _DARK = "#0B7A5C", "#075742"


def shape() -> dict[str, Any]:
    """What LINE is told: every area is a verb of the menu, so that the chat's buttons do the
    same, which LINE for PC shows."""
    areas = []
    for place, verb in enumerate(ORDER):
        left, top = _corner(place)
        bounds = {"x": left, "y": top, "width": WIDTH, "height": HEIGHT}
        areas.append({"bounds": bounds, "action": tap(LABELS[verb], verb)})
    size = {"width": SIZE[0], "height": SIZE[1]}
    return {
        "size": size,
        "selected": True,
        # Another menu has another name: so it is known whether this one is in place.
        "name": PREFIX + hashlib.sha256(f"{areas}{PICTURE_OF}".encode()).hexdigest()[:12],
        "chatBarText": "功能選單",
        "areas": areas,
    }


def _corner(place: int) -> tuple[int, int]:
    return place % COLUMNS * WIDTH, place // COLUMNS * HEIGHT


def svg() -> str:
    """The drawing."""
    tiles = "".join(_tile(place, verb) for place, verb in enumerate(ORDER))
    width, height = SIZE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}"'
        f' fill="{_DARK}"/>{tiles}</svg>\n'
    )


def _tile(place: int, verb: str) -> str:
    left, top = _corner(place)
    return (
        f'<rect x="{left + 6}" y="{top + 6}" width="{WIDTH - 12}" height="{HEIGHT - 12}" rx="28"'
        f' fill="{_GREEN}"/><g transform="translate({left + 110} {top + 110}) scale(1.8)"'
        ' fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round"'
        f' stroke-linejoin="round"><path d="{_SIGNS[verb]}"/></g>'
        f'<text x="{left + WIDTH // 2}" y="{top + 420}" text-anchor="middle" font-size="58"'
        ' font-weight="700" fill="#fff" font-family="Noto Sans CJK TC, Noto Sans TC,'
        f' PingFang TC, Microsoft JhengHei, sans-serif">{LABELS[verb]}</text>'
    )


def drawing_hash() -> str:
    return hashlib.sha256(svg().encode()).hexdigest()
