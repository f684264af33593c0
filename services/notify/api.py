"""The agency's API: all its routes, and what they need, for the HTTP service."""

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from pipeline.http_problems import problem_response
from services.notify import (
    api_applications,
    api_bindings,
    api_budget,
    api_chats,
    api_contacts,
    api_contents,
    api_decisions,
    api_file_requests,
    api_news,
    api_news_reach,
    api_parked,
    api_told,
)
from services.notify.api_desk import Office
from services.notify.settings import ServeSettings

_PARTS = (
    api_applications,
    api_bindings,
    api_chats,
    api_file_requests,
    api_contents,
    api_news,
    api_news_reach,
    api_budget,
    api_parked,
    api_told,
    api_contacts,
    api_decisions,
)


def add_agency_api(app: FastAPI, settings: ServeSettings) -> None:
    """Routes under /v1; the app answers errors with problems (pipeline.http_problems)."""
    app.state.office = Office(settings)
    for part in _PARTS:
        app.include_router(part.router)
    # A zero character, wherever it stands in a request.
    app.add_exception_handler(asyncpg.CharacterNotInRepertoireError, _unreadable)


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    return problem_response(422, "REQUEST_INVALID", "請求含有無法處理的字元。")
