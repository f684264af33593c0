"""The pages for the house alone, on a port of their own: metrics, health, and the API described.

The port of the webhook is open to the world; whoever comes from there finds no metrics and no
description of the API.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import as_file, files

from aiohttp import web
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html

from pipeline.metrics import Meter
from services.notify.house import House

DESCRIPTION = "/openapi.json"
PARTS = "/docs-parts"
"""Scripts and styles of the page of the API: whoever looks at it needs no other host."""


@asynccontextmanager
async def inside_pages(
    host: str, port: int, app: FastAPI, meter: Meter, house: House
) -> AsyncIterator[int]:
    """Within, they are served; the port they have. ``port`` 0 takes a free one."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=meter.page(), headers={"Content-Type": _PROMETHEUS})

    async def description(_: web.Request) -> web.Response:
        return web.json_response(app.openapi())

    async def docs(_: web.Request) -> web.Response:
        page = get_swagger_ui_html(
            openapi_url=DESCRIPTION,
            title=app.title,
            swagger_js_url=f"{PARTS}/swagger-ui-bundle.js",
            swagger_css_url=f"{PARTS}/swagger-ui.css",
            swagger_favicon_url=f"{PARTS}/favicon.png",
            # The API is at another port: a browser would not let this page call it.
            swagger_ui_parameters={"supportedSubmitMethods": []},
        )
        return web.Response(body=bytes(page.body), content_type="text/html", charset="utf-8")

    async def healthz(_: web.Request) -> web.Response:
        return _answer(house.health())

    async def readyz(_: web.Request) -> web.Response:
        return _answer(await house.readiness())

    inside = web.Application()
    inside.router.add_get("/metrics", metrics)
    inside.router.add_get(DESCRIPTION, description)
    inside.router.add_get("/docs", docs)
    inside.router.add_get("/healthz", healthz)
    inside.router.add_get("/readyz", readyz)
    with as_file(files("fastapi_offline") / "static") as parts:
        inside.router.add_static(PARTS, parts)
        runner = web.AppRunner(inside, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()


_PROMETHEUS = "text/plain; version=0.0.4"


def _answer(state: tuple[bool, str]) -> web.Response:
    good, words = state
    return web.Response(status=200 if good else 503, text=words)
