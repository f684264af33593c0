"""What LINE answers: status, body, headers; and the sentences of its errors.

source: line-bot.md section 3 and the error list of the Messaging API's public reference. The
sentences of two of the four kinds of 429 are not published: those are marked as ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RATE_LIMIT = "The API rate limit has been exceeded. Try again later."
MONTHLY_LIMIT = "You have reached your monthly limit."
# Ours: only their meaning is published.
AT_ONCE = "Too many concurrent requests. Try again later."
TO_ONE_USER = "Too many messages were sent to the same user."

ALREADY_ACCEPTED = "The retry key is already accepted"
BAD_REPLY_TOKEN = "Invalid reply token"
NOT_SENT = "Failed to send messages"
NOT_FOUND = "Not found"
BAD_TOKEN = (
    "Authentication failed due to the following reason: invalid token. "
    "Confirm that the access token in the authorization header is valid."
)
SERVER_ERROR = "Internal server error"


@dataclass(frozen=True, slots=True)
class Answer:
    """``body``: an object to write as JSON, or bytes as they are."""

    status: int = 200
    body: Mapping[str, Any] | bytes = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """LINE does nothing and says why. Its text may name a user: it is shown to the caller only."""

    def __init__(
        self,
        status: int,
        message: str,
        details: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        """``details``: pairs of property and what is wrong with it."""
        super().__init__(message)
        body: dict[str, Any] = {"message": message, **more}
        if details:
            body["details"] = [{"message": wrong, "property": path} for path, wrong in details]
        self.answer = Answer(status, body, headers or {})


def invalid(path: str) -> Refused:
    """A property that is no value of its kind, such as a user id that cannot be one."""
    return Refused(
        400, f"The property, '{path}', in the request body is invalid (line: -, column: -)"
    )


def invalid_body(problems: Sequence[tuple[str, str]]) -> Refused:
    return Refused(400, f"The request body has {len(problems)} error(s)", problems)
