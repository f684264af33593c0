"""What goes wrong, all of it following from a seed: answers of the simulators, kills, restarts."""

import asyncio
import signal
from collections import Counter
from random import Random
from time import monotonic
from typing import Any

import asyncpg
import httpx

from bench.chaos_notify.house import House, asked
from bench.chaos_notify.people import People
from bench.chaos_notify.story import now_ms
from deploy.line_simulator.faults import Kind
from deploy.mail_inbox import mails

SLOW_S = 1.1
"""Longer than a sender waits: LINE takes it when nobody listens any more."""
LINE_FAULTS = {
    Kind.TIMEOUT_BEFORE: 0.07,
    Kind.TIMEOUT_AFTER: 0.09,
    Kind.RESET_BEFORE: 0.08,
    Kind.RESET_AFTER: 0.09,
    Kind.ERROR_BEFORE: 0.08,
    Kind.ERROR_AFTER: 0.09,
    Kind.SLOW: 0.04,
    Kind.RATE_LIMIT: 0.06,
    Kind.AT_ONCE: 0.05,
    Kind.TO_ONE_USER: 0.02,
    Kind.MONTHLY_LIMIT: 0.01,
}
MAIL_FAULTS = {
    mails.REFUSE_LATER: 0.2,
    mails.DENY: 0.15,
    mails.REFUSE: 0.002,
    mails.DROP_AT_DATA: 0.2,
    mails.DROP_IN_CONTENT: 0.2,
    mails.CONTENT_LATER: 0.2,
    mails.CONTENT_REFUSED: 0.01,
    mails.DROP_AFTER_DOT: 0.04,
    mails.SLOW: 0.04,
}
IN_FLIGHT = "select count(*) as n from notify.deliveries where state = 'calling'"


class Storm:
    """``kills``: by process; ``in_flight``: deliveries under way when a sender was killed;
    ``deaths``: the instants at which a sender or the database died."""

    def __init__(self, house: House, people: People, random: Random) -> None:
        self._house, self._people, self._random = house, people, random
        self.kills: Counter[str] = Counter()
        self.in_flight = 0
        self.deaths: list[int] = []
        self.restarts: Counter[str] = Counter()

    async def begin(self, seed: int) -> None:
        faults = [
            {"kind": kind, "endpoint": "message/*", "probability": share, "seconds": _lasts(kind)}
            for kind, share in LINE_FAULTS.items()
        ]
        async with httpx.AsyncClient(timeout=30.0) as client:
            body: dict[str, Any] = {"faults": faults, "seed": seed}
            await client.put(f"{self._house.line_url}/_control/faults", json=body)
            for kind, share in MAIL_FAULTS.items():
                fault = {"kind": kind, "probability": share}
                await client.post(f"{self._house.mail_url}/_control/faults", json=fault)

    async def end(self) -> None:
        """The simulators are well again."""
        async with httpx.AsyncClient(timeout=30.0) as client:
            await client.put(f"{self._house.line_url}/_control/faults", json={"faults": []})
            await client.delete(f"{self._house.mail_url}/_control/faults")

    async def injected(self) -> dict[str, int]:
        """Answers that were faults, by simulator and kind, and kills and restarts."""
        found: Counter[str] = Counter()
        async with httpx.AsyncClient(timeout=30.0) as client:
            for name, url in (("line", self._house.line_url), ("mail", self._house.mail_url)):
                answer = (await client.get(f"{url}/_control/faults")).json()
                found.update({f"{name} {kind}": n for kind, n in answer["injected"].items()})
        found.update({f"kill {name}": n for name, n in self.kills.items()})
        found.update({f"restart {name}": n for name, n in self.restarts.items()})
        return dict(found)

    async def faults(self) -> int:
        """All of them."""
        return sum((await self.injected()).values())

    async def befall(self, seconds: float) -> None:
        """Until cancelled: a sender every ten seconds, the planner every forty, some users block;
        the database three times, the broker once."""
        every = min(10.0, seconds / 5)
        at = [(every * n, self._kill_sender) for n in range(1, 1 + int(seconds / every))]
        at += [(4 * every * n + 3, self._kill_planner) for n in range(1 + int(seconds / every / 4))]
        at += [(seconds * share, self._one_blocks) for share in (0.2, 0.4, 0.6)]
        at += [(seconds * share, self._crash_database) for share in (0.3, 0.55, 0.8)]
        at += [(seconds * 0.65, self._crash_broker)] if seconds > 100 else []
        began = monotonic()
        for when, act in sorted(at, key=lambda each: each[0]):
            await asyncio.sleep(max(0.0, began + when - monotonic()))
            await act()

    async def _kill_sender(self) -> None:
        under_way = await self._under_way()
        if self._house.kill(self._random.choice(self._house.senders), self._random.random()):
            self.kills["sender"] += 1
            self.in_flight += under_way
            self.deaths.append(now_ms())

    async def _under_way(self) -> int:
        try:
            return int((await asked(self._house.database.url, IN_FLIGHT))[0]["n"])
        except (OSError, asyncpg.PostgresError):
            return 0

    async def _kill_planner(self) -> None:
        self.kills["planner"] += self._house.kill(self._house.planner, self._random.random())

    async def _one_blocks(self) -> None:
        left = [one for one in self._people.persons if one.user not in self._people.blocked]
        await self._people.block(self._house, self._random.choice(left), now_ms())

    async def _crash_database(self) -> None:
        """As a power cut would: its processes end without a word, and it recovers from its log."""
        database = self._house.database
        process = database.started.process() if database.started else None
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            self.deaths.append(now_ms())
            await asyncio.to_thread(process.wait, 30)
            await asyncio.to_thread(database.stop)
        await asyncio.sleep(self._random.random())
        await asyncio.to_thread(database.start)
        self.restarts["database"] += 1

    async def _crash_broker(self) -> None:
        await asyncio.to_thread(self._house.broker.kill)
        await asyncio.sleep(1 + self._random.random())
        await asyncio.to_thread(self._house.broker.start, 120.0)
        self.restarts["broker"] += 1


def _lasts(kind: Kind) -> float:
    return SLOW_S if kind == Kind.SLOW else 1.5
