"""The HTTP service: webhook, forms, links of mails, the agency's API, health and metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from pipeline.garbage import collect_seldom
from pipeline.http_counters import HTTP, RequestCounter
from pipeline.http_limits import BodyLimit
from pipeline.http_problems import answer_outages, answer_with_problems
from pipeline.logs import Log
from pipeline.metrics import Meter
from services.notify import account_link_pages, forms, mail_pages, webhook
from services.notify.api import add_agency_api
from services.notify.house import WEBHOOK, house_of, open_house
from services.notify.settings import ServeSettings

# Nothing that LINE, a form or the agency sends comes near it.
BODY_BYTES = 2 << 20
_ABOUT = """The LINE account of Gouji 勾稽 and the agency's side of it: applications, chats, news,
budget, parked notices. Every request of the API carries a key in `X-Api-Key`. Errors are
`application/problem+json` with a `code`.
"""


def make_app(settings: ServeSettings, log: Log) -> FastAPI:
    """The service; it opens what it needs when it starts."""
    meter = Meter((*HTTP, *WEBHOOK))

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with open_house(settings, meter, log) as house:
            app.state.house = house
            collect_seldom()
            yield

    app = FastAPI(title="Gouji notify", version="1", description=_ABOUT, lifespan=life)
    for router in (webhook.router, forms.router, mail_pages.router, account_link_pages.router):
        app.include_router(router)
    add_agency_api(app, settings)
    app.add_middleware(BodyLimit, limit=BODY_BYTES)
    app.add_middleware(RequestCounter, meter=meter)
    answer_with_problems(app)
    answer_outages(app, "系統暫時無法處理，請稍後再試。")
    _add_health(app, meter)
    return app


def _add_health(app: FastAPI, meter: Meter) -> None:
    @app.get("/healthz", tags=["health"], summary="The process and its workers live")
    async def healthz(request: Request) -> PlainTextResponse:
        house = house_of(request)
        return PlainTextResponse("ok") if house.is_working() else PlainTextResponse("stuck", 503)

    @app.get("/readyz", tags=["health"], summary="The database answers")
    async def readyz(request: Request) -> PlainTextResponse:
        try:
            async with asyncio.timeout(5), house_of(request).pool.acquire() as connection:
                await connection.fetchval("select 1")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as bad:
            return PlainTextResponse(type(bad).__name__, 503)
        return PlainTextResponse("ready")

    @app.get("/metrics", tags=["health"], summary="Prometheus")
    async def metrics() -> Response:
        return Response(meter.page(), media_type="text/plain; version=0.0.4")
