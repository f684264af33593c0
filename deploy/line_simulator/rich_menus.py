"""Rich menus: made, given an image, shown to everybody or to one phone.

source: line-bot.md section 3, Rich menus; the public reference for sizes and errors.
"""

import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy.line_simulator.action_rules import Problem, action_problems, text_problems
from deploy.line_simulator.answers import NOT_FOUND, Answer, Refused, invalid, invalid_body
from deploy.line_simulator.asking import JSON_TYPE, Asked, Endpoint, Handle
from deploy.line_simulator.channel import Channel
from deploy.line_simulator.phones import USER_ID, Phone
from deploy.line_simulator.rates import AN_HOUR, USUAL, Rate

MENUS_MAX, AREAS_MAX, BULK_MAX, IMAGE_MAX = 1000, 20, 500, 1024 * 1024
IMAGE_TYPES = ("image/png", "image/jpeg")
HUNDRED_AN_HOUR = Rate(100, AN_HOUR)


@dataclass
class Menu:
    """``shape``: as it was given, with its richMenuId."""

    id: str
    shape: dict[str, Any]
    image: bytes = b""
    image_type: str = ""


class RichMenus:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._menus: dict[str, Menu] = {}
        self.default = ""

    def endpoints(self) -> list[Endpoint]:
        one, mine = "richmenu/{richMenuId}", "user/{userId}/richmenu"
        all_users = "user/all/richmenu"
        return [
            _json("POST", "richmenu", self.create, HUNDRED_AN_HOUR),
            _json("POST", "richmenu/validate", self.validate),
            _plain("GET", "richmenu/list", self.listed),
            _json("POST", "richmenu/bulk/link", self.link_many),
            _json("POST", "richmenu/bulk/unlink", self.unlink_many),
            _plain("GET", one, self.get),
            _plain("DELETE", one, self.delete, HUNDRED_AN_HOUR),
            Endpoint(
                "POST", f"/v2/bot/{one}/content", f"{one}/content", self.upload,
                content_types=IMAGE_TYPES,
            ),
            _plain("GET", f"{one}/content", self.image),
            _plain("GET", all_users, self.get_default),
            _plain("DELETE", all_users, self.clear_default),
            _plain("POST", f"{all_users}/{{richMenuId}}", self.set_default),
            _plain("GET", mine, self.linked),
            _plain("DELETE", mine, self.unlink),
            _plain("POST", f"{mine}/{{richMenuId}}", self.link),
        ]  # fmt: skip

    def find(self, menu_id: str) -> Menu | None:
        return self._menus.get(menu_id)

    def of(self, phone: Phone) -> Menu | None:
        """What this phone shows: its own, or everybody's."""
        return self._menus.get(phone.menu_id) or self._menus.get(self.default)

    async def validate(self, asked: Asked) -> Answer:
        problems = list(_menu_problems(asked.body))
        if problems:
            raise invalid_body(problems)
        return Answer()

    async def create(self, asked: Asked) -> Answer:
        await self.validate(asked)
        if len(self._menus) >= MENUS_MAX:
            raise Refused(400, f"There are {MENUS_MAX} rich menus already")
        menu_id = f"richmenu-{secrets.token_hex(16)}"
        self._menus[menu_id] = Menu(menu_id, {"richMenuId": menu_id, **asked.body})
        return Answer(body={"richMenuId": menu_id})

    async def listed(self, asked: Asked) -> Answer:
        return Answer(body={"richmenus": [menu.shape for menu in self._menus.values()]})

    async def get(self, asked: Asked) -> Answer:
        return Answer(body=self._menu(asked.values["richMenuId"]).shape)

    async def delete(self, asked: Asked) -> Answer:
        menu = self._menu(asked.values["richMenuId"])
        del self._menus[menu.id]
        self.default = "" if self.default == menu.id else self.default
        self._shown_anew()
        return Answer()

    async def upload(self, asked: Asked) -> Answer:
        menu = self._menu(asked.values["richMenuId"])
        if menu.image:
            raise Refused(400, "An image has already been uploaded to the richmenu")
        if len(asked.raw) > IMAGE_MAX:
            raise Refused(413, "The image is larger than 1 MB")
        size = menu.shape["size"]
        if image_size(asked.raw, asked.content_type) != (size["width"], size["height"]):
            raise Refused(400, "The image size does not match the richmenu's")
        menu.image, menu.image_type = asked.raw, asked.content_type
        return Answer()

    async def image(self, asked: Asked) -> Answer:
        menu = self._menu(asked.values["richMenuId"])
        if not menu.image:
            raise Refused(404, NOT_FOUND)
        return Answer(body=menu.image, headers={"Content-Type": menu.image_type})

    async def get_default(self, asked: Asked) -> Answer:
        if not self.default:
            raise Refused(404, "no default richmenu")
        return Answer(body={"richMenuId": self.default})

    async def set_default(self, asked: Asked) -> Answer:
        self.default = self._with_image(asked.values["richMenuId"]).id
        self._shown_anew()
        return Answer()

    async def clear_default(self, asked: Asked) -> Answer:
        self.default = ""
        self._shown_anew()
        return Answer()

    async def linked(self, asked: Asked) -> Answer:
        phone = self._channel.phones.find(asked.values["userId"])
        if phone is None or not phone.menu_id:
            raise Refused(404, "the user has no richmenu")
        return Answer(body={"richMenuId": phone.menu_id})

    async def link(self, asked: Asked) -> Answer:
        menu = self._with_image(asked.values["richMenuId"])
        self._give([asked.values["userId"]], menu.id, "userId")
        return Answer()

    async def unlink(self, asked: Asked) -> Answer:
        self._give([asked.values["userId"]], "", "userId")
        return Answer()

    async def link_many(self, asked: Asked) -> Answer:
        menu = self._with_image(asked.text("richMenuId"))
        self._give(asked.texts("userIds", BULK_MAX), menu.id, "userIds")
        return Answer(202)

    async def unlink_many(self, asked: Asked) -> Answer:
        self._give(asked.texts("userIds", BULK_MAX), "", "userIds")
        return Answer(202)

    def _give(self, users: list[str], menu_id: str, path: str) -> None:
        for place, user in enumerate(users):
            if not USER_ID.fullmatch(user):
                raise invalid(path if path == "userId" else f"{path}[{place}]")
        for user in users:
            phone = self._channel.phones.find(user)
            if phone is not None:
                phone.menu_id = menu_id
                phone.version += 1

    def _menu(self, menu_id: str) -> Menu:
        if menu_id not in self._menus:
            raise Refused(404, "richmenu not found")
        return self._menus[menu_id]

    def _with_image(self, menu_id: str) -> Menu:
        menu = self._menu(menu_id)
        if not menu.image:
            raise Refused(400, "must upload richmenu image before applying it to user")
        return menu

    def _shown_anew(self) -> None:
        for phone in self._channel.phones:
            phone.version += 1


