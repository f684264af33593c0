"""The LINE simulator is as strict as LINE: the official SDK talks to it, each limit refuses."""

import io
import uuid
from collections.abc import AsyncIterator

import aiohttp
import pytest
from linebot.v3.messaging import (
    BroadcastRequest,
    MulticastRequest,
    NarrowcastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuRequest,
    TextMessage,
)
from linebot.v3.messaging.exceptions import ApiException

from deploy.line_simulator import answers
from deploy.line_simulator.phones import user_id
from deploy.line_simulator.rates import AN_HOUR, Rate
from deploy.line_simulator.simulator import LineSimulator
from pipeline.clock import FixedClock
from tests.support.line import (
    ALICE,
    BOB,
    CAROL,
    PUSH,
    TEXT,
    a_png,
    blobs,
    caller,
    official_sdk,
    post,
    push,
)


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


# ── the official SDK


async def test_the_official_sdk_sends_in_every_way(line: LineSimulator) -> None:
    said = [TextMessage(text="你好")]
    key = {"x_line_retry_key": str(uuid.uuid4())}
    async with official_sdk(line.url) as api:
        pushed = await api.push_message(PushMessageRequest(to=ALICE, messages=said), **key)
        key["x_line_retry_key"] = str(uuid.uuid4())
        await api.multicast(MulticastRequest(to=[ALICE, BOB], messages=said), **key)
        key["x_line_retry_key"] = str(uuid.uuid4())
        await api.broadcast(BroadcastRequest(messages=said), **key)
        token = line.channel.reply_tokens.issue(BOB, line.channel.clock.now_ms())
        await api.reply_message(ReplyMessageRequest(replyToken=token, messages=said))
    assert [message.via for message in line.received(ALICE)] == ["push", "multicast", "broadcast"]
    assert [message.via for message in line.received(BOB)] == ["multicast", "broadcast", "reply"]
    assert line.received(ALICE)[0].id == pushed.sent_messages[0].id
    assert line.violations == []


async def test_the_official_sdk_reads_quota_profile_and_followers(line: LineSimulator) -> None:
    line.quota.spend(41, line.channel.clock.now_ms())
    async with official_sdk(line.url) as api:
        quota = await api.get_message_quota()
        used = await api.get_message_quota_consumption()
        profile = await api.get_profile(ALICE)
        followers = await api.get_followers()
        numbers = await api.get_number_of_sent_push_messages("19700101")
        link = await api.issue_link_token(ALICE)
    assert (quota.type.value, quota.value, used.total_usage) == ("limited", 6000, 41)
    assert profile.user_id == ALICE
    assert followers.user_ids == [ALICE, BOB]
    assert numbers.status == "ready"
    assert link.link_token


async def test_the_official_sdk_hangs_up_a_rich_menu(line: LineSimulator) -> None:
    area = {
        "bounds": {"x": 0, "y": 0, "width": 1200, "height": 405},
        "action": {"type": "postback", "label": "待補件數", "data": "count"},
    }
    shape = {
        "size": {"width": 1200, "height": 405},
        "selected": True,
        "name": "選單",
        "chatBarText": "功能選單",
        "areas": [area],
    }
    async with official_sdk(line.url) as api, blobs(line.url) as data:
        made = await api.create_rich_menu(RichMenuRequest.from_dict(shape))
        with pytest.raises(ApiException) as no_image:
            await api.set_default_rich_menu(made.rich_menu_id)
        assert no_image.value.status == 400
        await data.set_rich_menu_image(
            made.rich_menu_id, a_png(1200, 405), _headers={"Content-Type": "image/png"}
        )
        await api.set_default_rich_menu(made.rich_menu_id)
        listed = await api.get_rich_menu_list()
    assert [menu.rich_menu_id for menu in listed.richmenus] == [made.rich_menu_id]
    assert [action["label"] for action in line.buttons(BOB)] == ["待補件數"]


async def test_a_narrowcast_reports_its_progress() -> None:
    async with LineSimulator.running(narrowcast_s=0.0) as line:
        users = [user_id(f"phone {number}") for number in range(60)]
        for user in users:
            await line.follow(user)
        async with official_sdk(line.url) as api:
            request = NarrowcastRequest(messages=[TextMessage(text="你好")])
            taken = await api.narrowcast_with_http_info(request, x_line_retry_key=str(uuid.uuid4()))
            assert taken.status_code == 202
            await line.heard(users[-1], 1)
            told = await api.get_narrowcast_progress(taken.headers["x-line-request-id"])
    assert (told.phase, told.success_count, told.failure_count) == ("succeeded", 60, 0)


# ── who may come in


async def test_a_wrong_token_is_refused(line: LineSimulator) -> None:
    async with caller(line.url, token="of another channel") as stranger:
        status, body, headers = await push(stranger)
    assert (status, body["message"]) == (401, answers.BAD_TOKEN)
    assert headers["x-line-request-id"]
    assert line.received(ALICE) == []


