"""The webhook: signs, delivers, watches the two seconds; delivers again and in another order.

source: line-bot.md section 3, Webhook. Redelivery is off by default at LINE, too; number and gap of
its repetitions are not published, so both are settings.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import aiohttp

from deploy.line_simulator.events import Event, unknown
from deploy.line_simulator.reply_tokens import ReplyTokens
from pipeline.clock import Clock

ANSWER_WITHIN_S, GIVE_UP_S = 2.0, 10.0


@dataclass
class Behaviour:
    """Switches. ``redeliver``: times that an event without a 2xx in time comes again.

    ``repeat``: share of events that come again though they were answered. ``hold``: so many events
    are kept back and then delivered in another order. ``unknown``: an unknown event goes along.
    """

    active: bool = True
    redeliver: int = 0
    redeliver_gap_s: float = 0.2
    repeat: float = 0.0
    hold: int = 0
    unknown: bool = False
    seed: int = 1

    def change(self, given: dict[str, Any]) -> None:
        """Raises ValueError for a name that is none of the switches."""
        known = {each.name for each in fields(self)}
        if not known.issuperset(given):
            raise ValueError(f"only {', '.join(sorted(known))}")
        for name, value in given.items():
            setattr(self, name, value)


@dataclass(frozen=True, slots=True)
class Knock:
    """One call of the webhook. ``status`` 0: no answer."""

    at_ms: int
    events: tuple[str, ...]  # their webhookEventIds
    kinds: tuple[str, ...]
    redelivery: bool
    status: int
    took_s: float

    @property
    def in_time(self) -> bool:
        return 200 <= self.status < 300 and self.took_s <= ANSWER_WITHIN_S


@dataclass
class Webhook:
    """Open it within the event loop; ``close`` waits for nothing."""

    url: str
    secret: str
    bot_id: str
    clock: Clock
    tokens: ReplyTokens
    behaviour: Behaviour = field(default_factory=Behaviour)
    knocks: list[Knock] = field(default_factory=list)
    _held: list[Event] = field(default_factory=list)
    _later: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=GIVE_UP_S))
        self._dice = random.Random(self.behaviour.seed)

    async def close(self) -> None:
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        await self._session.close()

    @property
    def slow_answers(self) -> int:
        """Answers that came, but after the two seconds."""
        return sum(1 for knock in self.knocks if knock.status and knock.took_s > ANSWER_WITHIN_S)

    async def send(self, event: Event) -> Knock | None:
        """Deliver. None: nothing was sent, because it is held back or the webhook is off."""
        if not (self.url and self.behaviour.active):
            return None
        if self.behaviour.hold:
            self._held.append(event)
            if len(self._held) < self.behaviour.hold:
                return None
            return await self.release()
        return await self._first(event)

    async def release(self) -> Knock | None:
        """What is held back, in an order that is not that of the events."""
        held, self._held = self._held, []
        knock = None
        for event in reversed(held):
            knock = await self._first(event)
        return knock

    async def settled(self) -> None:
        """Until every redelivery is done."""
        while self._later:
            await asyncio.gather(*self._later)

    async def _first(self, event: Event) -> Knock:
        events = [event]
        if self.behaviour.unknown:
            events.insert(0, unknown(event["source"]["userId"], self.clock.now_ms()))
        knock = await self.knock(events)
        if not knock.in_time:
            self._again(events, self.behaviour.redeliver)
        elif self.behaviour.repeat > 0 and self._dice.random() < self.behaviour.repeat:
            self._again(events, 1)
        return knock

    def _again(self, events: list[Event], times: int) -> None:
        if times:
            task = asyncio.create_task(self._redeliver(events, times))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _redeliver(self, events: list[Event], times: int) -> None:
        repeated = [{**event, "deliveryContext": {"isRedelivery": True}} for event in events]
        for _ in range(times):
            await asyncio.sleep(self.behaviour.redeliver_gap_s)
            if (await self.knock(repeated)).in_time:
                return

    async def knock(self, events: Sequence[Event]) -> Knock:
        """One signed call, with as many events as given; none is LINE's connection test."""
        for event in events:
            self.tokens.delivered(str(event.get("replyToken", "")), self.clock.now_ms())
        body = json.dumps(
            {"destination": self.bot_id, "events": list(events)}, ensure_ascii=False
        ).encode()
        at_ms, began = self.clock.now_ms(), asyncio.get_running_loop().time()
        status = await self._post(body)
        knock = Knock(
            at_ms,
            tuple(event["webhookEventId"] for event in events),
            tuple(event["type"] for event in events),
            any(event["deliveryContext"]["isRedelivery"] for event in events),
            status,
            asyncio.get_running_loop().time() - began,
        )
        self.knocks.append(knock)
        return knock

    async def _post(self, body: bytes) -> int:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            "x-line-signature": signature(self.secret, body),
        }
        try:
            async with self._session.post(self.url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0


def signature(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode("ascii")
