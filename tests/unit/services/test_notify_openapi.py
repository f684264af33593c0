"""The OpenAPI page of the agency's API: a portal can be written from it."""

from typing import Any

from fastapi import FastAPI

from services.notify.api import add_agency_api
from services.notify.settings import ServeSettings
from tests.support.agency_api import ENVIRONMENT


def described() -> dict[str, Any]:
    app = FastAPI()
    settings = {**ENVIRONMENT, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    add_agency_api(app, ServeSettings.read(settings))
    return app.openapi()


def test_every_route_asks_for_the_key_and_says_what_it_does_and_may_answer() -> None:
    page = described()
    schemes = page["components"]["securitySchemes"].items()
    (name,) = [key for key, scheme in schemes if scheme["name"] == "X-Api-Key"]
    assert len(page["paths"]) > 25
    for path, methods in page["paths"].items():
        assert path.startswith("/v1/")
        for method, route in methods.items():
            assert route["security"] == [{name: []}], (method, path)
            assert any("一" <= char <= "鿿" for char in route["summary"]), (method, path)
            assert {"401", "422", "503"} <= route["responses"].keys(), (method, path)
            for status, response in route["responses"].items():
                if status >= "400":
                    (content,) = response["content"].values()
                    assert content["schema"]["$ref"].endswith("/ProblemOut"), (method, path)
                    assert response["description"].split(":")[0].replace(", ", "").isupper()
            if "_id}" in path and path != "/v1/told/{facility_id}":
                assert "404" in route["responses"], (method, path)


def test_every_query_parameter_says_what_it_means() -> None:
    for path, methods in described()["paths"].items():
        for route in methods.values():
            for one in route.get("parameters", ()):
                assert one["in"] == "path" or one.get("description"), (path, one["name"])


def test_lists_have_pages() -> None:
    page = described()
    for path in ("applications", "bindings", "chats", "file-requests", "news", "parked",
                 "contacts", "decisions"):  # fmt: skip
        names = {one["name"] for one in page["paths"][f"/v1/{path}"]["get"]["parameters"]}
        assert {"limit", "cursor"} <= names, path


def test_nothing_in_the_answers_is_called_a_user_id() -> None:
    schemas = described()["components"]["schemas"]
    names = {name for schema in schemas.values() for name in schema.get("properties", ())}
    assert "user_ref" in names and not {"user_id", "recipient", "retry_key", "body_sealed"} & names
