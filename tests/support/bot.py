"""The bot as a running HTTP service, and a LINE that only takes replies: for tests of the webhook.

The strict LINE is the simulator (deploy/line_simulator); this one lets a test write every byte of a
request, and count what was replied to which token.
"""

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import uvicorn
from aiohttp import web
from fastapi import FastAPI

from deploy.local.ports import LOOPBACK
from pipeline.logs import no_log
from pipeline.sealing import Sealer
from services.notify.house import House
from services.notify.http_app import make_app
from services.notify.replies import Message
from services.notify.settings import ServeSettings
from services.notify.signatures import HEADER, sign
from tests.support.kafka import until

SECRET, SECRET_BEFORE = "channel-secret", "channel-secret-before"
SEAL_KEY, LINK_KEY = b"s" * 64, b"l" * 32
# Later than every former run on the same database, and in order.
_NUMBERS = itertools.count(1)


async def a_database_of_notify(server_url: str, name: str) -> str:
    """URL of a new database on the server."""
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def settings_of(database_url: str, line_url: str, **more: str) -> ServeSettings:
    return ServeSettings.read(
        {
            "DATABASE_URL": database_url,
            "GOUJI_SEAL_KEY": base64.b64encode(SEAL_KEY).decode(),
            "GOUJI_SEAL_KEY_ID": "test-1",
            "GOUJI_LINK_KEY": base64.b64encode(LINK_KEY).decode(),
            "GOUJI_LINE_CHANNEL_TOKEN": "token",
            "GOUJI_LINE_CHANNEL_SECRET": SECRET,
            "GOUJI_LINE_CHANNEL_SECRET_BEFORE": SECRET_BEFORE,
            "GOUJI_LINE_BASE_URL": line_url,
            "GOUJI_LINE_ACCESS_URL": line_url,
            **more,
        }
    )


class TakingLine:
    """Takes replies, each token once, as LINE does; ``status`` of the next ones otherwise.

    ``holds``: the next call waits for it before it is looked at.
    """

    def __init__(self) -> None:
        self.url = ""
        self.said: dict[str, list[Message]] = {}
        self.calls = 0
        self.status: list[int] = []
        self.holds: asyncio.Event | None = None
        self.held = 0

    async def _reply(self, request: web.Request) -> web.Response:
        self.calls += 1
        asked = await request.json()
        if self.holds is not None:
            holds, self.holds = self.holds, None
            self.held += 1
            await holds.wait()
            self.held -= 1
        if self.status and (status := self.status.pop(0)) != 200:
            return web.json_response({"message": "not now"}, status=status)
        if asked["replyToken"] in self.said:
            return web.json_response({"message": "Invalid reply token"}, status=400)
        self.said[asked["replyToken"]] = asked["messages"]
        return web.json_response({"sentMessages": [{"id": "1", "quoteToken": "q"}]})

    @asynccontextmanager
    async def running(self) -> AsyncIterator["TakingLine"]:
        app = web.Application()
        app.router.add_post("/v2/bot/message/reply", self._reply)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, LOOPBACK, 0)
        await site.start()
        self.url = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


class Bot:
    """The service under test. ``user`` is the LINE user that ``tell`` speaks for."""

    def __init__(self, app: FastAPI, url: str, client: httpx.AsyncClient) -> None:
        self.app, self.url, self.client = app, url, client
        self.user = f"U{next(_NUMBERS):032x}"
        self.sealer = Sealer(SEAL_KEY, "test-1")

    @property
    def house(self) -> House:
        house: House = self.app.state.house
        return house

    async def inside(self, path: str) -> httpx.Response:
        """A page of the port for the house alone."""
        return await self.client.get(f"http://{LOOPBACK}:{self.app.state.inside_port}{path}")

    def an_event(self, kind: str, **more: Any) -> dict[str, Any]:
        """As LINE writes it, at this moment; later ones are later."""
        number = next(_NUMBERS)
        return {
            "type": kind,
            "webhookEventId": f"01TEST{self.user[-4:]}{number:016}",
            "timestamp": self.house.clock.now_ms() + number,
            "source": {"type": "user", "userId": self.user},
            "deliveryContext": {"isRedelivery": False},
            "replyToken": f"r{self.user[-4:]}{number}",
            "mode": "active",
            **more,
        }

    async def send(self, *events: dict[str, Any], secret: str = SECRET) -> int:
        """One request of the webhook; the status of the answer."""
        body = json.dumps({"destination": "U0", "events": events}).encode()
        return await self.send_bytes(body, sign(secret, body))

    async def send_bytes(self, body: bytes, signature: str) -> int:
        headers = {HEADER: signature}
        answer = await self.client.post(f"{self.url}/line/webhook", content=body, headers=headers)
        return answer.status_code

    async def done(self, *events: dict[str, Any]) -> list[str]:
        """Wait until the events are handled and what they said is said; their outcomes."""
        names = [event["webhookEventId"] for event in events]

        async def are_done() -> bool:
            query = (
                "select count(*) from notify.webhook_events where webhook_event_id = any($1)"
                " and done_at is not null and answer_sealed is null"
            )
            return bool(await self.house.pool.fetchval(query, names) == len(set(names)))

        await until(are_done, 20)
        rows = await self.house.pool.fetch(
            "select webhook_event_id, outcome from notify.webhook_events"
            " where webhook_event_id = any($1)",
            names,
        )
        outcomes = {row["webhook_event_id"]: row["outcome"] for row in rows}
        return [outcomes[name] for name in names]

    async def tell(self, *events: dict[str, Any]) -> list[str]:
        """Send them one after the other and wait; their outcomes."""
        for event in events:
            assert await self.send(event) == 200
        return await self.done(*events)

    def tapped(self, data: str) -> dict[str, Any]:
        return self.an_event("postback", postback={"data": data})

    def said(self, words: str, message_id: str = "") -> dict[str, Any]:
        name = message_id or f"m{next(_NUMBERS)}"
        return self.an_event("message", message={"type": "text", "id": name, "text": words})


@asynccontextmanager
async def a_bot(database_url: str, line_url: str, **more: str) -> AsyncIterator[Bot]:
    """The service on a free port, with all its workers."""
    app = make_app(settings_of(database_url, line_url, **more), no_log)
    config = uvicorn.Config(app, LOOPBACK, 0, log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started or serving.done(), 30)
        assert server.started, "the service did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(timeout=20) as client:
            yield Bot(app, f"http://{LOOPBACK}:{port}", client)
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
