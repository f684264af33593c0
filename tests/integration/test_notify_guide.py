"""The page that messages lead to while there is no portal, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from services.notify.bot_words import guiding
from tests.support.bot import Bot, TakingLine, a_bot, a_database_of_notify
from tests.support.bot_ways import words

_ROUND = """
insert into notify.rounds (round_id, programme, service_from, service_to, pickup_from, pickup_to,
    correction_deadline, opened_on) values ('r1', 'adult', 20270, 20453, 20574, 20604, 20604, 20574)
"""


@pytest.fixture(scope="module")
def guide_database(database_url: str) -> Iterator[str]:
    yield asyncio.run(a_database_of_notify(database_url, "notify_guide"))


@pytest.fixture
async def line() -> AsyncIterator[TakingLine]:
    async with TakingLine().running() as taking:
        yield taking


@pytest.fixture
async def bot(guide_database: str, line: TakingLine) -> AsyncIterator[Bot]:
    async with a_bot(guide_database, line.url) as running:
        yield running


async def test_the_guide_says_what_the_chat_says_and_runs_no_script(
    bot: Bot, line: TakingLine
) -> None:
    await bot.house.pool.execute(_ROUND)
    asked = bot.tapped("list")
    await bot.tell(asked)

    page = await bot.client.get(f"{bot.url}/guide")

    assert page.status_code == 200 and 'lang="zh-Hant"' in page.text
    assert "115年5月31日（日）前補正" in page.text and "檔案保留 30 天" in page.text
    for said in (*guiding.WAYS, *(line for line in page.text.split("<li>")[1:2])):
        assert said.split("</li>")[0] in words(line, asked) and said in page.text
    assert "script" not in page.text and "default-src 'none'" in str(page.headers)
    assert all(f'href="{url}"' in page.text for _, url in guiding.PLACES)


async def test_the_guide_teaches_what_is_published_and_nothing_else(bot: Bot) -> None:
    await bot.house.pool.execute(
        "insert into notify.contents (content_id, kind, programme, title, body, url, position,"
        " is_published, changed_by) values"
        " ('v1', 'video', 'child', '補正教學影片', '', 'https://video.test/1', 1, true, 'k'),"
        " ('d1', 'answer', 'child', '還沒公開', '草稿', '', 2, false, 'k')"
    )
    page = (await bot.client.get(f"{bot.url}/guide")).text
    assert '<a href="https://video.test/1">補正教學影片</a>' in page
    assert "<summary>" in page and "還沒公開" not in page


def test_messages_lead_to_the_guide_only_while_there_is_no_portal(bot: Bot) -> None:
    settings = bot.house.settings
    assert settings.correcting_url == f"{settings.public_url}/guide"
    with_portal = type(settings)(**{**vars(settings), "portal_url": "https://portal.test"})
    assert with_portal.correcting_url == "https://portal.test"
