"""/guide: how to correct, without any facility's data. Messages lead here without a portal."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from claims.notice_lines import PROGRAMMES_ZH
from services.notify import menu
from services.notify.bot_words import guiding
from services.notify.bot_words.guiding import Content, Pickup
from services.notify.form_page import page
from services.notify.house import house_of
from services.notify.knowing import open_rounds, published
from services.notify.settings import GUIDE

router = APIRouter(include_in_schema=False)
TITLE = "補正方式"


@router.get(GUIDE)
async def guide(request: Request) -> Response:
    """The same words as in the chat, as of now."""
    async with house_of(request).pool.acquire() as connection:
        rounds, contents = await open_rounds(connection), await published(connection)
    return guide_page(rounds, contents)


def guide_page(rounds: Sequence[Pickup], contents: Sequence[Content]) -> Response:
    """``rounds`` that are open; ``contents`` that are published."""
    return page(
        "guide.html",
        title=TITLE,
        dates=guiding.dates(rounds),
        ways=guiding.WAYS,
        places=guiding.PLACES,
        list_title=menu.LABELS[menu.LIST],
        teach_title=menu.LABELS[menu.TEACH],
        lessons=[
            (PROGRAMMES_ZH.get(programme, "共同事項"), ours)
            for programme in ("", *PROGRAMMES_ZH)
            if (ours := [one for one in contents if _teaches(one, programme)])
        ],
    )


def _teaches(one: Content, programme: str) -> bool:
    return one.programme == programme and one.kind != "link"
