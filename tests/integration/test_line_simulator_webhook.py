"""The simulator's webhook: signed, watched, delivered again and in another order as told."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from deploy.line_simulator import webhook as rules
from deploy.line_simulator.hands import NothingToTap
from deploy.line_simulator.simulator import LOOPBACK, LineSimulator
from pipeline.clock import FixedClock
from tests.support.line import ALICE, BOB, caller, official_sdk

SECRET = "secret of this channel"
TEXT = {"type": "text", "text": "收到"}


@dataclass
class Bot:
    """Keeps what it is told; answers 200 unless told otherwise."""

    url: str = ""
    status: int = 200
    slow_s: float = 0.0
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers["X-Line-Signature"])
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        return web.Response(status=self.status)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies for event in json.loads(body)["events"]]


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application()
    app.router.add_post("/webhook", bot.hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    bot.url = f"http://{LOOPBACK}:{runner.addresses[0][1]}/webhook"
    yield bot
    await runner.cleanup()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def line(bot: Bot, clock: FixedClock) -> AsyncIterator[LineSimulator]:
    running = LineSimulator.running(channel_secret=SECRET, webhook=bot.url, clock=clock)
    async with running as line:
        yield line


async def reply(line: LineSimulator, token: str) -> int:
    async with caller(line.url) as http:
        body = {"replyToken": token, "messages": [TEXT]}
        async with http.post("/v2/bot/message/reply", json=body) as answer:
            return answer.status


async def test_the_raw_body_is_signed_with_the_channel_secret(
    line: LineSimulator, bot: Bot
) -> None:
    await line.follow(ALICE, "王小姐")
    digest = hmac.new(SECRET.encode(), bot.bodies[0], hashlib.sha256).digest()
    assert bot.signatures == [base64.b64encode(digest).decode()]


async def test_what_people_do_arrives_as_events(line: LineSimulator, bot: Bot) -> None:
    await line.follow(ALICE)
    await line.say(ALICE, "待補件數")
    await line.unsend(ALICE)
    await line.block(ALICE)
    await line.follow(ALICE)
    kinds = [event["type"] for event in bot.events]
    assert kinds == ["follow", "message", "unsend", "unfollow", "follow"]
    message, unsend, back = bot.events[1], bot.events[2], bot.events[4]
    assert message["message"]["text"] == "待補件數"
    assert unsend["unsend"]["messageId"] == message["message"]["id"]
    assert back["follow"]["isUnblocked"]
    assert "replyToken" not in unsend
    assert len({event["webhookEventId"] for event in bot.events}) == 5
    assert all(event["source"]["userId"] == ALICE for event in bot.events)


async def test_who_has_blocked_is_not_heard(line: LineSimulator, bot: Bot) -> None:
    await line.follow(ALICE)
    await line.block(ALICE)
    assert await line.say(ALICE, "哈囉") is None
    assert len(bot.events) == 2


async def test_buttons_work_as_on_a_phone(line: LineSimulator, bot: Bot) -> None:
    await line.follow(ALICE)
    postback = {"type": "postback", "label": "審核申請", "data": "apply", "displayText": "我要申請"}
    page = {"type": "uri", "label": "相關連結", "uri": "https://portal.example.test/"}
    box = {
        "type": "box",
        "layout": "vertical",
        "contents": [{"type": "button", "action": page}],
    }
    bubble = {"type": "bubble", "body": box}
    quick = {"items": [{"type": "action", "action": postback}]}
    flex = {"type": "flex", "altText": "選單", "contents": bubble, "quickReply": quick}
    async with caller(line.url) as http:
        body = {"to": ALICE, "messages": [flex]}
        async with http.post("/v2/bot/message/push", json=body) as answer:
            assert answer.status == 200
    assert (await line.tap(ALICE, "相關連結")).uri == "https://portal.example.test/"
    await line.tap(ALICE, "審核申請")
    assert bot.events[-1]["postback"] == {"data": "apply"}
    assert [message.text for message in line.chat(ALICE)] == ["選單", "我要申請"]
    # Quick replies go with the next bubble.
    with pytest.raises(NothingToTap):
        await line.tap(ALICE, "審核申請")


async def test_a_reply_token_is_for_one_reply_within_a_minute(
    line: LineSimulator, bot: Bot, clock: FixedClock
) -> None:
    await line.follow(ALICE)
    token = bot.events[-1]["replyToken"]
    assert [await reply(line, token) for _ in range(2)] == [200, 400]
    await line.say(ALICE, "再來")
    clock.seconds += 61
    assert await reply(line, bot.events[-1]["replyToken"]) == 400
    assert [message.via for message in line.received(ALICE)] == ["reply"]


async def test_after_a_redelivery_a_reply_token_lives_on_but_not_for_ever(
    line: LineSimulator, bot: Bot, clock: FixedClock
) -> None:
    await line.follow(ALICE)
    first = bot.events[-1]
    clock.seconds += 19 * 60
    await line.webhook.knock([{**first, "deliveryContext": {"isRedelivery": True}}])
    assert await reply(line, first["replyToken"]) == 200
    await line.say(ALICE, "再來")
    second = bot.events[-1]
    clock.seconds += 20 * 60 + 1
    await line.webhook.knock([{**second, "deliveryContext": {"isRedelivery": True}}])
    assert await reply(line, second["replyToken"]) == 400


async def test_an_event_without_a_2xx_comes_again_with_the_same_id(
    line: LineSimulator, bot: Bot
) -> None:
    line.webhook.behaviour.change({"redeliver": 3, "redeliver_gap_s": 0.01})
    bot.status = 500
    await line.follow(ALICE)
    await line.webhook.settled()
    assert len(bot.events) == 4
    assert len({event["webhookEventId"] for event in bot.events}) == 1
    again = [event["deliveryContext"]["isRedelivery"] for event in bot.events]
    assert again == [False, True, True, True]


async def test_an_event_may_come_again_although_it_was_answered(
    line: LineSimulator, bot: Bot
) -> None:
    line.webhook.behaviour.change({"repeat": 1.0, "redeliver_gap_s": 0.01})
    await line.follow(ALICE)
    await line.webhook.settled()
    assert len(bot.events) == 2


async def test_an_answer_after_two_seconds_is_counted_as_too_slow(
    line: LineSimulator, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ANSWER_WITHIN_S", 0.05)
    bot.slow_s = 0.1
    knock = await line.follow(ALICE)
    assert knock is not None and knock.status == 200 and not knock.in_time
    assert line.webhook.slow_answers == 1


async def test_events_come_in_another_order_when_told(line: LineSimulator, bot: Bot) -> None:
    line.webhook.behaviour.hold = 3
    await line.follow(ALICE)
    await line.follow(BOB)
    assert bot.events == []
    await line.say(ALICE, "哈囉")
    assert [event["type"] for event in bot.events] == ["message", "follow", "follow"]


async def test_an_unknown_event_goes_along_when_told(line: LineSimulator, bot: Bot) -> None:
    line.webhook.behaviour.unknown = True
    await line.follow(ALICE)
    assert [event["type"] for event in bot.events] == ["somethingNew", "follow"]


async def test_the_connection_test_has_no_events(line: LineSimulator, bot: Bot) -> None:
    async with official_sdk(line.url) as api:
        told = await api.test_webhook_endpoint()
        await api.set_webhook_endpoint({"endpoint": bot.url})
        known = await api.get_webhook_endpoint()
    assert told.success and told.status_code == 200
    assert json.loads(bot.bodies[0])["events"] == []
    assert (known.endpoint, known.active) == (bot.url, True)


async def test_an_account_is_linked_once_within_ten_minutes(
    line: LineSimulator, bot: Bot, clock: FixedClock
) -> None:
    await line.follow(ALICE)
    async with official_sdk(line.url) as api:
        token = (await api.issue_link_token(ALICE)).link_token
        late = (await api.issue_link_token(ALICE)).link_token
    await line.link_account(token, "n" * 32)
    assert bot.events[-1]["link"] == {"result": "ok", "nonce": "n" * 32}
    assert await line.link_account(token, "n" * 32) is None
    clock.seconds += 601
    assert await line.link_account(late, "n" * 32) is None


async def test_a_bot_that_is_not_there_is_noted(clock: FixedClock) -> None:
    async with LineSimulator.running(webhook=f"http://{LOOPBACK}:9/", clock=clock) as line:
        knock = await line.follow(ALICE)
    assert knock is not None and knock.status == 0
