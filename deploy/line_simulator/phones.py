"""The simulated phones: who follows, who blocked, and what each of them shows."""

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

A_WEEK_MS = 7 * 24 * 3_600_000
USER_ID = re.compile(r"U[0-9a-f]{32}")


def user_id(name: str) -> str:
    """A user id that follows from a name: the same phone in every run."""
    return "U" + hashlib.sha256(name.encode()).hexdigest()[:32]


@dataclass
class ChatMessage:
    """One bubble. ``by``: bot or user. ``via``, ``retry_key``, ``request_id``: of the call."""

    id: str
    at_ms: int
    by: str
    message: Mapping[str, Any]
    via: str = ""
    retry_key: str | None = None
    request_id: str = ""
    unsent: bool = False

    @property
    def text(self) -> str:
        """What a notification of the phone would say."""
        return str(self.message.get("text") or self.message.get("altText") or "")


@dataclass
class Phone:
    """``version`` grows with everything that its screen shows."""

    user: str
    name: str
    following: bool = False
    blocked: bool = False
    foreign: bool = False  # a user of another provider: LINE knows it, the channel may not
    wrote_ms: int | None = None
    menu_id: str = ""
    chat: list[ChatMessage] = field(default_factory=list)
    version: int = 0

    @property
    def receives(self) -> bool:
        return self.following and not self.blocked

    def can_be_told(self, now_ms: int) -> bool:
        """By a push or a reply: friends, and others for a week after they wrote."""
        wrote = self.wrote_ms is not None and now_ms - self.wrote_ms <= A_WEEK_MS
        return not self.blocked and (self.following or wrote)

    def show(self, message: ChatMessage) -> None:
        self.chat.append(message)
        self.version += 1

    def received(self) -> list[ChatMessage]:
        """What came from the bot."""
        return [message for message in self.chat if message.by == "bot"]


class Phones:
    """By user id, in the order in which they first appeared."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}
        self._last_id = 4 * 10**17 + secrets.randbelow(10**16)

    def __iter__(self) -> Iterator[Phone]:
        return iter(list(self._phones.values()))

    def find(self, user: str) -> Phone | None:
        return self._phones.get(user)

    def get(self, user: str, name: str = "") -> Phone:
        """That phone, bought now if need be. Raises ValueError when it cannot be a user id."""
        if not USER_ID.fullmatch(user):
            raise ValueError("a user id is a U and 32 hexadecimal digits")
        phone = self._phones.get(user)
        if phone is None:
            phone = self._phones[user] = Phone(user, name or f"手機 {len(self._phones) + 1}")
        elif name:
            phone.name = name
        return phone

    def message_id(self) -> str:
        """Digits only, growing."""
        self._last_id += 1
        return str(self._last_id)