async def test_a_token_ends_and_is_issued_anew(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    line.tokens.expire()
    assert (await push(http))[0] == 401
    form = {"grant_type": "client_credentials", "client_secret": "simulated-channel-secret"}
    async with http.post("/oauth2/v3/token", data=form) as answer:
        issued = await answer.json()
    assert issued["expires_in"] == 900
    async with caller(line.url, token=issued["access_token"]) as renewed:
        assert (await push(renewed))[0] == 200


async def test_a_stateless_token_lives_a_quarter_of_an_hour(
    line: LineSimulator, clock: FixedClock, http: aiohttp.ClientSession
) -> None:
    form = {"grant_type": "client_credentials", "client_secret": "simulated-channel-secret"}
    async with http.post("/oauth2/v3/token", data=form) as answer:
        issued = await answer.json()
    async with caller(line.url, token=issued["access_token"]) as bot:
        clock.seconds += 899
        assert (await push(bot))[0] == 200
        clock.seconds += 2
        assert (await push(bot))[0] == 401


async def test_a_body_that_is_no_json_too_large_or_of_another_type_is_refused(
    http: aiohttp.ClientSession,
) -> None:
    async with http.post(PUSH, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 400
    async with http.post(PUSH, data=b"{}", headers={"Content-Type": "text/plain"}) as answer:
        assert answer.status == 415
    large = io.BytesIO(b" " * (2 * 1024 * 1024 + 1))
    async with http.post(PUSH, data=large, headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 413


# ── recipients


async def test_the_blocked_and_the_unknown_answer_200_get_nothing_and_are_not_counted(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    await line.block(BOB)
    for user in (BOB, CAROL):
        status, body, _ = await push(http, user=user)
        assert status == 200 and body["sentMessages"]
    status, _, _ = await post(
        http, "/v2/bot/message/multicast", {"to": [ALICE, BOB], "messages": [TEXT]}
    )
    assert status == 200
    assert line.received(BOB) == []
    assert line.quota.used(line.channel.clock.now_ms()) == 1
    assert [each.kind for each in line.violations] == ["unknown-user"]


async def test_who_is_no_friend_is_reached_for_a_week_after_writing(
    line: LineSimulator, clock: FixedClock, http: aiohttp.ClientSession
) -> None:
    await line.say(CAROL, "請問")
    clock.seconds += 7 * 24 * 3600
    await push(http, user=CAROL)
    clock.seconds += 1
    await push(http, user=CAROL)
    assert len(line.received(CAROL)) == 1


async def test_a_bad_user_id_is_named_and_nothing_is_sent(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    body = {"to": [ALICE, "somebody"], "messages": [TEXT]}
    status, said, _ = await post(http, "/v2/bot/message/multicast", body)
    assert status == 400 and "'to[1]'" in said["message"]
    assert (await push(http, user="somebody"))[0] == 400
    line.channel.phones.get(CAROL).foreign = True
    assert (await push(http, user=CAROL))[1] == {"message": answers.NOT_SENT}
    body = {"to": [user_id(str(number)) for number in range(501)], "messages": [TEXT]}
    assert (await post(http, "/v2/bot/message/multicast", body))[0] == 400
    assert line.received(ALICE) == []


async def test_who_does_not_follow_has_no_profile(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    await line.block(BOB)
    for user, expected in ((ALICE, 200), (BOB, 404), (CAROL, 404), ("somebody", 400)):
        async with http.get(f"/v2/bot/profile/{user}") as answer:
            assert answer.status == expected


async def test_a_statistics_unit_has_a_shape(http: aiohttp.ClientSession) -> None:
    body = {"to": [ALICE], "messages": [TEXT], "customAggregationUnits": ["第一批"]}
    assert (await post(http, "/v2/bot/message/multicast", body))[0] == 400
    body["customAggregationUnits"] = ["batch_1"]
    assert (await post(http, "/v2/bot/message/multicast", body))[0] == 200


# ── for other processes


async def test_another_process_moves_phones_and_faults(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    async with http.post(f"/_control/users/{CAROL}/follow", json={"name": "陳先生"}) as answer:
        assert answer.status == 200
    faults = [{"kind": "500-before-accept", "endpoint": "message/push", "times": 1}]
    async with http.put("/_control/faults", json={"faults": faults, "seed": 3}) as answer:
        assert answer.status == 200
    assert [(await push(http, user=CAROL))[0] for _ in range(2)] == [500, 200]
    async with http.get("/_control/phones") as answer:
        phones = {phone["user"]: phone for phone in await answer.json()}
    assert phones[CAROL]["name"] == "陳先生" and phones[CAROL]["received"] == 1
    async with http.get("/_control/calls") as answer:
        assert [call["fault"] for call in await answer.json()] == ["500-before-accept", ""]
    async with http.put("/_control/faults", json={"faults": [{"kind": "plague"}]}) as answer:
        assert answer.status == 400
    async with http.post(f"/_control/users/{CAROL}/dance", json={}) as answer:
        assert answer.status == 400


async def test_the_pages_show_what_the_phone_shows_and_escape_it(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    await push(http, text="<b>待補</b> 3 件")
    async with http.get(f"/phones/{ALICE}") as answer:
        page, version = await answer.text(), line.channel.phones.get(ALICE).version
    assert "&lt;b&gt;待補&lt;/b&gt; 3 件" in page and "<b>待補" not in page
    async with http.get(f"/phones/{ALICE}", params={"seen": str(version)}) as answer:
        assert answer.status == 204
    async with http.get("/") as answer:
        assert f"/phones/{BOB}" in await answer.text()


async def test_rich_menus_have_their_own_hourly_limit(
    line: LineSimulator, http: aiohttp.ClientSession
) -> None:
    assert Rate(100, AN_HOUR) in {
        endpoint.rate for endpoint in line.menus.endpoints() if endpoint.name == "richmenu"
    }
    async with http.post("/v2/bot/richmenu", json={"name": "選單"}) as answer:
        told = await answer.json()
    assert {each["property"] for each in told["details"]} >= {"size.width", "areas", "selected"}
