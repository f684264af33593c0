"""One phone's screen: bubbles, buttons, quick replies, rich menu. Texts of the app in zh-Hant."""

from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.line_simulator.flex_page import flex, tappable
from deploy.line_simulator.markup import element, text
from deploy.line_simulator.phones import ChatMessage, Phone
from deploy.line_simulator.rich_menus import Menu

TAIPEI = timedelta(hours=8)
WEEKDAYS = "一二三四五六日"
# A phone that got thousands shows its newest.
SHOWN_MAX = 200


def screen(phone: Phone, account: str, menu: Menu | None) -> str:
    """Everything that changes; the field to write in stays outside, so that it keeps its focus."""
    return "".join(
        (
            _header(phone, account),
            element("div", _bubbles(phone), "chat", id="chat"),
            element("div", _quick_replies(phone), "quick"),
            _menu(menu if phone.receives else None),
        )
    )


def state_of(phone: Phone) -> tuple[str, str]:
    """A word for the class of its mark, and the word people read."""
    if phone.blocked:
        return "blocked", "已封鎖"
    return ("friend", "好友") if phone.following else ("stranger", "尚未加入")


def _header(phone: Phone, account: str) -> str:
    name, words = state_of(phone)
    back = element("a", "‹", "back", href="/", title="所有手機")
    title = element("div", text(account), "title") + element(
        "div", text(f"{phone.name} 的手機"), "owner"
    )
    mark = element("span", words, f"mark {name}")
    if phone.receives:
        button = element("button", "封鎖", "act", data_do="block")
    else:
        label = "解除封鎖" if phone.blocked else "加入好友"
        button = element("button", label, "act join", data_do="follow")
    return element("header", back + element("div", title, "titles") + mark + button)


def _bubbles(phone: Phone) -> str:
    if not phone.chat:
        return element("p", "還沒有訊息", "empty")
    made, day = [], ""
    for message in phone.chat[-SHOWN_MAX:]:
        at = datetime.fromtimestamp(message.at_ms / 1000, UTC) + TAIPEI
        today = f"{at.month}月{at.day}日（{WEEKDAYS[at.weekday()]}）"
        if today != day:
            made.append(element("div", element("span", today), "day"))
            day = today
        made.append(_bubble(message, f"{at:%H:%M}"))
    return "".join(made)


def _bubble(message: ChatMessage, at: str) -> str:
    if message.unsent:
        return element("div", element("span", "訊息已收回"), "day")
    stamp = element("span", at, "at")
    if message.by == "user":
        body = element("div", text(message.text), "bubble")
        return element("div", element("span", f"已讀<br>{at}", "at") + body, "row mine")
    avatar = element("span", "預", "avatar")
    return element("div", avatar + _body(message.message) + stamp, "row theirs")


def _body(message: Any) -> str:
    match message["type"]:
        case "text" | "textV2":
            return element("div", text(message["text"]), "bubble")
        case "flex":
            return element("div", flex(message["contents"]), "rich", title=message["altText"])
        case "template":
            return element("div", _template(message["template"]), "rich")
    return element("div", text(f"〔{message['type']}〕"), "bubble")


def _template(template: dict[str, Any]) -> str:
    """Buttons and confirm; of a carousel every column the same way."""
    columns = template.get("columns") or [template]
    made = []
    for column in columns:
        words = element("div", text(column.get("title", "")), "template-title")
        words += element("div", text(column.get("text", "")), "template-text")
        alone = [column["action"]] if "action" in column else []
        actions = column.get("actions") or alone
        buttons = "".join(
            tappable("div", text(each.get("label", "")), "flex-button link md", each, {})
            for each in actions
        )
        made.append(element("div", words + buttons, "flex-bubble template"))
    return element("div", made, "carousel")


def _quick_replies(phone: Phone) -> str:
    newest = phone.chat[-1] if phone.chat else None
    if newest is None or newest.by != "bot":
        return ""
    items = newest.message.get("quickReply", {}).get("items", ())
    actions = (item["action"] for item in items)
    return "".join(tappable("span", text(each["label"]), "chip", each, {}) for each in actions)


def _menu(menu: Menu | None) -> str:
    if menu is None:
        return ""
    size = menu.shape["size"]
    areas = []
    for area in menu.shape["areas"]:
        bounds = area["bounds"]
        place = {
            "left": f"{100 * bounds['x'] / size['width']:.3f}%",
            "top": f"{100 * bounds['y'] / size['height']:.3f}%",
            "width": f"{100 * bounds['width'] / size['width']:.3f}%",
            "height": f"{100 * bounds['height'] / size['height']:.3f}%",
        }
        action = area["action"]
        label = action.get("label") or action.get("displayText") or action.get("text") or ""
        areas.append(tappable("span", element("i", text(label)), "area", action, place))
    picture = f'<img src="/menus/{menu.id}" alt="">'
    ratio = {"aspect-ratio": f"{size['width'] / size['height']:.4f}"}
    shown = element("div", picture + "".join(areas), "menu-image", ratio)
    bar = element("summary", text(menu.shape["chatBarText"] + " ▾"))
    opened = " open" if menu.shape["selected"] else ""
    return f'<details class="menu"{opened}>{bar}{shown}</details>'
