"""The problems of the agency's API, and how OpenAPI tells of them."""

from typing import Any

from pydantic import BaseModel, Field


class FieldProblem(BaseModel):
    at: str = Field(description="Where in the request, for example body.title.")
    says: str


class ProblemOut(BaseModel):
    """RFC 9457, media type application/problem+json."""

    type: str
    title: str
    status: int
    code: str = Field(description="For programs; never renamed.")
    detail: str = Field(description="For people, in zh-Hant.")
    errors: list[FieldProblem] = Field([], description="With REQUEST_INVALID.")


def problems(**codes: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a route: ``problems(_404="NEWS_UNKNOWN")``. Every one may answer 401, 422
    and 503."""
    told = {
        401: "KEY_UNKNOWN",
        422: "REQUEST_INVALID",
        503: "TRY_LATER",
        **{int(status.lstrip("_")): text for status, text in codes.items()},
    }
    return {
        status: {"model": ProblemOut, "description": text} for status, text in sorted(told.items())
    }
