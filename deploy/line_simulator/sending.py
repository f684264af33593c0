"""Reply, push, multicast, narrowcast, broadcast, and their dry checks.

source: line-bot.md section 3. Blocked and unknown recipients answer 200, get nothing and are not
counted; replies are free; recipients are counted, not message objects.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.line_simulator.answers import NOT_FOUND, NOT_SENT, Answer, Refused, invalid
from deploy.line_simulator.asking import JSON_TYPE, Asked, Endpoint, Handle
from deploy.line_simulator.channel import Channel
from deploy.line_simulator.message_rules import check_messages, check_units
from deploy.line_simulator.phones import USER_ID, ChatMessage, Phone
from deploy.line_simulator.quota import day_of
from deploy.line_simulator.rates import A_SECOND, HOURLY, USUAL, Rate

MULTICAST_MAX = 500
SMALLEST_AUDIENCE = 50
Sent = list[dict[str, str]]


@dataclass
class _Narrowcast:
    accepted_ms: int
    targets: int
    delivered: int | None = None
    completed_ms: int = 0


class Sending:
    """``narrowcast_s``: LINE carries a narrowcast out later; so many seconds later, here."""

    def __init__(self, channel: Channel, narrowcast_s: float) -> None:
        self._channel, self._narrowcast_s = channel, narrowcast_s
        self._narrowcasts: dict[str, _Narrowcast] = {}
        self._later: set[asyncio.Task[None]] = set()
        # Delivered messages by kind of sending and day, UTC+9.
        self.delivered: Counter[tuple[str, str]] = Counter()
        self.units: Counter[str] = Counter()

    def endpoints(self) -> list[Endpoint]:
        multicast = Rate(200, A_SECOND)
        sends: list[tuple[str, Handle, Rate]] = [
            ("reply", self.reply, USUAL),
            ("push", self.push, USUAL),
            ("multicast", self.multicast, multicast),
            ("narrowcast", self.narrowcast, HOURLY),
            ("broadcast", self.broadcast, HOURLY),
        ]
        made = []
        for name, handle, rate in sends:
            keyed = name != "reply"
            made.append(_post(f"message/{name}", handle, rate, keyed))
            made.append(_post(f"message/validate/{name}", self.validate, USUAL, False))
        progress = "message/progress/narrowcast"
        made.append(Endpoint("GET", f"/v2/bot/{progress}", progress, self.progress))
        return made

    async def close(self) -> None:
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)

    async def validate(self, asked: Asked) -> Answer:
        check_messages(asked.body.get("messages"))
        return Answer()

    async def reply(self, asked: Asked) -> Answer:
        messages = check_messages(asked.body.get("messages"))
        user = self._channel.reply_tokens.use(asked.text("replyToken"), asked.at_ms)
        phone = self._channel.phones.get(user)
        sent = self._show(phone, messages, asked, "reply")
        return Answer(body={"sentMessages": sent})

    async def push(self, asked: Asked) -> Answer:
        messages = check_messages(asked.body.get("messages"))
        self._count_units(asked)
        user = asked.text("to")
        if not USER_ID.fullmatch(user):
            raise invalid("to")
        phone = self._known(user, asked)
        if phone is not None and phone.foreign:
            raise Refused(400, NOT_SENT)
        self._channel.rates.take_for_user(user, asked.at_ms)
        sent = self._deliver([phone] if phone else [], 1, messages, asked, "push")
        return Answer(body={"sentMessages": sent})

    async def multicast(self, asked: Asked) -> Answer:
        messages = check_messages(asked.body.get("messages"))
        users = asked.texts("to", MULTICAST_MAX)
        self._count_units(asked)
        phones = []
        for place, user in enumerate(users):
            phone = self._known(user, asked) if USER_ID.fullmatch(user) else None
            if not USER_ID.fullmatch(user) or (phone is not None and phone.foreign):
                raise invalid(f"to[{place}]")
            if phone is not None and phone not in phones:
                phones.append(phone)
        self._deliver(phones, len(users), messages, asked, "multicast")
        return Answer()

    async def broadcast(self, asked: Asked) -> Answer:
        messages = check_messages(asked.body.get("messages"))
        phones = [phone for phone in self._channel.phones if phone.following]
        self._deliver(phones, len(phones), messages, asked, "broadcast")
        return Answer()

    async def narrowcast(self, asked: Asked) -> Answer:
        """Taken now (202), carried out later; its messages are reserved meanwhile."""
        messages = check_messages(asked.body.get("messages"))
        phones = [phone for phone in self._channel.phones if phone.following]
        self._channel.quota.reserve(len(phones), asked.at_ms)
        self._narrowcasts[asked.request_id] = _Narrowcast(asked.at_ms, len(phones))
        task = asyncio.create_task(self._carry_out(asked, phones, messages))
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return Answer(202)

    async def progress(self, asked: Asked) -> Answer:
        known = self._narrowcasts.get(asked.query.get("requestId", ""))
        if known is None:
            raise Refused(404, NOT_FOUND)
        told: dict[str, Any] = {"phase": "waiting", "acceptedTime": _iso(known.accepted_ms)}
        if known.delivered is not None:
            told |= {
                "phase": "succeeded",
                "successCount": known.delivered,
                "failureCount": known.targets - known.delivered,
                "targetCount": known.targets,
                "completedTime": _iso(known.completed_ms),
            }
            if known.targets < SMALLEST_AUDIENCE:
                told |= {"phase": "failed", "errorCode": 2}
        return Answer(body=told)

    async def _carry_out(self, asked: Asked, phones: list[Phone], messages: Any) -> None:
        await asyncio.sleep(self._narrowcast_s)
        known, now_ms = self._narrowcasts[asked.request_id], self._channel.clock.now_ms()
        # LINE refuses an audience so small that its members could be guessed.
        reached = [] if len(phones) < SMALLEST_AUDIENCE else _receiving(phones)
        for phone in reached:
            self._show(phone, messages, asked, "narrowcast")
        self._channel.quota.settle(len(phones), len(reached), now_ms)
        known.delivered, known.completed_ms = len(reached), now_ms

    def _known(self, user: str, asked: Asked) -> Phone | None:
        phone = self._channel.phones.find(user)
        if phone is None:
            # LINE answers 200, and forbids it.
            self._channel.journal.violation("unknown-user", asked.endpoint, user, asked.at_ms)
        return phone

    def _deliver(
        self, phones: Iterable[Phone], named: int, messages: Any, asked: Asked, via: str
    ) -> Sent:
        """To those who can receive; the ids of the messages, even when nobody can."""
        quota = self._channel.quota
        quota.reserve(named, asked.at_ms)
        if via == "push":
            reached = [phone for phone in phones if phone.can_be_told(asked.at_ms)]
        else:
            reached = _receiving(phones)
        sent = [self._sent(message) for message in messages]
        for phone in reached:
            self._show(phone, messages, asked, via, sent if via == "push" else None)
        quota.settle(named, len(reached), asked.at_ms)
        return sent

    def _sent(self, message: dict[str, Any]) -> dict[str, str]:
        sent = {"id": self._channel.phones.message_id()}
        if message["type"] in ("text", "textV2", "sticker", "image", "video", "template"):
            sent["quoteToken"] = secrets.token_hex(16)
        return sent

    def _show(
        self, phone: Phone, messages: Any, asked: Asked, via: str, sent: Sent | None = None
    ) -> Sent:
        ids = sent if sent is not None else [self._sent(message) for message in messages]
        if phone.can_be_told(asked.at_ms):
            self.delivered[via, day_of(asked.at_ms)] += 1
            for message, each in zip(messages, ids, strict=True):
                phone.show(
                    ChatMessage(
                        each["id"],
                        self._channel.clock.now_ms(),
                        "bot",
                        message,
                        via,
                        asked.retry_key,
                        asked.request_id,
                    )
                )
        return ids

    def _count_units(self, asked: Asked) -> None:
        for name in check_units(asked.body.get("customAggregationUnits")):
            self.units[name] += 1


def _receiving(phones: Iterable[Phone]) -> list[Phone]:
    return [phone for phone in phones if phone.receives]


def _post(name: str, handle: Handle, rate: Rate, keyed: bool) -> Endpoint:
    return Endpoint("POST", f"/v2/bot/{name}", name, handle, rate, keyed, (JSON_TYPE,))


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
