"""The HTTP service: webhook, forms, links of mails, the agency's API, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from pipeline.garbage import collect_seldom
from pipeline.http_counters import HTTP, RequestCounter
from pipeline.http_limits import BodyLimit
from pipeline.http_problems import answer_outages, answer_with_problems
from pipeline.logs import Log
from pipeline.metrics import Meter
from services.notify import account_link_pages, forms, guide_page, mail_pages, webhook
from services.notify.api import add_agency_api
from services.notify.house import WEBHOOK, house_of, open_house
from services.notify.inside_pages import inside_pages
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
            host, port = settings.metrics_host, settings.metrics_port
            async with inside_pages(host, port, app, meter, house) as app.state.inside_port:
                collect_seldom()
                yield

    # Without /docs and /openapi.json: they are among the pages inside.
    app = FastAPI(
        title="Gouji notify",
        version="1",
        description=_ABOUT,
        lifespan=life,
        openapi_url=None,
        servers=[{"url": settings.public_url, "description": "Where the API is."}],
    )
    for part in (webhook, forms, mail_pages, account_link_pages, guide_page):
        app.include_router(part.router)
    add_agency_api(app, settings)
    app.add_middleware(BodyLimit, limit=BODY_BYTES)
    app.add_middleware(RequestCounter, meter=meter)
    answer_with_problems(app)
    answer_outages(app, "系統暫時無法處理，請稍後再試。")
    _add_health(app)
    return app


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["health"], summary="The process and its workers live")
    async def healthz(request: Request) -> PlainTextResponse:
        return _answer(house_of(request).health())

    @app.get("/readyz", tags=["health"], summary="The database answers")
    async def readyz(request: Request) -> PlainTextResponse:
        return _answer(await house_of(request).readiness())


def _answer(state: tuple[bool, str]) -> PlainTextResponse:
    good, words = state
    return PlainTextResponse(words, 200 if good else 503)
