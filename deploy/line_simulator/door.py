"""The door: every request is let in, or refused, by the same rules in the same order.

Token, fault, rate, size, content type, JSON, retry key; then the endpoint; then what the caller is
told, if anything. Every answer has its x-line-request-id.
"""

import asyncio
import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from deploy.line_simulator import answers
from deploy.line_simulator.answers import Answer, Refused
from deploy.line_simulator.asking import JSON_TYPE, Asked, Endpoint
from deploy.line_simulator.channel import Channel
from deploy.line_simulator.faults import Fault, Kind
from deploy.line_simulator.journal import Call

BODY_MAX = 2 * 1024 * 1024
RETRY_KEY = "X-Line-Retry-Key"
_REFUSALS = {
    Kind.RATE_LIMIT: answers.RATE_LIMIT,
    Kind.AT_ONCE: answers.AT_ONCE,
    Kind.MONTHLY_LIMIT: answers.MONTHLY_LIMIT,
    Kind.TO_ONE_USER: answers.TO_ONE_USER,
}
_LOST = frozenset((Kind.TIMEOUT_AFTER, Kind.RESET_AFTER, Kind.ERROR_AFTER))


@dataclass
class _Visit:
    """What is known of a request so far; what the journal will say."""

    endpoint: Endpoint
    request_id: str
    at_ms: int
    retry_key: str | None
    fault: Fault | None = None
    body: Any = None


class Door:
    """``closing`` ends every wait of a fault."""

    def __init__(self, channel: Channel, valid_token: Callable[[str, int], bool]) -> None:
        self._channel, self._valid_token = channel, valid_token
        self.closing = asyncio.Event()

    def handler(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            visit = _Visit(
                endpoint,
                str(uuid.uuid4()),
                self._channel.clock.now_ms(),
                request.headers.get(RETRY_KEY),
            )
            entered = accepted = False
            try:
                self._may_enter(request, visit)
                self._channel.rates.enter()
                entered = True
                answer = await self._carry_out(request, visit)
                accepted = endpoint.method != "GET"
            except Refused as refusal:
                answer = refusal.answer
            except _NoAnswer:
                return self._hang_up(request, visit, accepted=False)
            finally:
                if entered:
                    self._channel.rates.leave()
            return await self._tell(request, visit, answer, accepted)

        return handle

    def _may_enter(self, request: web.Request, visit: _Visit) -> None:
        endpoint = visit.endpoint
        if endpoint.needs_token:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or not self._valid_token(token, visit.at_ms):
                raise Refused(401, answers.BAD_TOKEN)
        # A repeated request counts against the rate like any other.
        self._channel.rates.take(endpoint.name, endpoint.rate, visit.at_ms)

    async def _carry_out(self, request: web.Request, visit: _Visit) -> Answer:
        asked = await self._read(request, visit)
        visit.fault = self._channel.faults.strike(visit.endpoint.name)
        await self._strike_before(request, visit)
        if asked.retry_key is not None:
            self._channel.retry_keys.see(
                asked.retry_key, asked.endpoint, _fingerprint(asked), asked.at_ms
            )
        answer = await visit.endpoint.handle(asked)
        if asked.retry_key is not None:
            sent = [] if isinstance(answer.body, bytes) else answer.body.get("sentMessages", [])
            self._channel.retry_keys.accept(asked.retry_key, asked.request_id, sent)
        return answer

    async def _read(self, request: web.Request, visit: _Visit) -> Asked:
        endpoint = visit.endpoint
        if visit.retry_key is not None and not endpoint.takes_retry_key:
            self._channel.journal.violation(
                "retry-key-not-allowed", endpoint.name, visit.retry_key, visit.at_ms
            )
            raise Refused(400, "The retry key is not supported by this endpoint")
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise Refused(413, "The request body is larger than 2 MB") from None
        kind = request.content_type
        if endpoint.content_types and kind not in endpoint.content_types:
            raise Refused(415, f"The content type, {kind}, is not supported")
        body = _json(raw) if JSON_TYPE in endpoint.content_types else {}
        visit.body = body
        return Asked(
            endpoint.name,
            visit.request_id,
            visit.at_ms,
            dict(request.match_info),
            dict(request.query),
            body,
            raw,
            kind,
            visit.retry_key,
        )

    async def _strike_before(self, request: web.Request, visit: _Visit) -> None:
        """Raises Refused or _NoAnswer for a fault that leaves the request without effect."""
        fault = visit.fault
        if fault is None:
            return
        if fault.kind in _REFUSALS:
            raise Refused(429, _REFUSALS[fault.kind])
        if fault.kind == Kind.ERROR_BEFORE:
            raise Refused(500, answers.SERVER_ERROR)
        if fault.kind == Kind.RESET_BEFORE:
            raise _NoAnswer
        if fault.kind == Kind.TIMEOUT_BEFORE:
            await self._wait(fault.seconds, request)
            raise _NoAnswer
        if fault.kind == Kind.SLOW:
            # To the end, even when the caller has left: that is how LINE accepts unnoticed.
            await self._wait(fault.seconds, None)

    async def _tell(
        self, request: web.Request, visit: _Visit, answer: Answer, accepted: bool
    ) -> web.Response:
        kind = visit.fault.kind if visit.fault and accepted else None
        if kind in _LOST and visit.fault is not None:
            if kind == Kind.TIMEOUT_AFTER:
                # Entered first: who reads the journal meanwhile sees that it was accepted.
                gone = self._hang_up(request, visit, accepted=True, abort=False)
                await self._wait(visit.fault.seconds, request)
                _abort(request)
                return gone
            if kind == Kind.RESET_AFTER:
                return self._hang_up(request, visit, accepted=True)
            answer = Answer(500, {"message": answers.SERVER_ERROR})
        self._enter(visit, answer.status, accepted)
        headers = {"x-line-request-id": visit.request_id, **answer.headers}
        if isinstance(answer.body, bytes):
            return web.Response(status=answer.status, body=answer.body, headers=headers)
        return web.json_response(dict(answer.body), status=answer.status, headers=headers)

    def _hang_up(
        self, request: web.Request, visit: _Visit, *, accepted: bool, abort: bool = True
    ) -> web.Response:
        self._enter(visit, 0, accepted)
        if abort:
            _abort(request)
        return web.Response()

    def _enter(self, visit: _Visit, status: int, accepted: bool) -> None:
        self._channel.journal.calls.append(
            Call(
                visit.at_ms,
                visit.endpoint.method,
                visit.endpoint.name,
                visit.request_id,
                visit.retry_key,
                status,
                accepted,
                str(visit.fault.kind) if visit.fault else "",
                visit.body,
            )
        )

    async def _wait(self, seconds: float, request: web.Request | None) -> None:
        """Until the time is over, the simulator closes, or this caller has hung up."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0 and not self.closing.is_set():
            if request is not None and (
                request.transport is None or request.transport.is_closing()
            ):
                return
            try:
                await asyncio.wait_for(self.closing.wait(), min(left, 0.1))
            except TimeoutError:
                continue


class _NoAnswer(Exception):
    """The connection ends without an answer, and nothing was done."""


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _json(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as bad:
        line, column = getattr(bad, "lineno", 1), getattr(bad, "colno", 1)
        where = f"(line: {line}, column: {column})"
        raise Refused(400, f"The request body could not be parsed as JSON {where}") from None
    if not isinstance(body, dict):
        raise Refused(400, "The request body has 1 error(s)")
    return body


def _fingerprint(asked: Asked) -> str:
    """The same for the same request, however its JSON was written."""
    text = json.dumps([asked.endpoint, asked.values, asked.body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
