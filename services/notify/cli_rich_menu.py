"""rich-menu: put the menu in place at LINE, look at what is there, print its drawing."""

import typer

from pipeline.logs import start_logs
from services.notify import cli, rich_menu
from services.notify.database import opened
from services.notify.line_calls import line_calls
from services.notify.line_client import LineClient, Outcome
from services.notify.settings import NAME, TalkSettings

rich_menu_app = typer.Typer(
    name="rich-menu", help="The menu below the chat. 圖文選單。", no_args_is_help=True
)


class NotTaken(Exception):
    """LINE refused a call; says what LINE said."""


def taken(outcome: Outcome) -> Outcome:
    """Raises NotTaken."""
    if not outcome.is_done:
        raise NotTaken(f"{outcome.status} {outcome.message}")
    return outcome


async def put_in_place(line: LineClient) -> str:
    """Make the menu, give it its picture, show it to everybody, remove our older ones; what was
    done. Done again, nothing is to do. Raises NotTaken."""
    shape = rich_menu.shape()
    ours = [one for one in await menus_of(line) if one["name"].startswith(rich_menu.PREFIX)]
    shown = (await line.default_menu()).body.get("richMenuId", "")
    if any(one["name"] == shape["name"] and one["richMenuId"] == shown for one in ours):
        return "in place already"
    made: str = taken(await line.create_menu(shape)).body["richMenuId"]
    picture = rich_menu.PICTURE.read_bytes()
    taken(await line.upload_menu_image(made, picture, rich_menu.PICTURE_TYPE))
    taken(await line.show_menu_to_all(made))
    for one in ours:
        taken(await line.delete_menu(one["richMenuId"]))
    return "put in place"


async def menus_of(line: LineClient) -> list[dict[str, str]]:
    """Raises NotTaken."""
    found: list[dict[str, str]] = taken(await line.menus()).body.get("richmenus", [])
    return found


async def _apply(settings: TalkSettings) -> str:
    pool = await opened(settings.database_url, settings.database_connections)
    try:
        async with LineClient(
            settings.line_channel_token,
            line_calls(pool, start_logs(NAME)),
            base_url=settings.line_base_url,
            timeout_s=settings.line_timeout_s,
        ) as line:
            return await put_in_place(line)
    finally:
        pool.terminate()


@rich_menu_app.command()
def apply() -> None:
    """Put the menu in place for every follower; again is nothing. 套用圖文選單。"""
    settings = cli.read(TalkSettings)
    try:
        cli.out.print(cli.run(lambda: _apply(settings)))
    except NotTaken as bad:
        cli.leave(f"LINE 拒絕 refused: {bad}", cli.REFUSED)


@rich_menu_app.command()
def show() -> None:
    """The areas and what they do. 顯示圖文選單內容。"""
    for area in rich_menu.shape()["areas"]:
        bounds, action = area["bounds"], area["action"]
        cli.out.print(f"{bounds['x']:>5} {bounds['y']:>5}  {action['data']:<8} {action['label']}")


@rich_menu_app.command()
def svg() -> None:
    """The drawing of its picture, to be rendered by a browser. 輸出圖檔的向量圖。"""
    typer.echo(rich_menu.svg(), nl=False)
