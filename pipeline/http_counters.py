"""What an HTTP service counts."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.metrics import Meter, Metric

REQUESTS = Metric(
    "http_requests_total", "counter", ("method", "route", "status"), "Requests answered."
)
REQUEST_SECONDS = Metric(
    "http_request_seconds",
    "histogram",
    ("method", "route"),
    "How long an answer took.",
    (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0),
)
HTTP = (REQUESTS, REQUEST_SECONDS)
_METHODS = ("GET", "POST", "HEAD", "OPTIONS")


class RequestCounter:
    """ASGI middleware. Counts by route template, never by path: a path holds ids."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self._app, self._meter = app, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._meter.add(REQUESTS, 1, method, route, status)
            self._meter.observe(REQUEST_SECONDS, time.monotonic() - began, method, route)
