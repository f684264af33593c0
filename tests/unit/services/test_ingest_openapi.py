"""The OpenAPI page: a vendor's program can be written from it."""

from typing import Any

from fastapi import FastAPI

from services.ingest import http_commands, http_submissions


def described() -> dict[str, Any]:
    app = FastAPI()
    app.include_router(http_submissions.router)
    app.include_router(http_commands.router)
    return app.openapi()


def test_every_route_asks_for_the_key_and_says_what_it_does() -> None:
    page = described()
    schemes = page["components"]["securitySchemes"].items()
    (name,) = [key for key, scheme in schemes if scheme["name"] == "X-Api-Key"]
    for path, methods in page["paths"].items():
        for method, route in methods.items():
            assert route["security"] == [{name: []}], (method, path)
            assert any("一" <= char <= "鿿" for char in route["summary"]), (method, path)


def test_a_refused_file_is_described_with_its_findings() -> None:
    problem = described()["components"]["schemas"]["ProblemOut"]["properties"]
    assert {"code", "detail", "submission", "findings"} <= problem.keys()
