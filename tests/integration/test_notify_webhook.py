"""The webhook on a real database: signatures, the inbox, the order of events, answers said once."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from services.notify import answering, effecting
from services.notify.database import Connection
from services.notify.signatures import sign
from services.notify.webhook_events import Event
from tests.support.bot import (
    SECRET,
    SECRET_BEFORE,
    Bot,
    TakingLine,
    a_bot,
    a_database_of_notify,
)
from tests.support.bot_ways import a_form, pushed, words
from tests.support.kafka import until
from tests.support.web_page import loaded_by


@pytest.fixture(scope="module")
def webhook_database(database_url: str) -> Iterator[str]:
    yield asyncio.run(a_database_of_notify(database_url, "notify_webhook"))


@pytest.fixture
async def line() -> AsyncIterator[TakingLine]:
    async with TakingLine().running() as taking:
        yield taking


@pytest.fixture
async def bot(webhook_database: str, line: TakingLine) -> AsyncIterator[Bot]:
    async with a_bot(webhook_database, line.url) as running:
        yield running


async def kept(bot: Bot, *events: dict[str, Any]) -> int:
    names = [event["webhookEventId"] for event in events]
    query = "select count(*) from notify.webhook_events where webhook_event_id = any($1)"
    return int(await bot.house.pool.fetchval(query, names))


async def test_a_wrong_signature_is_refused_and_nothing_is_kept(bot: Bot, line: TakingLine) -> None:
    event = bot.an_event("follow")
    body = json.dumps({"destination": "U0", "events": [event]}).encode()
    right = sign(SECRET, body)
    turned = bytes([body[0] ^ 1]) + body[1:]
    anew = json.dumps(json.loads(body), indent=1).encode()
    for content, signature in (
        (body, ""),
        (body, right[:-2] + "A="),
        (body, sign("another", body)),
        (turned, right),
        (anew, right),
        (body[:-1], right),
    ):
        assert await bot.send_bytes(content, signature) == 401
    assert await kept(bot, event) == 0
    assert await bot.send_bytes(body, right) == 200
    assert await kept(bot, event) == 1


async def test_both_secrets_of_a_rotation_are_taken(bot: Bot, line: TakingLine) -> None:
    for secret in (SECRET, SECRET_BEFORE):
        event = bot.said("你好")
        assert await bot.send(event, secret=secret) == 200
        assert await bot.done(event) == ["helped"]


async def test_a_test_of_the_connection_and_unknown_events_are_answered(
    bot: Bot, line: TakingLine
) -> None:
    assert await bot.send() == 200
    hologram = bot.an_event("hologram", hologram={"x": 1})
    assert await bot.tell(hologram) == ["ignored"]
    body = b'{"events": ['
    assert await bot.send_bytes(body, sign(SECRET, body)) == 400


async def test_a_redelivered_event_is_handled_once(bot: Bot, line: TakingLine) -> None:
    event = bot.tapped("apply")
    again = {**event, "deliveryContext": {"isRedelivery": True}}
    answers = await asyncio.gather(*(bot.send(event, again) for _ in range(20)))
    assert set(answers) == {200}
    await bot.done(event)
    assert await bot.tell(again) == ["form given"]
    assert line.calls == 1


async def test_follow_and_unfollow_count_in_the_order_they_happened(
    bot: Bot, line: TakingLine
) -> None:
    follow, unfollow, back = (bot.an_event(kind) for kind in ("follow", "unfollow", "follow"))
    following = "select is_following from notify.users where user_id = $1"
    assert await bot.tell(follow, back) == ["followed", "followed"]
    assert await bot.tell(unfollow) == ["out of date"]
    assert await bot.house.pool.fetchval(following, bot.user) is True
    gone = bot.an_event("unfollow")
    assert await bot.tell(gone) == ["unfollowed"]
    assert await bot.house.pool.fetchval(following, bot.user) is False


async def test_what_waits_is_handled_in_the_order_it_happened(bot: Bot, line: TakingLine) -> None:
    staff, first, second = bot.tapped("staff"), bot.said("一"), bot.said("二")
    end, after = bot.said("結束客服"), bot.said("三")
    assert await bot.send(after, second, end, staff, first) == 200
    outcomes = await bot.done(staff, first, second, end, after)
    assert outcomes == ["handed over", "noted", "noted", "chat ended", "helped"]


async def test_what_somebody_wrote_is_gone_from_the_inbox_when_it_is_done(
    bot: Bot, line: TakingLine
) -> None:
    event = bot.said("A123456789")
    await bot.tell(event)
    row = await bot.house.pool.fetchrow(
        "select * from notify.webhook_events where webhook_event_id = $1", event["webhookEventId"]
    )
    assert row is not None and row["body_sealed"] == b"" and row["answer_sealed"] is None


async def test_an_answer_is_tried_again_and_said_once(bot: Bot, line: TakingLine) -> None:
    line.status = [500, 429]
    event = bot.said("選單")
    assert await bot.tell(event) == ["helped"]
    assert line.calls == 3 and "可以這樣使用" in words(line, event)


async def test_what_failed_by_no_fault_of_the_event_is_done_again(
    bot: Bot, line: TakingLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[str] = []

    async def meet(connection: Connection, event: Event) -> None:
        if not failed:
            failed.append(event.webhook_event_id)
            await connection.execute("do $$ begin raise sqlstate '40P01'; end $$")  # a deadlock
        await effecting.meet(connection, event)

    monkeypatch.setattr(answering, "meet", meet)
    event = bot.said("選單")
    assert await bot.tell(event) == ["helped"]
    assert failed == [event["webhookEventId"]] and "可以這樣使用" in words(line, event)


async def test_too_late_for_the_token_only_what_matters_goes_as_a_push(
    bot: Bot, line: TakingLine
) -> None:
    old = {"timestamp": bot.house.clock.now_ms() - 21 * 60_000}
    assert await bot.tell({**bot.said("選單"), **old}) == ["helped"]
    assert await pushed(bot) == []
    welcome = {**bot.an_event("follow"), **old}
    assert await bot.tell(welcome) == ["followed"]
    assert line.calls == 0
    assert [body["altText"].split("\n")[0] for body in await pushed(bot)] == [
        "歡迎加入預保行政助手通"
    ]


async def test_an_answer_that_a_dead_process_left_is_said_by_the_next(
    webhook_database: str, bot: Bot, line: TakingLine
) -> None:
    line.status = [500] * 3
    event = bot.said("選單")
    await bot.send(event)
    left = (
        "select count(*) from notify.webhook_events where webhook_event_id = $1"
        " and done_at is not null and answer_sealed is not null"
    )

    async def is_left() -> bool:
        return bool(await bot.house.pool.fetchval(left, event["webhookEventId"]))

    await until(is_left)
    async with a_bot(webhook_database, line.url):
        await bot.done(event)
    assert "可以這樣使用" in words(line, event)


async def test_a_process_that_begins_while_another_answers_makes_no_second_answer(
    webhook_database: str, bot: Bot, line: TakingLine
) -> None:
    follow = bot.an_event("follow")
    line.holds = holds = asyncio.Event()
    await bot.send(follow)
    await until(lambda: line.held == 1)
    async with a_bot(webhook_database, line.url):
        await until(lambda: follow["replyToken"] in line.said)
    holds.set()
    # The first process, alone again, is at this user until it is through with that answer.
    await bot.tell(bot.said("選單"))
    assert await pushed(bot) == []


async def test_metrics_and_the_description_are_for_the_house_alone(bot: Bot) -> None:
    for path in ("/metrics", "/openapi.json", "/docs", "/redoc"):
        assert (await bot.client.get(bot.url + path)).status_code == 404, path
    for path in ("/metrics", "/openapi.json", "/docs", "/healthz", "/readyz"):
        assert (await bot.inside(path)).status_code == 200, path
    described = (await bot.inside("/openapi.json")).json()
    assert "/v1/applications" in described["paths"] and "/guide" not in described["paths"]
    assert [one["url"] for one in described["servers"]] == [bot.house.settings.public_url]


async def test_the_page_of_the_api_needs_no_other_host(bot: Bot) -> None:
    page = await bot.inside("/docs")
    # Its scripts are read in its own encoding.
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    loaded = loaded_by(page.text)
    assert len(loaded) == 3
    for address in loaded:
        assert address.startswith("/") and (await bot.inside(address)).status_code == 200


async def test_health_and_metrics_name_no_user(bot: Bot, line: TakingLine) -> None:
    form = await a_form(bot, line)
    await bot.client.get(form)
    for path in ("/healthz", "/readyz"):
        assert (await bot.client.get(bot.url + path)).status_code == 200
    metrics = (await bot.inside("/metrics")).text
    assert 'gouji_line_webhook_requests_total{outcome="taken"}' in metrics
    assert bot.user not in metrics and form.rpartition("/")[2] not in metrics
