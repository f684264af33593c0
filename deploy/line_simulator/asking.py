"""One endpoint of the Messaging API, and a request that has passed the door."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.line_simulator.answers import Answer, invalid, invalid_body
from deploy.line_simulator.rates import USUAL, Rate

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with a right token, within the rates, whose body could be read."""

    endpoint: str
    request_id: str
    at_ms: int
    values: Mapping[str, str]  # of the path
    query: Mapping[str, str]
    body: Any  # parsed JSON, {} when there is none; form fields of an OAuth request
    raw: bytes
    content_type: str
    retry_key: str | None

    def text(self, name: str) -> str:
        """A property of the body that must be a text. Raises Refused."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise invalid_body([(name, "May not be empty")])
        return value

    def texts(self, name: str, most: int) -> list[str]:
        """A property that must be a list of at least one and at most ``most`` texts."""
        value = self.body.get(name)
        if not isinstance(value, list) or not value:
            raise invalid_body([(name, "May not be empty")])
        if len(value) > most:
            raise invalid_body([(name, f"Size must be between 1 and {most}")])
        for place, item in enumerate(value):
            if not isinstance(item, str):
                raise invalid(f"{name}[{place}]")
        return value


Handle = Callable[[Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``name``: the path below /v2/bot/, as calls, rates and faults know it.

    ``handle`` decides and delivers without awaiting in between: a request is accepted at once or
    not at all. Raises Refused.
    """

    method: str
    path: str
    name: str
    handle: Handle
    rate: Rate = USUAL
    takes_retry_key: bool = False
    # What its body must be; empty: it has none.
    content_types: tuple[str, ...] = ()
    needs_token: bool = True
