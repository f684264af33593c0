"""A clinic's manager and the bot, on the strict LINE: follow, apply, be approved, ask, leave.

The simulator refuses what LINE would refuse, so this is also where every message of the bot is
checked against LINE's limits.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest

from services.notify import applications
from services.notify.menu import LABELS, STAFF
from tests.support.bot import SECRET, Bot, a_bot, a_database_of_notify
from tests.support.kafka import until
from tests.support.line import LineSimulator

OURS = "3501340006"
FILLED = {
    "facility_name": "測試診所",
    "facility_id": OURS,
    "contact_name": "測試人",
    "email": "someone@clinic.test",
    "phone": "0222345678#12",
    "consent": "yes",
}


@pytest.fixture(scope="module")
def journey_database(database_url: str) -> Iterator[str]:
    yield asyncio.run(a_database_of_notify(database_url, "notify_bot_journey"))


@pytest.fixture
async def line() -> AsyncIterator[LineSimulator]:
    async with LineSimulator.running(channel_secret=SECRET, channel_token="token") as simulated:
        yield simulated


@pytest.fixture
async def bot(journey_database: str, line: LineSimulator) -> AsyncIterator[Bot]:
    async with a_bot(journey_database, line.url) as running:
        line.webhook.url = f"{running.url}/line/webhook"
        yield running


class Manager:
    """Somebody with a phone."""

    def __init__(self, bot: Bot, line: LineSimulator) -> None:
        self._bot, self._line, self._user = bot, line, bot.user

    async def follows(self) -> str:
        await self._line.follow(self._user)
        return await self._next(0)

    async def taps(self, label: str) -> str:
        """What the bot answered; for a link, its page."""
        before = len(self._line.received(self._user))
        tapped = await self._line.tap(self._user, label)
        return tapped.uri or await self._next(before)

    async def says(self, words: str) -> str:
        before = len(self._line.received(self._user))
        await self._line.say(self._user, words)
        return await self._next(before)

    async def _next(self, before: int) -> str:
        """The messages since, as JSON in plain characters."""
        await until(lambda: len(self._line.received(self._user)) > before, 10)
        new = self._line.received(self._user)[before:]
        return json.dumps([dict(message.message) for message in new], ensure_ascii=False)


async def test_a_manager_joins_asks_and_leaves(bot: Bot, line: LineSimulator) -> None:
    manager = Manager(bot, line)
    assert "歡迎加入預保行政助手通" in await manager.follows()
    assert "申請表單" in await manager.taps("審核申請")
    form = await manager.taps("申請表單")
    address = bot.url + "/" + form.split("/", 3)[3]
    assert "同意聲明" in (await bot.client.get(address)).text
    assert "已送出申請" in (await bot.client.post(address, data=FILLED)).text
    assert "正在審核中" in await manager.says("審核申請")
    async with bot.house.pool.acquire() as connection, connection.transaction():
        name = await applications.open_of(connection, bot.user)
        assert name is not None
        await applications.confirm_email(connection, name, bot.house.now())
        await applications.approve(connection, bot.sealer, name, "key-1", bot.house.now())
    assert "目前沒有待處理的個案" in await manager.says("待補件數")
    assert "確定要解除" in await manager.taps("解除綁定")
    assert "已解除" in await manager.taps("確定解除")
    assert "完成審核申請後" in await manager.taps("待補件數")
    assert line.violations == []


async def test_every_function_answers_what_line_accepts(bot: Bot, line: LineSimulator) -> None:
    manager = Manager(bot, line)
    await manager.follows()
    for label in (label for verb, label in LABELS.items() if verb != STAFF):
        await manager.taps(label)
    assert "Q4 BC肝結果未上傳" in await manager.taps("補正教學")
    assert "40、41" in await manager.taps("Q4 BC肝結果未上傳")
    assert "自動回覆暫停" in await manager.taps("真人客服")
    await line.say(bot.user, "還在嗎")
    await line.show(bot.user)
    assert "客服對話已結束" in await manager.taps("結束客服")
    assert "可以這樣使用" in await manager.says("你好")
    lines = "select count(*) from notify.chat_lines"
    assert await bot.house.pool.fetchval(lines) == 2
    assert line.violations == []
