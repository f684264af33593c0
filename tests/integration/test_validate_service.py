"""`python -m services.validate` on real Kafka, killed in the middle: nothing lost or doubled."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from claims.events import DayClosed, Records
from deploy.local.kafka import Broker
from pipeline.topics import ROOT, Register
from pipeline.topics_admin import agree
from tests.support.result_rows import RECEIVED_ON
from tests.support.validating import CODEC, an_item, an_upload

PARTS, ROWS = 40, 50
PATIENCE_S = 60
INPUTS = ("claims", "uploads", "actions")


@pytest.fixture
def env(kafka: Broker, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "KAFKA_BROKERS": kafka.address,
        "GOUJI_STATE_DIR": str(tmp_path),
        "GOUJI_INSTANCE": "validate-0",
        "GOUJI_PUBLISH_KEY": base64.b64encode(b"p" * 32).decode(),
        "GOUJI_SEAL_KEY": base64.b64encode(b"s" * 64).decode(),
    }


class Service:
    """The process; ``kill`` leaves it no time for anything."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = (sys.executable, "-m", "services.validate")
        self._process = subprocess.Popen(
            command, env=self._env, cwd=ROOT, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE_S)


@pytest.fixture
async def service(kafka: Broker, env: dict[str, str]) -> AsyncIterator[Service]:
    wanted = tuple(Register.read().wanted(partitions=1, replication=1))
    assert await agree(kafka.address, wanted, change=True) == 0
    service = Service(env)
    service.start()
    yield service
    service.kill()


async def _read(brokers: str, until: int) -> list[Any]:
    """``records`` of partition 0 as a subscriber sees them, up to so many messages."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=brokers, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await consumer.start()
    consumer.assign([TopicPartition("records", 0)])
    events: list[Any] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len(events) < until:
                message = await consumer.getone()
                events.append(CODEC.decode(message.value))
    finally:
        await consumer.stop()
    return events


async def _produce(brokers: str, events: list[tuple[str, Any]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=brokers)
    await producer.start()
    for topic, event in events:
        await producer.send(topic, CODEC.encode(event), key=b"3501340006", partition=0)
    await producer.stop()


async def test_parts_pass_once_and_day_ends_after_them_whatever_is_killed(
    kafka: Broker, env: dict[str, str], service: Service
) -> None:
    parts = [
        an_upload(f"S{number}", [an_item(row) for row in range(1, ROWS + 1)])
        for number in range(PARTS)
    ]
    day_end = DayClosed("day-closed/1", RECEIVED_ON)
    half = PARTS // 2
    await _produce(kafka.address, [("uploads", part) for part in parts[:half]])
    await _read(kafka.address, until=1)
    service.kill()
    again = parts[:half] + parts[half:]
    await _produce(kafka.address, [("uploads", part) for part in again])
    await _produce(kafka.address, [(topic, day_end) for topic in INPUTS])
    service.start()
    events = await _read(kafka.address, until=PARTS + 1)
    assert service.stop() == 0
    names = [event.submission_id for event in events if isinstance(event, Records)]
    assert names == [part.submission_id for part in parts]
    assert isinstance(events[-1], DayClosed)
    assert all(len(event.results) == ROWS for event in events[:-1])
