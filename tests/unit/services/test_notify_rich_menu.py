"""The rich menu: its areas, its picture, and how it gets to LINE."""

import struct

from services.notify import rich_menu
from services.notify.cli_rich_menu import put_in_place
from services.notify.line_calls import LineCall
from services.notify.line_client import LineClient
from services.notify.menu import LABELS, LINK
from tests.support.line import ALICE, LineSimulator, a_line


async def _no_record(call: LineCall) -> None:
    pass


def test_the_picture_shows_the_drawing_in_its_size() -> None:
    """When this fails, the drawing was changed: render it anew (see rich_menu.py)."""
    assert rich_menu.drawing_hash() == rich_menu.PICTURE_OF
    content = rich_menu.PICTURE.read_bytes()
    assert len(content) <= 1_000_000 and content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == rich_menu.SIZE


def test_the_areas_cover_the_picture_and_every_function() -> None:
    areas = rich_menu.shape()["areas"]
    covered = {
        (area["bounds"]["x"] + x, area["bounds"]["y"] + y)
        for area in areas
        for x in range(0, area["bounds"]["width"], 20)
        for y in range(0, area["bounds"]["height"], 20)
    }
    width, height = rich_menu.SIZE
    assert len(covered) == (width // 20) * (height // 20)
    assert {area["action"]["data"] for area in areas} == set(LABELS) - {LINK}


async def test_it_is_put_in_place_once_and_older_ones_go() -> None:
    async with a_line(ALICE) as line, a_client(line) as client:
        old = await client.create_menu({**rich_menu.shape(), "name": "gouji-old"})
        other = await client.create_menu({**rich_menu.shape(), "name": "of somebody else"})
        assert await put_in_place(client) == "put in place"
        assert await put_in_place(client) == "in place already"
        left = [one["richMenuId"] for one in (await client.menus()).body["richmenus"]]
        assert old.body["richMenuId"] not in left and other.body["richMenuId"] in left
        assert len(left) == 2
        assert "審核申請" in [button.get("label") for button in line.buttons(ALICE)]
        assert line.violations == []


def a_client(line: LineSimulator) -> LineClient:
    return LineClient("simulated-channel-token", _no_record, base_url=line.url)
