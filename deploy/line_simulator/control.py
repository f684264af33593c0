"""/_control: what a test in another process, or the demo, does with the phones and the faults."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from deploy.line_simulator.hands import NothingToTap, Tapped
from deploy.line_simulator.phones import ChatMessage, Phone
from deploy.line_simulator.webhook import Knock

if TYPE_CHECKING:
    from deploy.line_simulator.simulator import LineSimulator

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Control:
    """Every answer is JSON; 400 says in words what was wrong with a request."""

    def __init__(self, line: "LineSimulator") -> None:
        self._line = line

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self.health),
            web.get("/readyz", self.health),
            web.get("/_control/phones", self.phones),
            web.get("/_control/phones/{user}", self.phone),
            web.get("/_control/calls", self.calls),
            web.get("/_control/violations", self.violations),
            web.get("/_control/knocks", self.knocks),
            web.get("/_control/faults", self.faults),
            web.put("/_control/faults", self.set_faults),
            web.get("/_control/webhook", self.webhook),
            web.put("/_control/webhook", self.set_webhook),
            web.put("/_control/quota", self.set_quota),
            web.put("/_control/token", self.set_token),
            web.post("/_control/users/{user}/{action}", self.act),
        ]

    async def health(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def phones(self, _: web.Request) -> web.Response:
        """Whole chats: what every phone really got, with retry keys and instants."""
        return web.json_response([_phone(phone) for phone in self._line.channel.phones])

    async def phone(self, request: web.Request) -> web.Response:
        phone = self._line.channel.phones.find(request.match_info["user"])
        if phone is None:
            return _bad(404, "no such phone")
        return web.json_response(_phone(phone))

    async def calls(self, request: web.Request) -> web.Response:
        """``after``: leave out so many, for a reader who has them already."""
        after = int(request.query.get("after", "0"))
        return web.json_response([_shown(call) for call in self._line.calls[after:]])

    async def violations(self, _: web.Request) -> web.Response:
        return web.json_response([_shown(each) for each in self._line.violations])

    async def knocks(self, _: web.Request) -> web.Response:
        return web.json_response([_shown(each) for each in self._line.webhook.knocks])

    async def faults(self, _: web.Request) -> web.Response:
        faults = self._line.faults
        return web.json_response({"faults": faults.shown(), "injected": dict(faults.injected)})

    async def set_faults(self, request: web.Request) -> web.Response:
        """{"faults": [{"kind", "endpoint", "probability", "times", "seconds"}], "seed"}"""
        try:
            given = await request.json()
            self._line.faults.replace(given["faults"], given.get("seed"))
        except (ValueError, TypeError, KeyError) as problem:
            return _bad(400, str(problem))
        return await self.faults(request)

    async def webhook(self, _: web.Request) -> web.Response:
        webhook = self._line.webhook
        said = {"url": webhook.url, **_shown(webhook.behaviour), "slow": webhook.slow_answers}
        return web.json_response(said)

    async def set_webhook(self, request: web.Request) -> web.Response:
        try:
            given = await request.json()
            self._line.webhook.url = given.pop("url", self._line.webhook.url)
            self._line.webhook.behaviour.change(given)
        except (ValueError, TypeError, AttributeError) as problem:
            return _bad(400, str(problem))
        return await self.webhook(request)

    async def set_quota(self, request: web.Request) -> web.Response:
        """{"limit": number or null, "spend": number}; both may be left out."""
        given = await request.json()
        quota, now_ms = self._line.quota, self._line.channel.clock.now_ms()
        quota.limit = given.get("limit", quota.limit)
        quota.spend(given.get("spend", 0), now_ms)
        return web.json_response({"limit": quota.limit, "used": quota.used(now_ms)})

    async def set_token(self, request: web.Request) -> web.Response:
        """{"valid": false} ends every token, {"valid": true} makes the long-lived one right."""
        if (await request.json())["valid"]:
            self._line.tokens.renew()
        else:
            self._line.tokens.expire()
        return web.json_response({})

    async def act(self, request: web.Request) -> web.Response:
        """follow, block, say {text}, tap {label}, do {action}, unsend {id}, show {kind}."""
        user, action = request.match_info["user"], request.match_info["action"]
        try:
            given: dict[str, Any] = json.loads(await request.read() or b"{}")
            done = await self._do(user, action, given)
        except (ValueError, KeyError, NothingToTap) as problem:
            return _bad(400, str(problem))
        return web.json_response({} if done is None else _shown(done))

    async def _do(self, user: str, action: str, given: dict[str, Any]) -> Knock | Tapped | None:
        line = self._line
        match action:
            case "follow":
                return await line.follow(user, given.get("name", ""))
            case "block":
                return await line.block(user)
            case "say":
                return await line.say(user, given["text"])
            case "tap":
                return await line.tap(user, given["label"])
            case "do":
                return await line.do(user, given["action"])
            case "unsend":
                return await line.unsend(user, given.get("id", ""))
            case "show":
                return await line.show(user, given.get("kind", "sticker"))
        raise ValueError("follow, block, say, tap, do, unsend or show")


def _phone(phone: Phone) -> dict[str, Any]:
    return {
        "user": phone.user,
        "name": phone.name,
        "following": phone.following,
        "blocked": phone.blocked,
        "received": len(phone.received()),
        "chat": [_message(message) for message in phone.chat],
    }


def _message(message: ChatMessage) -> dict[str, Any]:
    return {**_shown(message), "text": message.text}


def _shown(record: Any) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(record)
    return shown


def _bad(status: int, words: str) -> web.Response:
    return web.json_response({"message": words}, status=status)
