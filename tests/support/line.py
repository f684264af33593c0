"""The LINE simulator for tests, and who talks to it: the official SDK, and plain HTTP."""

import struct
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
)

from deploy.line_simulator.phones import user_id
from deploy.line_simulator.simulator import TOKEN, LineSimulator

__all__ = ["LineSimulator", "a_line", "blobs", "caller", "official_sdk", "post", "push"]

TEXT = {"type": "text", "text": "115年11月底前待補 3 件"}
PUSH = "/v2/bot/message/push"
ALICE, BOB, CAROL = user_id("alice"), user_id("bob"), user_id("carol")


@asynccontextmanager
async def a_line(*following: str, webhook: str = "") -> AsyncIterator[LineSimulator]:
    """A running simulator whose account these users follow."""
    async with LineSimulator.running(webhook=webhook) as line:
        for user in following:
            await line.follow(user)
        yield line


@asynccontextmanager
async def official_sdk(url: str, token: str = TOKEN) -> AsyncIterator[AsyncMessagingApi]:
    """The official SDK, told another host and nothing else."""
    async with AsyncApiClient(Configuration(host=url, access_token=token)) as client:
        yield AsyncMessagingApi(client)


@asynccontextmanager
async def blobs(url: str, token: str = TOKEN) -> AsyncIterator[AsyncMessagingApiBlob]:
    """Its part for images and contents."""
    async with AsyncApiClient(Configuration(host=url, access_token=token)) as client:
        yield AsyncMessagingApiBlob(client)


@asynccontextmanager
async def caller(url: str, token: str = TOKEN) -> AsyncIterator[aiohttp.ClientSession]:
    """Plain HTTP with the channel's token, for what the SDK would never send."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(url, headers=headers) as session:
        yield session


def a_png(width: int, height: int) -> bytes:
    """The head of a picture of that size: nobody looks at the rest."""
    size = struct.pack(">II", width, height)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + size
        + b"\x08\x02\0\0\0"
        + b"\0" * 8
    )


async def post(
    http: aiohttp.ClientSession, path: str, body: Any, key: str | None = None, **headers: str
) -> tuple[int, dict[str, Any], Any]:
    """Status, body and headers."""
    if key is not None:
        headers["X-Line-Retry-Key"] = key
    async with http.post(path, json=body, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers


async def push(
    http: aiohttp.ClientSession, user: str = ALICE, key: str | None = None, text: str = "你好"
) -> tuple[int, dict[str, Any], Any]:
    body = {"to": user, "messages": [{"type": "text", "text": text}]}
    return await post(http, PUSH, body, key or str(uuid.uuid4()))
