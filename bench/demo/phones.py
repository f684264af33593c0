"""The simulated phones and the mail inbox, by the control addresses of the two simulators."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.line_simulator.phones import user_id

PATIENCE_S, LOOK_S = 60.0, 0.1
LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Phone:
    """One person with a phone and an address. ``name``: manager or second, a hyphen, a facility."""

    name: str

    @property
    def shown(self) -> str:
        """On the page of phones."""
        role, _, code = self.name.partition("-")
        return f"{code} {'承辦人' if role == 'manager' else '代理人'}"

    @property
    def user(self) -> str:
        """As LINE knows the phone."""
        return user_id(self.name)

    @property
    def address(self) -> str:
        return f"{self.name}@clinic.example.invalid"


class Phones:
    """What people do with their phones and read on them. Raises HTTPStatusError, TimeoutError."""

    def __init__(self, line: httpx.AsyncClient, inbox: httpx.AsyncClient) -> None:
        self._line, self._inbox = line, inbox

    async def follow(self, phone: Phone) -> None:
        await self._do(phone, "follow", name=phone.shown)

    async def block(self, phone: Phone) -> None:
        await self._do(phone, "block")

    async def tap(self, phone: Phone, label: str) -> str:
        """The address that a link opens; empty for other buttons."""
        tapped = await self._do(phone, "tap", label=label)
        return str(tapped.get("uri", ""))

    async def shows(self, phone: Phone, words: str, times: int = 1) -> None:
        """Wait until so many messages of the account begin with these words."""

        async def there() -> bool:
            texts = [str(bubble["text"]) for bubble in await self.received(phone)]
            return sum(text.startswith(words) for text in texts) >= times

        await _until(there, f"{phone.name}: {words}")

    async def received(self, phone: Phone) -> list[dict[str, Any]]:
        """Every message of the account on this phone, oldest first."""
        answer = await self._line.get(f"/_control/phones/{phone.user}")
        answer.raise_for_status()
        return [bubble for bubble in answer.json()["chat"] if bubble["by"] == "bot"]

    async def everything(self) -> list[dict[str, Any]]:
        """All phones with their chats."""
        answer = await self._line.get("/_control/phones")
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    async def violations(self) -> list[dict[str, Any]]:
        """What the simulator saw that a bot must never do."""
        answer = await self._line.get("/_control/violations")
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    async def allow(self, messages: int) -> None:
        """So many messages a month, by LINE."""
        answer = await self._line.put("/_control/quota", json={"limit": messages})
        answer.raise_for_status()

    async def spent(self) -> int:
        """Messages that LINE counted."""
        answer = await self._line.put("/_control/quota", json={})
        answer.raise_for_status()
        return int(answer.json()["used"])

    async def mails(self) -> list[dict[str, Any]]:
        """All mails, oldest first."""
        answer = await self._inbox.get("/_control/mails")
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    async def links(self, address: str, path: str, times: int) -> list[str]:
        """The links below this path in the mails of one address, once there are so many."""
        found: list[str] = []

        async def there() -> bool:
            texts = [mail["text"] for mail in await self.mails() if mail["address"] == address]
            found[:] = [link for text in texts for link in LINK.findall(text) if path in link]
            return len(found) >= times

        await _until(there, f"{address}: a link {path}")
        return found

    async def _do(self, phone: Phone, action: str, **given: str) -> dict[str, Any]:
        answer = await self._line.post(f"/_control/users/{phone.user}/{action}", json=given)
        answer.raise_for_status()
        done: dict[str, Any] = answer.json()
        return done


async def _until(there: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await there():
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise TimeoutError(f"waited {PATIENCE_S} s for {what}") from None
