"""Services as real processes on a real broker, and what they say."""

import asyncio
import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from pipeline.codec import Codec
from pipeline.producer import partition_of
from pipeline.topics import ROOT, Register
from pipeline.topics_admin import agree
from tests.support.contracts import CODEC
from tests.support.kafka import committed, produce

PATIENCE_S = 60


async def make_our_topics(brokers: str, partitions: int) -> None:
    wanted = tuple(Register.read().wanted(partitions=partitions, replication=1))
    assert await agree(brokers, wanted, change=True) == 0


class Running:
    """One worker of a service; ``kill`` leaves it no time for anything. ``more``: settings."""

    def __init__(self, name: str, brokers: str, folder: Path, **more: str) -> None:
        self._name, self._folder = name, folder
        self._env = {
            **os.environ,
            "KAFKA_BROKERS": brokers,
            "GOUJI_STATE_DIR": str(folder),
            "GOUJI_INSTANCE": f"{name}-0",
            "GOUJI_PUBLISH_KEY": base64.b64encode(b"p" * 32).decode(),
            "GOUJI_PUBLISH_KEY_ID": "publish-test",
            "GOUJI_SEAL_KEY": base64.b64encode(b"s" * 64).decode(),
            "GOUJI_SEAL_KEY_ID": "seal-test",
            **more,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Running":
        command = (sys.executable, "-m", f"services.{self._name}")
        with (self._folder / f"{self._name}.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self._env, cwd=ROOT, stderr=log)
        return self

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)


class Log:
    """The topics of a broker, written by key as everybody does, read as a subscriber does."""

    def __init__(self, brokers: str, partitions: int, codec: Codec = CODEC) -> None:
        self._brokers, self._partitions, self._codec = brokers, partitions, codec

    async def give(self, topic: str, key: str, *events: Any) -> None:
        at = partition_of(key.encode(), self._partitions)
        messages = [(topic, at, key.encode(), self._codec.encode(event)) for event in events]
        await produce(self._brokers, messages)

    async def give_all(self, topic: str, event: Any) -> None:
        """To every partition."""
        value = self._codec.encode(event)
        every = range(self._partitions)
        await produce(self._brokers, [(topic, number, b"all", value) for number in every])

    async def read(self, topic: str, partitions: int | None = None) -> list[Any]:
        """Everything committed so far, partition by partition."""
        found = await committed(self._brokers, [topic], partitions or self._partitions)
        return [self._codec.decode(value) for _, value in found.get(topic, ())]

    async def wait_for(self, topic: str, count: int, kind: type[Any] = object) -> list[Any]:
        """The committed events of one kind, once there are so many; fails when there are not."""
        found: list[Any] = []
        async with AIOKafkaConsumer(
            bootstrap_servers=self._brokers,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        ) as reader:
            reader.assign([TopicPartition(topic, number) for number in range(self._partitions)])
            async with asyncio.timeout(PATIENCE_S):
                while len(found) < count:
                    event = self._codec.decode((await reader.getone()).value)
                    if isinstance(event, kind):
                        found.append(event)
        return found
