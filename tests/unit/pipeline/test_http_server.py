"""An idle connection is closed by the one who sends, and only at last by the server."""

import asyncio
from dataclasses import fields

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from deploy.local.ports import LOOPBACK
from pipeline.http_server import server_of
from services.ingest.settings import ServeSettings as Ingest
from services.notify.settings import ServeSettings as Notify
from tests.support.kafka import until

ANSWER: ASGIApp = PlainTextResponse("ok")
PROXIES_S = 60
"""Idle connections of the usual proxies and load balancers live a minute."""


async def test_an_idle_connection_is_closed_when_its_time_is_over() -> None:
    server = server_of(ANSWER, LOOPBACK, 0, keep_alive_s=1)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: gouji\r\n\r\n")
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200 OK")
        async with asyncio.timeout(20):
            assert await reader.read() == b""
    finally:
        writer.close()
        server.should_exit = True
        await serving


@pytest.mark.parametrize("settings", [Ingest, Notify])
def test_a_proxy_closes_before_we_do(settings: type[Ingest | Notify]) -> None:
    (kept,) = [one for one in fields(settings) if one.name == "keep_alive_s"]
    assert int(kept.metadata["setting"].default) > PROXIES_S
