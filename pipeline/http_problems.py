"""Errors over HTTP: application/problem+json (RFC 9457) with a code that programs can read."""

from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pipeline.errors import BrokerUnavailable, StoreUnavailable

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Unknown key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    422: "Cannot be taken",
    429: "Too many at once",
    503: "Try again later",
}


class Problem(HTTPException):
    """What goes back to the caller. ``detail`` in zh-Hant; never anything from a file's content."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(status, detail)
        self.code, self.more = code, more


def problem_response(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


def answer_with_problems(app: FastAPI) -> None:
    """Every error of the app leaves as a problem; none repeats what was sent."""

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error, Problem):
            return problem_response(error.status_code, error.code, str(error.detail), **error.more)
        title = TITLES.get(error.status_code, "Error")
        return problem_response(error.status_code, title.upper().replace(" ", "_"), title)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # Without ``input``: a rejected value may be somebody's number.
        fields = [
            {"at": ".".join(map(str, one["loc"])), "says": _says(one)} for one in error.errors()
        ]
        return problem_response(422, "REQUEST_INVALID", "請求的欄位不正確。", errors=fields)

    @app.exception_handler(Exception)
    async def _bug(request: Request, error: Exception) -> JSONResponse:
        return problem_response(500, "INTERNAL", "系統錯誤，請稍後再試。")


def answer_outages(app: FastAPI, words: str) -> None:
    """Broker or database away: 503 TRY_LATER with these words, zh-Hant."""

    async def later(request: Request, error: Exception) -> JSONResponse:
        return problem_response(503, "TRY_LATER", words)

    outages = (BrokerUnavailable, StoreUnavailable, asyncpg.PostgresConnectionError)
    for kind in (*outages, asyncpg.InterfaceError, ConnectionError, TimeoutError):
        app.add_exception_handler(kind, later)


def _says(error: dict[str, Any]) -> str:
    """The message; the one about an unknown kind would repeat it."""
    return "unknown kind" if error["type"] == "union_tag_invalid" else str(error["msg"])
