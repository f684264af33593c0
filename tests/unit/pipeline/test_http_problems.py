"""Every error of an HTTP service leaves as a problem, and none repeats what was sent."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from pipeline.errors import StoreUnavailable
from pipeline.http_limits import ALLOWANCE, BodyLimit
from pipeline.http_problems import Problem, answer_outages, answer_with_problems

SECRET = "A123456789"


class Number(BaseModel):
    value: int


def an_app() -> FastAPI:
    app = FastAPI()

    @app.post("/numbers")
    async def numbers(number: Number) -> Number:
        return number

    @app.get("/away")
    async def away() -> None:
        raise StoreUnavailable(SECRET)

    @app.get("/bug")
    async def bug() -> None:
        raise KeyError(SECRET)

    @app.get("/ours")
    async def ours() -> None:
        raise Problem(409, "NOT_NOW", "現在不行。", left=2)

    app.add_middleware(BodyLimit, limit=1024)
    answer_with_problems(app)
    answer_outages(app, "請稍後再試。")
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(an_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as one:
        yield one


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/away", 503, "TRY_LATER"),
        ("/bug", 500, "INTERNAL"),
        ("/ours", 409, "NOT_NOW"),
        ("/nowhere", 404, "NOT_FOUND"),
        ("/numbers", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_an_error_has_a_code_and_a_media_type_of_its_own(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text


async def test_what_a_problem_says_besides_stands_beside_its_code(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/ours")).json()["left"] == 2


async def test_a_rejected_value_is_not_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.post("/numbers", json={"value": SECRET})
    assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")
    assert answer.json()["errors"][0]["at"] == "body.value" and SECRET not in answer.text


async def test_a_body_over_the_limit_is_refused_whatever_it_claims(
    client: httpx.AsyncClient,
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * ALLOWANCE

    for content in (b" " * (2 * ALLOWANCE), pieces()):
        answer = await client.post("/numbers", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")
