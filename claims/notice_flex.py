"""A digest as a LINE Flex bubble: a heading, a block for each subject, the link as a button.

Plain data in the shape of the Messaging API. Rich menus are not shown on LINE for PC, so that the
next question has its button here, too (line-bot.md section 3).
"""

from typing import Any

from claims.notice_lines import Letter, Row

Box = dict[str, Any]

DEEP, INK, SOFT, FAINT, LINE_COLOUR = "#0F4C5C", "#1F2933", "#5F6B7A", "#CFE3E8", "#E4E7EB"
RED, AMBER, GREEN = "#C92A2A", "#B35C00", "#2B6E3F"
NEAR_DAYS, SOON_DAYS = 3, 7

OPEN_COUNTS_LABEL = "待補件數"
OPEN_COUNTS_DATA = "count"
"""What the bot gets when the second button is tapped; its answer is a reply, and so free."""


def bubble_of(letter: Letter, *, asks_counts: bool) -> Box:
    """At most 30 KB with as many rows as a digest may have; tests measure it."""
    blocks: list[Box] = []
    for title, rows in letter.sections:
        if blocks:
            blocks.append({"type": "separator", "margin": "lg", "color": LINE_COLOUR})
        blocks.append(_section(title, rows))
    if letter.more:
        blocks.append(_text(f"另有 {letter.more} 項，請開啟連結查看。", SOFT, "sm", margin="lg"))
    return {
        "type": "bubble",
        "size": "mega",
        "header": _header(letter),
        "body": {"type": "box", "layout": "vertical", "contents": blocks, "paddingAll": "18px"},
        "footer": _footer(letter, asks_counts),
    }


def _header(letter: Letter) -> Box:
    return {
        "type": "box",
        "layout": "vertical",
        "backgroundColor": DEEP,
        "paddingAll": "18px",
        "spacing": "xs",
        "contents": [
            _text(letter.heading, "#FFFFFF", "lg", weight="bold"),
            _text(letter.sub_heading, FAINT, "xs"),
        ],
    }


def _section(title: str, rows: tuple[Row, ...]) -> Box:
    contents = [_text(title, DEEP, "md", weight="bold")]
    contents += [_row(row) for row in rows]
    return {"type": "box", "layout": "vertical", "margin": "lg", "spacing": "md",
            "contents": contents}  # fmt: skip


def _row(row: Row) -> Box:
    """What and how many; below, the deadline in the colour of its nearness, and what to do."""
    contents = [
        {
            "type": "box",
            "layout": "baseline",
            "contents": [
                _text(row.what, INK, "sm", flex=5),
                _text(f"{row.count:,} {row.unit}", INK, "md", weight="bold", align="end", flex=3),
            ],
        }
    ]
    if row.due:
        contents.append(_deadline(row))
    if row.ask:
        contents.append(_text(row.ask, SOFT, "xs"))
    return {"type": "box", "layout": "vertical", "spacing": "xs", "contents": contents}


def _deadline(row: Row) -> Box:
    colour = _nearness(row.days_left)
    return {
        "type": "box",
        "layout": "baseline",
        "contents": [
            _text(f"期限 {row.due}", colour, "sm", flex=5),
            _text(row.left or "－", colour, "sm", weight="bold", align="end", flex=3),
        ],
    }


def _nearness(days: int | None) -> str:
    if days is None or days > SOON_DAYS:
        return GREEN
    return RED if days <= NEAR_DAYS else AMBER


def _footer(letter: Letter, asks_counts: bool) -> Box:
    link = {"type": "uri", "label": letter.button, "uri": letter.link}
    buttons = [{"type": "button", "style": "primary", "color": DEEP, "action": link}]
    if asks_counts:
        ask = {
            "type": "postback",
            "label": OPEN_COUNTS_LABEL,
            "data": OPEN_COUNTS_DATA,
            "displayText": OPEN_COUNTS_LABEL,
        }
        buttons.append({"type": "button", "style": "secondary", "height": "sm", "action": ask})
    return {"type": "box", "layout": "vertical", "spacing": "sm", "paddingAll": "14px",
            "contents": buttons}  # fmt: skip


def _text(text: str, colour: str, size: str, **more: Any) -> Box:
    return {"type": "text", "text": text, "color": colour, "size": size, "wrap": True, **more}
