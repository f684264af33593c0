"""The HTTP service: routes, health, metrics, and the background resumer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi_offline import FastAPIOffline

from pipeline.errors import PipelineError
from pipeline.http_counters import HTTP, RequestCounter
from pipeline.http_limits import BodyLimit
from pipeline.http_problems import answer_outages, answer_with_problems
from pipeline.logs import Log
from pipeline.metrics import Meter
from services.ingest import http_actions, http_commands, http_precheck, http_submissions
from services.ingest.assembly import open_door
from services.ingest.http_caller import House
from services.ingest.settings import ServeSettings

_ABOUT = """The door of Gouji 勾稽: hand in claim files (申報檔) and result files (結果檔), follow
what becomes of every row, edit and withdraw. Every request carries an API key in `X-Api-Key`; a
facility sees and submits only its own. Errors are `application/problem+json` with a `code`.
"""
_LATER = "系統暫時無法處理，請稍後以相同檔案再試；已收件者不會重複。"


def make_app(settings: ServeSettings, log: Log) -> FastAPI:
    """The service; it opens what it needs when it starts."""
    meter = Meter(HTTP)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with open_door(settings) as door:
            app.state.house = House(door, settings)
            resuming = asyncio.create_task(_resume_for_ever(app.state.house, log))
            try:
                yield
            finally:
                resuming.cancel()
                with suppress(asyncio.CancelledError):
                    await resuming

    # The page of the API brings its own scripts: whoever looks at it needs no other host.
    app = FastAPIOffline(
        title="Gouji ingest", version="1", description=_ABOUT, lifespan=life, redoc_url=None
    )
    app.include_router(http_submissions.router)
    app.include_router(http_commands.router)
    app.include_router(http_actions.router)
    app.include_router(http_precheck.router)
    app.add_middleware(BodyLimit, limit=settings.upload_bytes)
    app.add_middleware(RequestCounter, meter=meter)
    answer_with_problems(app)
    answer_outages(app, _LATER)
    _add_health(app, meter)
    return app


async def _resume_for_ever(house: House, log: Log) -> None:
    """Finishes what a killed process left: at the start, and again and again."""
    while True:
        try:
            finished = await house.door.intake.resume()
            if finished:
                log("resumed", count=finished)
        except (PipelineError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as bad:
            log("cannot resume", reason=type(bad).__name__)
        await asyncio.sleep(house.settings.resume_s)


def _add_health(app: FastAPI, meter: Meter) -> None:
    @app.get("/healthz", tags=["health"], summary="The process answers")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.get("/readyz", tags=["health"], summary="Database and broker answer")
    async def readyz(request: Request) -> PlainTextResponse:
        house: House = request.app.state.house
        try:
            async with asyncio.timeout(5), house.door.pool.acquire() as connection:
                await connection.fetchval("select 1")
                await house.door.outbound.open()
        except (PipelineError, asyncpg.PostgresError, OSError, TimeoutError) as bad:
            return PlainTextResponse(type(bad).__name__, 503)
        return PlainTextResponse("ready")

    @app.get("/metrics", tags=["health"], summary="Prometheus")
    async def metrics() -> Response:
        return Response(meter.page(), media_type="text/plain; version=0.0.4")

    @app.get("/v1/receipt-key", tags=["health"], summary="Public key of receipts 收據公開金鑰")
    async def receipt_key(request: Request) -> dict[str, str]:
        """Ed25519, base64; for `verify-receipt --public-key`."""
        signer = request.app.state.house.door.signer
        return {"key_id": signer.key_id, "public_key": signer.public_key}
