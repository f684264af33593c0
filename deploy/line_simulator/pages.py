"""The phones for a person's eyes: a list, and a page for each that keeps itself up to date."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from deploy.line_simulator.chat_page import screen, state_of
from deploy.line_simulator.markup import element, text
from deploy.line_simulator.phones import Phone

if TYPE_CHECKING:
    from deploy.line_simulator.simulator import LineSimulator

_FOLDER = Path(__file__).parent / "page"
_HEAD = (
    '<!doctype html><html lang="zh-Hant"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>{style}</style></head><body{attributes}>"
)


class Pages:
    """Pages ask again by their version: 204 while nothing has changed."""

    def __init__(self, line: "LineSimulator") -> None:
        self._line = line
        self._style = (_FOLDER / "phone.css").read_text(encoding="utf-8")
        self._script = (_FOLDER / "phone.js").read_text(encoding="utf-8")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/phones/{user}", self.phone),
            web.get("/menus/{id}", self.menu_image),
            web.get("/dialog/bot/accountLink", self.account_link),
        ]

    async def index(self, request: web.Request) -> web.Response:
        phones = list(self._line.channel.phones)
        version = str(sum(phone.version for phone in phones) + len(phones))
        cards = "".join(_card(phone) for phone in phones)
        if not phones:
            cards = element("p", "還沒有手機。請在下面新增一支。", "empty")
        part = element("div", cards, "cards")
        if "seen" in request.query:
            return self._part(request, version, part)
        rest = (
            '<form class="new" data-new="' + "U" + secrets.token_hex(16) + '">'
            '<input name="name" maxlength="20" placeholder="姓名，例如：王小姐" required '
            'aria-label="姓名"><button>新增手機並加入好友</button></form>'
        )
        title = element("h1", text(f"{self._line.channel.name}・模擬手機"))
        body = f'<main class="index">{title}<div id="part">{part}</div>{rest}</main>'
        return self._page("模擬手機", version, body)

    async def phone(self, request: web.Request) -> web.Response:
        phone = self._line.channel.phones.find(request.match_info["user"])
        if phone is None:
            return web.Response(status=404, text="沒有這支手機")
        part = screen(phone, self._line.channel.name, self._line.menus.of(phone))
        version = str(phone.version)
        if "seen" in request.query:
            return self._part(request, version, part)
        write = (
            '<form class="write"><input name="text" autocomplete="off" maxlength="5000" '
            'placeholder="輸入訊息" aria-label="輸入訊息"><button>傳送</button></form>'
        )
        body = f'<main class="phone"><div id="part">{part}</div>{write}</main>'
        return self._page(f"{phone.name} 的手機", version, body, phone.user)

    async def account_link(self, request: web.Request) -> web.Response:
        """Where a bot's login ends: LINE knows whose phone this is by the link token, and tells the
        bot. The nonce must be one the bot could have made."""
        asked = request.query
        knock = await self._line.link_account(asked.get("linkToken", ""), asked.get("nonce", ""))
        said = "連結沒有完成：連結已失效。" if knock is None else "已通知官方帳號，請回到聊天室。"
        body = f'<main class="index">{element("h1", text("帳號連結"))}{element("p", said)}</main>'
        head = _HEAD.format(title="帳號連結", style=self._style, attributes="")
        return _html(f"{head}{body}</body></html>")

    async def menu_image(self, request: web.Request) -> web.Response:
        menu = self._line.menus.find(request.match_info["id"])
        if menu is None or not menu.image:
            return web.Response(status=404)
        return web.Response(body=menu.image, content_type=menu.image_type)

    def _part(self, request: web.Request, version: str, part: str) -> web.Response:
        if request.query["seen"] == version:
            return web.Response(status=204)
        return _html(part, {"x-version": version})

    def _page(self, title: str, version: str, body: str, user: str = "") -> web.Response:
        attributes = f' data-version="{version}" data-user="{user}"'
        head = _HEAD.format(title=text(title), style=self._style, attributes=attributes)
        return _html(f"{head}{body}<script>{self._script}</script></body></html>")


def _card(phone: Phone) -> str:
    name, words = state_of(phone)
    last = phone.chat[-1] if phone.chat else None
    told = "（已收回）" if last and last.unsent else (last.text if last else "還沒有訊息")
    lines = element("div", text(phone.name), "name") + element("div", text(told), "last")
    count = element("span", str(len(phone.received())), "count", title="收到的訊息數")
    mark = element("span", words, f"mark {name}")
    avatar = element("span", text(phone.name[:1]), "avatar")
    inner = avatar + element("div", lines, "lines") + mark + count
    return element("a", inner, "card", href=f"/phones/{phone.user}")


def _html(page: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        text=page,
        content_type="text/html",
        charset="utf-8",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
