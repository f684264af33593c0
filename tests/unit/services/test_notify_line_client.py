"""Every answer of LINE is an Outcome; every call is kept; the retry key only where it may be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import pytest
from aiohttp import web

from services.notify.line_calls import LineCall
from services.notify.line_client import LineClient

HI = [{"type": "text", "text": "您好"}]


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: str


class Answering:
    """A server that gives the answer it was told to, and the client that asks it."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.calls: list[LineCall] = []
        # A function that makes the answer, or what happens instead.
        self.answer: Any = web.Response
        self.client: LineClient
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {key.lower(): value for key, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.path, headers, await request.text()))
        if self.answer == "reset":
            assert request.transport is not None
            request.transport.close()
        if self.answer == "never":
            await asyncio.Event().wait()
        made: web.Response = self.answer() if callable(self.answer) else web.Response()
        return made

    async def record(self, call: LineCall) -> None:
        self.calls.append(call)


@pytest.fixture
async def line() -> AsyncIterator[Answering]:
    answering, app = Answering(), web.Application()
    app.router.add_route("*", "/{path:.*}", answering.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    answering.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with LineClient("the-token", answering.record, base_url=answering.url) as client:
        answering.client = client
        yield answering
    await runner.cleanup()


def says(body: dict[str, Any], status: int = 200, **headers: str) -> Callable[[], web.Response]:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda: web.json_response(body, status=status, headers=named)


def refusal(status: int, message: str, **headers: str) -> Callable[[], web.Response]:
    return says({"message": message}, status, **headers)


async def test_a_push_carries_token_and_key_and_is_kept(line: Answering) -> None:
    line.answer = says({"sentMessages": [{"id": "1"}]}, X_Line_Request_Id="r1")

    outcome = await line.client.push("U1", HI, "key-1", "d1")

    assert (outcome.status, outcome.reached, outcome.request_id) == (200, True, "r1")
    (asked,) = line.asked
    assert (asked.method, asked.path) == ("POST", "/v2/bot/message/push")
    assert asked.headers["x-line-retry-key"] == "key-1"
    assert asked.headers["authorization"] == "Bearer the-token"
    (call,) = line.calls
    assert call._replace(took_ms=0) == LineCall("POST", "message/push", 200, "r1", "d1", 0)


async def test_the_same_messages_are_the_same_bytes(line: Answering) -> None:
    flex = {
        "type": "flex", "altText": "x",
        "contents": {"type": "bubble", "body": {"type": "box", "layout": "vertical",
                     "contents": [{"type": "text", "text": "a", "wrap": True}]}},
    }  # fmt: skip

    for _ in range(2):
        await line.client.push("U1", [*HI, flex], "key-1")

    assert line.asked[0].body == line.asked[1].body


@pytest.mark.parametrize(
    ("status", "message"),
    [(400, "The property, 'to', is invalid"), (401, "Authentication failed"), (429, "limit"),
     (500, ""), (503, "")],
)  # fmt: skip
async def test_no_status_raises(line: Answering, status: int, message: str) -> None:
    line.answer = refusal(status, message, x_line_request_id="r2")

    outcome = await line.client.push("U1", HI, "key-1")

    assert (outcome.status, outcome.message, outcome.request_id) == (status, message, "r2")
    assert outcome.reached and not outcome.is_done


async def test_409_names_the_call_that_was_accepted(line: Answering) -> None:
    line.answer = refusal(409, "already", x_line_request_id="r3", x_line_accepted_request_id="r1")

    outcome = await line.client.push("U1", HI, "key-1")

    assert (outcome.status, outcome.accepted_request_id) == (409, "r1")


async def test_an_answer_is_waited_for_as_long_as_was_said(line: Answering) -> None:
    line.answer = "never"
    async with LineClient("t", line.record, base_url=line.url, timeout_s=0.2) as client:
        outcome = await client.push("U1", HI, "key-1")

    assert (outcome.status, outcome.reached, outcome.message) == (0, True, "TimeoutError")


@pytest.mark.parametrize("answer", ["reset", lambda: web.Response(body=b"\xff", status=500)])
async def test_without_a_readable_answer_nothing_is_known(line: Answering, answer: Any) -> None:
    line.answer = answer

    outcome = await line.client.push("U1", HI, "key-1")

    assert (outcome.status, outcome.reached) == (0, True)
    assert line.calls[0].status == 0


async def test_without_a_connection_nothing_can_have_arrived() -> None:
    calls = Answering()
    url = "http://127.0.0.1:1"
    async with LineClient("t", calls.record, base_url=url, timeout_s=0.3) as client:
        outcome = await client.push("U1", HI, "key-1")

    assert (outcome.status, outcome.reached) == (0, False)


async def test_what_is_no_message_is_our_mistake_and_not_sent(line: Answering) -> None:
    with pytest.raises(ValueError, match="telegram"):
        await line.client.push("U1", [{"type": "telegram"}], "key-1")

    assert line.asked == [] and line.calls == []


async def test_only_what_may_carry_a_retry_key_does(line: Answering) -> None:
    client = line.client
    await client.multicast(["U1", "U2"], HI, "key-1")
    await client.broadcast(HI, "key-2")
    await client.reply("token-1", HI)
    await client.profile("U1")
    await client.link_menu("U1", "m1")

    keys = [asked.headers.get("x-line-retry-key") for asked in line.asked]
    assert keys == ["key-1", "key-2", None, None, None]
    paths = [(asked.method, asked.path.removeprefix("/v2/bot/")) for asked in line.asked]
    assert paths == [
        ("POST", "message/multicast"), ("POST", "message/broadcast"), ("POST", "message/reply"),
        ("GET", "profile/U1"), ("POST", "user/U1/richmenu/m1"),
    ]  # fmt: skip


async def test_kept_calls_and_shown_outcomes_name_nobody(line: Answering) -> None:
    line.answer = says({"displayName": "某某", "userId": "U1"})

    outcome = await line.client.profile("U1")

    assert outcome.body["displayName"] == "某某"
    assert "某某" not in repr(outcome) and "U1" not in repr((outcome, line.calls))
