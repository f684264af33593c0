"""The webhook of LINE at a fixed rate: how long an answer takes, and that forgeries are refused.

Open loop: a request goes out at its time whether or not the ones before have been answered, and
its wait counts from that time, so that a stall is not hidden. While it runs, the worker beside the
webhook answers the same events; the LINE it replies to is a stand-in that takes everything.
"""

import asyncio
import base64
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from aiohttp import web

from bench.figures.line import Line, cpu_seconds, line, memory_mb
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.postgres import Database
from deploy.local.processes import Program, Started, spawn
from pipeline.topics import ROOT
from services.notify.signatures import HEADER, sign

RATE, SECONDS, USERS, PATIENCE_S = 500, 20, 400, 300.0
# Every so many requests one is forged.
FORGED_EVERY = 10
SECRET = "bench-secret"
WORDS = ("待補件數", "補正教學", "你好", "相關連結", "補正清單下載")


@dataclass
class Seen:
    waits: list[float] = field(default_factory=list)
    good: int = 0
    good_taken: int = 0
    forged: int = 0
    forged_refused: int = 0
    wall: float = 0.0


def run() -> list[Line]:
    return asyncio.run(_run())


async def _run() -> list[Line]:
    async with _served() as (url, started, database_url):
        began, cpu = time.monotonic(), cpu_seconds(started.pid)
        seen = await _load(url)
        used = cpu_seconds(started.pid) - cpu
        kept, worked_off = await _kept(database_url, seen.good), time.monotonic() - began
        memory = memory_mb(started.pid)
    assert kept == seen.good == seen.good_taken, "an event was lost, or a forged one was kept"
    waits, figures = sorted(seen.waits), (len(seen.waits), used, seen.wall, memory)
    shares = [
        line(f"webhook {name}", 1000 * waits[int(len(waits) * share)], "ms", *figures)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]
    refused = 100 * seen.forged_refused / seen.forged
    return [
        *shares,
        line("webhook rate", len(waits) / seen.wall, "requests/s", *figures),
        line("webhook forgeries refused", refused, "%", seen.forged, used, seen.wall, memory),
        line("webhook worked off", kept / worked_off, "events/s", kept, used, worked_off, memory),
    ]


async def _load(url: str) -> Seen:
    seen, dice = Seen(), random.Random(5)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        begin = time.monotonic() + 0.5
        async with asyncio.TaskGroup() as group:
            for number in range(RATE * SECONDS):
                at = begin + number / RATE
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                body = _body(number, dice)
                group.create_task(_send(session, url, number, body, at, seen, dice))
        seen.wall = time.monotonic() - begin
    return seen


async def _send(
    session: aiohttp.ClientSession,
    url: str,
    number: int,
    body: bytes,
    at: float,
    seen: Seen,
    dice: random.Random,
) -> None:
    signature, is_forged = sign(SECRET, body), number % FORGED_EVERY == 0
    if is_forged:
        body, signature = _forged(body, signature, dice)
    headers = {HEADER: signature, "Content-Type": "application/json"}
    async with session.post(url, data=body, headers=headers) as answer:
        await answer.read()
    seen.waits.append(time.monotonic() - at)
    if is_forged:
        seen.forged += 1
        seen.forged_refused += answer.status == 401
    else:
        seen.good += 1
        seen.good_taken += answer.status == 200


def _body(number: int, dice: random.Random) -> bytes:
    """One message of one of the users, as LINE writes it."""
    event: dict[str, Any] = {
        "type": "message",
        "message": {"type": "text", "id": f"{number}", "text": dice.choice(WORDS)},
        "webhookEventId": f"01BENCH{number:019}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": time.time_ns() // 1_000_000,
        "source": {"type": "user", "userId": f"U{dice.randrange(USERS):032x}"},
        "replyToken": f"{number:032x}",
        "mode": "active",
    }
    said = {"destination": "U" + "0" * 32, "events": [event]}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _forged(body: bytes, signature: str, dice: random.Random) -> tuple[bytes, str]:
    """A bit of the body turned, the body written anew, a bit of the signature, or none at all."""
    kind = dice.randrange(4)
    if kind == 0:
        return _bit_turned(body, dice), signature
    if kind == 1:
        return json.dumps(json.loads(body)).encode(), signature
    if kind == 2:
        digest = _bit_turned(base64.b64decode(signature), dice)
        return body, base64.b64encode(digest).decode()
    return body, ""


def _bit_turned(content: bytes, dice: random.Random) -> bytes:
    place, turned = dice.randrange(8 * len(content)), bytearray(content)
    turned[place // 8] ^= 1 << place % 8
    return bytes(turned)


async def _kept(database_url: str, good: int) -> int:
    """Events in the inbox, once every one of them has been handled."""
    connection = await asyncpg.connect(database_url)
    count = "select count(*), count(done_at) from notify.webhook_events"
    give_up = time.monotonic() + PATIENCE_S
    try:
        while True:
            row = await connection.fetchrow(count)
            assert row is not None
            kept, done = row
            if kept == done >= good or time.monotonic() > give_up:
                return int(done)
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


@asynccontextmanager
async def _served() -> AsyncIterator[tuple[str, Started, str]]:
    """Address of the webhook, its process, and its database; all gone at the end."""
    with tempfile.TemporaryDirectory(prefix="gouji-bench-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        database = Database(folder / "postgres")
        await asyncio.to_thread(database.start)
        line_port, runner = free_port(), web.AppRunner(_stand_in())
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, line_port).start()
        program = Program(
            "serve",
            (sys.executable, "-m", "services.notify", "serve"),
            folder / "serve.log",
            env=_settings(database.url, port, line_port),
            folder=ROOT,
        )
        started, _ = spawn(program)
        try:
            await _ready(f"http://{LOOPBACK}:{port}/readyz", started)
            yield f"http://{LOOPBACK}:{port}/line/webhook", started, database.url
        finally:
            started.stop()
            await runner.cleanup()
            await asyncio.to_thread(database.stop)


def _stand_in() -> web.Application:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"sentMessages": [{"id": "1", "quoteToken": "q"}]})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    return app


def _settings(database_url: str, port: int, line_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "GOUJI_SEAL_KEY": base64.b64encode(b"s" * 64).decode(),
        "GOUJI_SEAL_KEY_ID": "bench-1",
        "GOUJI_LINK_KEY": base64.b64encode(b"l" * 32).decode(),
        "GOUJI_LINE_CHANNEL_TOKEN": "bench",
        "GOUJI_LINE_CHANNEL_SECRET": SECRET,
        "GOUJI_LINE_BASE_URL": f"http://{LOOPBACK}:{line_port}",
        "GOUJI_HTTP_PORT": str(port),
    }


async def _ready(url: str, started: Started) -> None:
    give_up = time.monotonic() + 60
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < give_up and started.is_alive():
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.1)
    raise TimeoutError("serve did not become ready")