def image_size(image: bytes, content_type: str) -> tuple[int, int]:
    """Width and height of a PNG or JPEG, (0, 0) when it is none."""
    if content_type == "image/png" and image[:8] == b"\x89PNG\r\n\x1a\n" and len(image) > 24:
        width, height = struct.unpack(">II", image[16:24])
        return width, height
    if content_type == "image/jpeg" and image[:2] == b"\xff\xd8":
        return _jpeg_size(image)
    return 0, 0


def _jpeg_size(image: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(image) and image[at] == 0xFF:
        marker, length = image[at + 1], struct.unpack(">H", image[at + 2 : at + 4])[0]
        # Start of frame; C4, C8 and CC are tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", image[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return 0, 0


def _menu_problems(menu: dict[str, Any]) -> Iterator[Problem]:
    size = menu.get("size")
    size = size if isinstance(size, dict) else {}
    width, height = size.get("width"), size.get("height")
    if not isinstance(width, int) or not 800 <= width <= 2500:
        yield "size.width", "Must be between 800 and 2500"
    elif not isinstance(height, int) or height < 250 or width / height < 1.45:
        yield "size.height", "Must be at least 250, and the width at least 1.45 times of it"
    yield from text_problems(menu.get("name"), "name", 300)
    yield from text_problems(menu.get("chatBarText"), "chatBarText", 14)
    if not isinstance(menu.get("selected"), bool):
        yield "selected", "May not be null"
    areas = menu.get("areas")
    if not isinstance(areas, list) or len(areas) > AREAS_MAX:
        yield "areas", f"Size must be between 0 and {AREAS_MAX}"
        return
    for place, area in enumerate(areas):
        path = f"areas[{place}]"
        bounds = area.get("bounds") if isinstance(area, dict) else None
        if not isinstance(bounds, dict) or not {"x", "y", "width", "height"} <= bounds.keys():
            yield f"{path}.bounds", "May not be null"
            continue
        yield from action_problems(area.get("action"), f"{path}.action", label_max=None)


def _json(method: str, name: str, handle: Handle, rate: Rate = USUAL) -> Endpoint:
    return Endpoint(method, f"/v2/bot/{name}", name, handle, rate, False, (JSON_TYPE,))


def _plain(method: str, name: str, handle: Handle, rate: Rate = USUAL) -> Endpoint:
    return Endpoint(method, f"/v2/bot/{name}", name, handle, rate)
