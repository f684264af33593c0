"""Real worker processes over JoinHandler, and what they said."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import aiohttp
import msgspec

from pipeline.deadletter import DEAD_LETTERS_TOPIC
from tests.support.join import Row
from tests.support.kafka import committed, make_topics, produce, until

DEAD_PARTITIONS = 4


class Joined:
    """One group with topics of its own; ``start`` begins a member, each with its own folder."""

    def __init__(self, brokers: str, folder: Path, partitions: int = 2) -> None:
        self.brokers, self.folder, self.partitions = brokers, folder, partitions
        self.group = f"j{uuid4().hex[:12]}"
        self.left, self.right = f"{self.group}-left", f"{self.group}-right"
        self.out = f"{self.group}-out"
        self.members: list[subprocess.Popen[bytes]] = []
        self._pairs = 0

    async def make_topics(self) -> None:
        plain: dict[str, dict[str, str]] = {name: {} for name in (self.left, self.right, self.out)}
        compacted = {f"{self.group}-changelog": {"cleanup.policy": "compact"}}
        await make_topics(self.brokers, plain | compacted, self.partitions)
        await make_topics(self.brokers, {DEAD_LETTERS_TOPIC: {}}, DEAD_PARTITIONS)

    def start(self, name: str, **settings: str) -> subprocess.Popen[bytes]:
        env = dict(os.environ, KAFKA_BROKERS=self.brokers, **settings)
        env.setdefault("GOUJI_STATE_DIR", str(self.folder / name))
        env.setdefault("GOUJI_SESSION_S", "6")
        command = [sys.executable, "-m", "tests.support.join_worker"]
        with (self.folder / f"{name}.log").open("ab") as log:
            member = subprocess.Popen(
                [*command, self.group, f"{self.left},{self.right}"], env=env, stderr=log
            )
        self.members.append(member)
        return member

    async def feed(self, pairs: int, size: int = 10) -> None:
        """So many pairs more, both sides, in chunks over all partitions."""
        numbers = range(self._pairs, self._pairs + pairs)
        self._pairs += pairs
        messages = []
        for start in range(numbers.start, numbers.stop, size):
            chunk = range(start, min(start + size, numbers.stop))
            partition = (start // size) % self.partitions
            for side, topic in (("left", self.left), ("right", self.right)):
                found = [Row(f"book{partition}-{n % 50}", side, n) for n in chunk]
                messages.append((topic, partition, b"k", msgspec.json.encode(found)))
        await produce(self.brokers, messages)

    async def said(self) -> list[int]:
        """Numbers of the pairs said, in no order; a repeat shows."""
        seen = await committed(self.brokers, [self.out], self.partitions)
        return sorted(int(value.split(b":")[1]) for _, value in seen.get(self.out, []))

    async def all_said(self, seconds: float = 60.0) -> None:
        """Wait until every pair fed was said; fails when one was said twice."""

        async def enough() -> bool:
            return len(await self.said()) >= self._pairs

        await until(enough, seconds)
        assert await self.said() == list(range(self._pairs))

    async def letters(self) -> list[dict[str, object]]:
        """Dead letters of this group; the topic is shared."""
        seen = await committed(self.brokers, [DEAD_LETTERS_TOPIC], DEAD_PARTITIONS)
        found = [msgspec.json.decode(value) for _, value in seen.get(DEAD_LETTERS_TOPIC, [])]
        return [letter for letter in found if letter["stage"] == self.group]

    def log_of(self, name: str) -> list[dict[str, object]]:
        lines = (self.folder / f"{name}.log").read_bytes().splitlines()
        return [msgspec.json.decode(line) for line in lines if line.startswith(b"{")]

    def owned(self, name: str) -> object:
        """Partitions the member last said it owns."""
        owns = [line["partitions"] for line in self.log_of(name) if line["event"] == "owns"]
        return owns[-1] if owns else None

    async def get(self, name: str, path: str) -> tuple[int, str]:
        """Ask the member's endpoint."""
        (port,) = {line["port"] for line in self.log_of(name)[-100:] if line["event"] == "started"}
        url = f"http://127.0.0.1:{port}{path}"
        async with aiohttp.ClientSession() as web, web.get(url) as answer:
            return answer.status, await answer.text()

    def stop(self) -> None:
        for member in self.members:
            if member.poll() is None:
                member.send_signal(signal.SIGKILL)
            member.wait()
