"""The OpenAPI page: a vendor's program can be written from it."""

from typing import Any

from fastapi import FastAPI

from services.ingest import http_actions, http_commands, http_precheck, http_submissions


def described() -> dict[str, Any]:
    app = FastAPI()
    for one in (http_submissions, http_commands, http_actions, http_precheck):
        app.include_router(one.router)
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


def test_every_kind_of_action_is_described() -> None:
    page = described()
    body = page["paths"]["/v1/actions"]["post"]["requestBody"]["content"]["application/json"]
    kinds = body["schema"]["items"]["discriminator"]["mapping"]
    assert len(kinds) == 17
    assert {"open_round", "person_alias_taken_back", "decide_recovered"} <= kinds.keys()
    assert body["schema"]["maxItems"] == 500
