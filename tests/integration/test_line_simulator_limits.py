"""Retry keys, the four kinds of 429, and faults: what a bot meets at the real LINE, too."""

import uuid
from collections.abc import AsyncIterator

import aiohttp
import pytest

from deploy.line_simulator import answers
from deploy.line_simulator.rates import A_MINUTE, Rate, Rates
from deploy.line_simulator.simulator import LineSimulator
from pipeline.clock import FixedClock
from tests.support.line import ALICE, BOB, PUSH, TEXT, caller, post, push


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def line(clock: FixedClock) -> AsyncIterator[LineSimulator]:
    async with LineSimulator.running(clock=clock) as running:
        for user in (ALICE, BOB):
            await running.follow(user)
        yield running


@pytest.fixture
async def http(line: LineSimulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with caller(line.url) as session:
        yield session


# ── retry keys


async def test_a_key_is_accepted_once_and_then_409_names_the_accepted_call(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    key = str(uuid.uuid4())
    first, sent, headers = await push(http, key=key)
    again, refused, refused_headers = await push(http, key=key.upper())
    assert (first, again) == (200, 409)
    assert refused == {"message": answers.ALREADY_ACCEPTED, **sent}
    assert refused_headers["x-line-accepted-request-id"] == headers["x-line-request-id"]
    assert refused_headers["x-line-request-id"] != headers["x-line-request-id"]
    assert len(line.received(ALICE)) == 1


async def test_a_key_is_not_used_up_by_a_call_that_was_not_accepted(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    key = str(uuid.uuid4())
    line.faults.add("500-before-accept", times=1)
    assert (await push(http, key=key))[0] == 500
    assert (await push(http, key=key))[0] == 200
    assert len(line.received(ALICE)) == 1


async def test_a_key_of_another_request_is_refused_and_noted(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    key = str(uuid.uuid4())
    await push(http, key=key)
    assert (await push(http, key=key, text="別的"))[0] == 400
    assert (await push(http, user=BOB, key=key))[0] == 400
    assert {each.kind for each in line.violations} == {"retry-key-for-another-request"}
    assert len(line.received(ALICE)) == 1 and line.received(BOB) == []


async def test_a_key_is_forgotten_after_a_day_and_the_message_comes_twice(
    line: LineSimulator, clock: FixedClock, http: aiohttp.ClientSession
) -> None:
    key = str(uuid.uuid4())
    await push(http, key=key)
    clock.seconds += 24 * 3600
    assert (await push(http, key=key))[0] == 409
    clock.seconds += 1
    assert (await push(http, key=key))[0] == 200
    assert len(line.received(ALICE)) == 2
    assert [each.kind for each in line.violations] == ["retry-key-after-24-hours"]


async def test_a_key_must_be_a_uuid_and_is_for_four_endpoints_only(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    assert (await push(http, key="not-a-uuid"))[0] == 400
    token = line.channel.reply_tokens.issue(ALICE, line.channel.clock.now_ms())
    reply = {"replyToken": token, "messages": [TEXT]}
    path, key = "/v2/bot/message/reply", str(uuid.uuid4())
    assert (await post(http, path, reply, key))[0] == 400
    assert (await post(http, path, reply))[0] == 200
    assert [each.kind for each in line.violations] == ["retry-key-not-allowed"]


# ── the four kinds of 429


async def test_the_month_has_so_many_messages_and_replies_are_free(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    now_ms = line.channel.clock.now_ms()
    line.quota.spend(5_999, now_ms)
    body = {"to": [ALICE, BOB], "messages": [TEXT]}
    status, said, _ = await post(http, "/v2/bot/message/multicast", body)
    assert (status, said["message"]) == (429, "You have reached your monthly limit.")
    # Recipients count, not messages.
    body = {"to": ALICE, "messages": [TEXT] * 5}
    assert (await post(http, PUSH, body))[0] == 200
    assert (await push(http))[0] == 429
    reply = {"replyToken": line.channel.reply_tokens.issue(ALICE, now_ms), "messages": [TEXT]}
    assert (await post(http, "/v2/bot/message/reply", reply))[0] == 200


async def test_what_is_being_sent_is_reserved(clock: FixedClock) -> None:
    async with LineSimulator.running(clock=clock, quota=3, narrowcast_s=60.0) as line:
        for user in (ALICE, BOB):
            await line.follow(user)
        async with caller(line.url) as http:
            assert (await post(http, "/v2/bot/message/narrowcast", {"messages": [TEXT]}))[0] == 202
            assert (await push(http))[0] == 200
            assert (await push(http))[1] == {"message": answers.MONTHLY_LIMIT}


async def test_an_endpoint_is_asked_so_often_and_others_do_not_mind(
    line: LineSimulator, clock: FixedClock, http: aiohttp.ClientSession
) -> None:
    for _ in range(60):
        status, _, _ = await post(http, "/v2/bot/message/broadcast", {"messages": [TEXT]})
        assert status == 200
    status, said, _ = await post(http, "/v2/bot/message/broadcast", {"messages": [TEXT]})
    assert (status, said["message"]) == (429, answers.RATE_LIMIT)
    assert (await push(http))[0] == 200
    clock.seconds += 61
    assert (await post(http, "/v2/bot/message/broadcast", {"messages": [TEXT]}))[0] == 200


async def test_too_many_at_once_and_too_many_to_one_user_are_refused() -> None:
    rates = Rates(at_once=0, to_one_user=Rate(2, A_MINUTE))
    async with LineSimulator.running(rates=rates) as line, caller(line.url) as http:
        await line.follow(ALICE)
        assert (await push(http))[1] == {"message": answers.AT_ONCE}
        rates.at_once = 1
        assert [(await push(http))[0] for _ in range(2)] == [200, 200]
        assert (await push(http))[1] == {"message": answers.TO_ONE_USER}


@pytest.mark.parametrize(
    "kind, said",
    [
        ("429-rate", answers.RATE_LIMIT),
        ("429-at-once", answers.AT_ONCE),
        ("429-monthly", answers.MONTHLY_LIMIT),
        ("429-to-one-user", answers.TO_ONE_USER),
    ],
)
async def test_each_429_can_be_switched_on(
    line: LineSimulator, http: aiohttp.ClientSession, kind: str, said: str
) -> None:
    line.faults.add(kind, "message/push", times=1)
    status, body, _ = await push(http)
    assert (status, body["message"]) == (429, said)
    assert (await push(http))[0] == 200


# ── faults


@pytest.mark.parametrize(
    "kind, delivered",
    [
        ("timeout-before-accept", 0),
        ("timeout-after-accept", 1),
        ("reset-before-accept", 0),
        ("reset-after-accept", 1),
    ],
)
async def test_a_call_without_an_answer_may_have_been_accepted(
    line: LineSimulator, http: aiohttp.ClientSession, kind: str, delivered: int
) -> None:
    line.faults.add(kind, "message/*", times=1)
    key, body = str(uuid.uuid4()), {"to": ALICE, "messages": [TEXT]}
    timeout = aiohttp.ClientTimeout(total=0.3)
    with pytest.raises((TimeoutError, aiohttp.ClientError)):
        await http.post(PUSH, json=body, headers={"X-Line-Retry-Key": key}, timeout=timeout)
    assert len(line.received(ALICE)) == delivered
    assert (await post(http, PUSH, body, key))[0] == (409 if delivered else 200)
    assert len(line.received(ALICE)) == 1


async def test_a_500_may_come_after_the_message(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    line.faults.add("500-after-accept", times=1)
    key = str(uuid.uuid4())
    assert [(await push(http, key=key))[0] for _ in range(2)] == [500, 409]
    call = line.calls[0]
    assert (call.status, call.accepted, call.fault) == (500, True, "500-after-accept")


async def test_a_slow_call_is_accepted_after_its_caller_has_left(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    line.faults.add("slow", times=1, seconds=0.4)
    timeout = aiohttp.ClientTimeout(total=0.1)
    with pytest.raises(TimeoutError):
        await http.post(PUSH, json={"to": ALICE, "messages": [TEXT]}, timeout=timeout)
    assert line.received(ALICE) == []
    await line.heard(ALICE, 1)


async def test_faults_strike_with_their_probability_and_the_same_seed_strikes_alike() -> None:
    struck = []
    for _ in range(2):
        async with LineSimulator.running() as line, caller(line.url) as http:
            await line.follow(ALICE)
            line.faults.add("500-before-accept", probability=0.2)
            line.faults.add("429-rate", probability=0.2)
            struck.append([(await push(http))[0] for _ in range(100)])
            assert line.faults.injected.total() == sum(status != 200 for status in struck[-1])
    assert struck[0] == struck[1]
    assert 10 <= struck[0].count(500) <= 30 and 10 <= struck[0].count(429) <= 30
