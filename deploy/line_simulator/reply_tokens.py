"""Reply tokens: once, within a minute of receipt, at most 20 minutes after the event.

source: line-bot.md section 3, Reply token.
"""

import secrets
from dataclasses import dataclass

from deploy.line_simulator.answers import BAD_REPLY_TOKEN, Refused
from deploy.line_simulator.rates import A_MINUTE


@dataclass
class _Token:
    user: str
    event_at_ms: int
    delivered_at_ms: int
    used: bool = False


class ReplyTokens:
    def __init__(self) -> None:
        self._tokens: dict[str, _Token] = {}

    def issue(self, user: str, now_ms: int) -> str:
        token = secrets.token_hex(16)
        self._tokens[token] = _Token(user, now_ms, now_ms)
        return token

    def delivered(self, token: str, now_ms: int) -> None:
        """The webhook was called with it, perhaps again."""
        if token in self._tokens:
            self._tokens[token].delivered_at_ms = now_ms

    def use(self, text: str, now_ms: int) -> str:
        """Whose it is. Raises Refused when it is no token, was used, or is too old."""
        token = self._tokens.get(text)
        if (
            token is None
            or token.used
            or now_ms - token.delivered_at_ms > A_MINUTE
            or now_ms - token.event_at_ms > 20 * A_MINUTE
        ):
            raise Refused(400, BAD_REPLY_TOKEN)
        token.used = True
        return token.user
