"""Everything a bot may ask: quota, delivery numbers, profiles, followers; link tokens, webhook.

source: line-bot.md section 3; public reference.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.line_simulator.answers import NOT_FOUND, Answer, Refused, invalid, invalid_body
from deploy.line_simulator.asking import JSON_TYPE, Asked, Endpoint, Handle
from deploy.line_simulator.channel import Channel
from deploy.line_simulator.phones import USER_ID, Phone
from deploy.line_simulator.quota import day_of
from deploy.line_simulator.rates import A_MINUTE, HOURLY, USUAL, Rate
from deploy.line_simulator.sending import Sending

LINK_TOKEN_MS = 10 * A_MINUTE
FOLLOWERS_MAX = 1000


@dataclass
class _LinkToken:
    user: str
    until_ms: int
    used: bool = False


class Questions:
    def __init__(self, channel: Channel, sending: Sending) -> None:
        self._channel, self._sending = channel, sending
        self._link_tokens: dict[str, _LinkToken] = {}

    def endpoints(self) -> list[Endpoint]:
        deliveries = [
            _get(f"message/delivery/{via}", self._delivery(via), HOURLY)
            for via in ("reply", "push", "multicast", "broadcast")
        ]
        webhook = "channel/webhook/endpoint"
        return [
            *deliveries,
            _get("message/quota", self.quota),
            _get("message/quota/consumption", self.consumption),
            _get("message/aggregation/info", self.units),
            _get("message/aggregation/list", self.unit_names),
            _get("profile/{userId}", self.profile),
            _get("followers/ids", self.followers),
            _get("info", self.info),
            _get(webhook, self.webhook),
            Endpoint(
                "PUT", f"/v2/bot/{webhook}", webhook, self.set_webhook, content_types=(JSON_TYPE,)
            ),
            _post("channel/webhook/test", self.test_webhook, HOURLY),
            _post("user/{userId}/linkToken", self.link_token),
            Endpoint(
                "POST",
                "/v2/bot/chat/loading/start",
                "chat/loading/start",
                self.loading,
                content_types=(JSON_TYPE,),
            ),
        ]

    async def quota(self, asked: Asked) -> Answer:
        limit = self._channel.quota.limit
        return Answer(body={"type": "none"} if limit is None else _limited(limit))

    async def consumption(self, asked: Asked) -> Answer:
        return Answer(body={"totalUsage": self._channel.quota.used(asked.at_ms)})

    async def units(self, asked: Asked) -> Answer:
        return Answer(body={"numOfCustomAggregationUnits": len(self._sending.units)})

    async def unit_names(self, asked: Asked) -> Answer:
        return Answer(body={"customAggregationUnits": sorted(self._sending.units)[:100]})

    async def profile(self, asked: Asked) -> Answer:
        """404 for whoever does not follow, or has blocked."""
        phone = self._phone(asked)
        if not phone.receives:
            raise Refused(404, NOT_FOUND)
        said = {"userId": phone.user, "displayName": phone.name, "language": "zh-TW"}
        return Answer(body=said)

    async def followers(self, asked: Asked) -> Answer:
        users = [phone.user for phone in self._channel.phones if phone.receives]
        where = (asked.query.get("start", "0"), asked.query.get("limit", "300"))
        if not all(text.isdecimal() for text in where):
            raise Refused(400, "The value for the 'start' or 'limit' parameter is invalid")
        start, limit = int(where[0]), min(int(where[1]), FOLLOWERS_MAX)
        answer: dict[str, object] = {"userIds": users[start : start + limit]}
        if start + limit < len(users):
            answer["next"] = str(start + limit)
        return Answer(body=answer)

    async def info(self, asked: Asked) -> Answer:
        return Answer(
            body={
                "userId": self._channel.webhook.bot_id,
                "basicId": self._channel.basic_id,
                "displayName": self._channel.name,
                "chatMode": "bot",
                "markAsReadMode": "auto",
            }
        )

    async def webhook(self, asked: Asked) -> Answer:
        webhook = self._channel.webhook
        return Answer(body={"endpoint": webhook.url, "active": webhook.behaviour.active})

    async def set_webhook(self, asked: Asked) -> Answer:
        """Loopback may do without TLS: nothing else may."""
        url = asked.text("endpoint")
        if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise invalid_body([("endpoint", "Must be a valid HTTPS URL")])
        self._channel.webhook.url = url
        return Answer()

    async def test_webhook(self, asked: Asked) -> Answer:
        """An empty list of events, as the console's button does."""
        knock = await self._channel.webhook.knock(())
        said = {
            "success": 200 <= knock.status < 300,
            "timestamp": datetime.fromtimestamp(knock.at_ms / 1000, UTC).isoformat(),
            "statusCode": knock.status,
            "reason": "OK" if knock.status == 200 else "ERROR_STATUS_CODE",
            "detail": str(knock.status),
        }
        return Answer(body=said)

    async def loading(self, asked: Asked) -> Answer:
        if not USER_ID.fullmatch(asked.text("chatId")):
            raise invalid("chatId")
        return Answer(202)

    async def link_token(self, asked: Asked) -> Answer:
        token = secrets.token_urlsafe(24)
        until_ms = asked.at_ms + LINK_TOKEN_MS
        self._link_tokens[token] = _LinkToken(self._phone(asked).user, until_ms)
        return Answer(body={"linkToken": token})

    def use_link_token(self, text: str, now_ms: int) -> str | None:
        """Whose it is; None when it is none, was used, or is older than ten minutes."""
        token = self._link_tokens.get(text)
        if token is None or token.used or now_ms > token.until_ms:
            return None
        token.used = True
        return token.user

    def _delivery(self, via: str) -> Handle:
        async def numbers(asked: Asked) -> Answer:
            """Ready the next day."""
            date = asked.query.get("date", "")
            if not (len(date) == 8 and date.isdigit()):
                raise Refused(400, "The value for the 'date' parameter is invalid")
            if date >= day_of(asked.at_ms):
                return Answer(body={"status": "unready"})
            return Answer(body={"status": "ready", "success": self._sending.delivered[via, date]})

        return numbers

    def _phone(self, asked: Asked) -> Phone:
        user = asked.values["userId"]
        if not USER_ID.fullmatch(user):
            raise Refused(400, "The value for the 'userId' parameter is invalid")
        phone = self._channel.phones.find(user)
        if phone is None:
            self._channel.journal.violation("unknown-user", asked.endpoint, user, asked.at_ms)
            raise Refused(404, NOT_FOUND)
        return phone


def _limited(value: int) -> dict[str, object]:
    return {"type": "limited", "value": value}


def _get(name: str, handle: Handle, rate: Rate = USUAL) -> Endpoint:
    return Endpoint("GET", f"/v2/bot/{name}", name, handle, rate)


def _post(name: str, handle: Handle, rate: Rate = USUAL) -> Endpoint:
    return Endpoint("POST", f"/v2/bot/{name}", name, handle, rate)
