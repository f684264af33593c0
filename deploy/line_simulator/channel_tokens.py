"""Channel access tokens: the fixed long-lived one, and those a bot fetches.

source: line-bot.md section 3, Channel token: v2.1 at most 30 days, stateless 15 minutes,
short-lived 30 days. The simulator knows no key pair: it takes any client assertion.
"""

import secrets
from urllib.parse import parse_qs

from deploy.line_simulator.answers import Answer, Refused
from deploy.line_simulator.asking import Asked, Endpoint, Handle
from deploy.line_simulator.channel import Channel

FORM = "application/x-www-form-urlencoded"
A_DAY_S = 24 * 3600
STATELESS_S, LONGEST_S = 900, 30 * A_DAY_S


class ChannelTokens:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._until_ms: dict[str, int] = {}
        self._revoked: set[str] = set()

    def endpoints(self) -> list[Endpoint]:
        return [
            _form("/v2/oauth/accessToken", self.short_lived),
            _form("/oauth2/v2.1/token", self.version_2_1),
            _form("/oauth2/v3/token", self.stateless),
            _form("/v2/oauth/revoke", self.revoke),
            _form("/oauth2/v2.1/revoke", self.revoke),
            _form("/v2/oauth/verify", self.verify),
            Endpoint(
                "GET", "/oauth2/v2.1/verify", "oauth2/v2.1/verify", self.verify, needs_token=False
            ),
        ]

    def is_valid(self, token: str, now_ms: int) -> bool:
        if token in self._revoked:
            return False
        given = token.encode("utf-8", "replace")
        if secrets.compare_digest(given, self._channel.token.encode()):
            return True
        return now_ms < self._until_ms.get(token, 0)

    def expire(self) -> None:
        """Every token ends now, the long-lived one too: what a bot does then is worth a test."""
        self._revoked |= {self._channel.token, *self._until_ms}

    def renew(self) -> None:
        """The long-lived token is right again, as after it was issued anew."""
        self._revoked.discard(self._channel.token)

    async def short_lived(self, asked: Asked) -> Answer:
        self._needs_secret(asked)
        return self._issue(asked, LONGEST_S)

    async def version_2_1(self, asked: Asked) -> Answer:
        if not _form_of(asked).get("client_assertion"):
            raise Refused(400, "invalid_client", error="invalid_client")
        return self._issue(asked, LONGEST_S, key_id=secrets.token_urlsafe(12))

    async def stateless(self, asked: Asked) -> Answer:
        if not _form_of(asked).get("client_assertion"):
            self._needs_secret(asked)
        return self._issue(asked, STATELESS_S)

    async def revoke(self, asked: Asked) -> Answer:
        self._revoked.add(_form_of(asked).get("access_token", ""))
        return Answer()

    async def verify(self, asked: Asked) -> Answer:
        token = asked.query.get("access_token") or _form_of(asked).get("access_token", "")
        if not self.is_valid(token, asked.at_ms):
            raise Refused(400, "invalid_request", error="invalid_request")
        until_ms = self._until_ms.get(token)
        left_s = LONGEST_S if until_ms is None else (until_ms - asked.at_ms) // 1000
        said = {"client_id": "1234567890", "expires_in": left_s, "scope": "profile chat_message"}
        return Answer(body=said)

    def _needs_secret(self, asked: Asked) -> None:
        given = _form_of(asked).get("client_secret", "")
        if not secrets.compare_digest(given.encode(), self._channel.webhook.secret.encode()):
            raise Refused(400, "invalid_client", error="invalid_client")

    def _issue(self, asked: Asked, seconds: int, **more: str) -> Answer:
        token = secrets.token_urlsafe(48)
        self._until_ms[token] = asked.at_ms + seconds * 1000
        said = {"access_token": token, "expires_in": seconds, "token_type": "Bearer", **more}
        return Answer(body=said)


def _form_of(asked: Asked) -> dict[str, str]:
    return {
        name: values[0] for name, values in parse_qs(asked.raw.decode("utf-8", "replace")).items()
    }


def _form(path: str, handle: Handle) -> Endpoint:
    return Endpoint(
        "POST", path, path.lstrip("/"), handle, content_types=(FORM,), needs_token=False
    )
