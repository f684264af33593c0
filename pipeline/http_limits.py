"""Bounds on what a request may send, whatever it claims about itself."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.http_problems import Problem, problem_response

# Boundaries, headers and the small fields of a multipart body.
ALLOWANCE = 64 * 1024
# So much of an oversize body is thrown away, for so long, so that its sender can read the answer: a
# connection that is closed while it still sends never shows it.
_DRAIN_FACTOR, _DRAIN_S = 4, 20.0


class BodyLimit:
    """ASGI middleware: 413 for a body above ``limit`` bytes, with or without Content-Length."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit + ALLOWANCE
        self._mib = limit / (1 << 20)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared(scope) > self._limit:
            await self._drain(receive)
            response = problem_response(413, "TOO_LARGE", self._words())
            await response(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                await self._drain(receive)
                raise Problem(413, "TOO_LARGE", self._words())
            return message

        await self._app(scope, counted, send)

    def _words(self) -> str:
        return f"內容超過 {self._mib:g} MiB 的上限。"

    async def _drain(self, receive: Receive) -> None:
        drained = 0
        try:
            async with asyncio.timeout(_DRAIN_S):
                while drained < _DRAIN_FACTOR * self._limit:
                    message = await receive()
                    drained += len(message.get("body", b""))
                    if message["type"] != "http.request" or not message.get("more_body"):
                        return
        except TimeoutError:
            return


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
