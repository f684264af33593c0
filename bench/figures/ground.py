"""Where a stage is measured: a broker of its own, topics, and one worker process."""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

from claims.events import Claims, DayClosed, Records, Uploads
from deploy.local.kafka import Broker
from deploy.local.keys import secrets_of
from deploy.local.ports import free_port
from deploy.local.processes import Program, Started, spawn
from pipeline.codec import Codec
from pipeline.schemas import Schemas
from pipeline.topics import ROOT

PARTITIONS = 4
PATIENCE_S = 300.0
CODEC = Codec(Schemas.read(ROOT / "schemas" / "avro"), (Claims, Uploads, Records, DayClosed))


def partition_of(facility: str) -> int:
    return int(murmur2(facility.encode()) & 0x7FFFFFFF) % PARTITIONS


@dataclass
class Worker:
    """A running worker of a stage, seen through its metrics."""

    started: Started
    port: int

    async def value(self, metric: str) -> float:
        """Sum of a metric over its partitions; -1 while the worker does not answer."""
        try:
            async with httpx.AsyncClient(timeout=5.0) as client:
                page = (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text
        except httpx.HTTPError:
            return -1.0
        found = re.findall(rf"^gouji_{metric}{{[^}}]*}} (\S+)$", page, re.MULTILINE)
        return sum(map(float, found))

    async def reaches(self, metric: str, value: float) -> None:
        """Return once the metric is as high; raises TimeoutError."""
        give_up = time.monotonic() + PATIENCE_S
        while await self.value(metric) < value:
            if time.monotonic() > give_up or not self.started.is_alive():
                raise TimeoutError(f"{metric} did not reach {value}")
            await asyncio.sleep(0.05)


class Ground:
    """A broker with our topics in a folder that is gone at the end."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.folder, self.broker = folder, broker

    @property
    def env(self) -> dict[str, str]:
        ours = {"GOUJI_PARTITIONS": str(PARTITIONS), "KAFKA_BROKERS": self.broker.address}
        return {**os.environ, **secrets_of(self.folder), **ours, "GOUJI_INSTANCE": ""}

    async def produce(self, messages: Iterable[tuple[str, Any]]) -> int:
        """Send everything; how many messages that were."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.address, max_batch_size=1 << 20, linger_ms=20
        )
        await producer.start()
        count = 0
        try:
            for topic, event in messages:
                facility = event.facility_id
                await producer.send(
                    topic,
                    CODEC.encode(event),
                    key=facility.encode(),
                    partition=partition_of(facility),
                )
                count += 1
            await producer.flush()
        finally:
            await producer.stop()
        return count

    def work(self, stage: str) -> Worker:
        """Start a worker; stop it by ``started.stop()``."""
        port = free_port()
        more = {"GOUJI_METRICS_PORT": str(port), "GOUJI_STATE_DIR": str(self.folder / "state")}
        program = Program(
            stage,
            (sys.executable, "-m", f"services.{stage}"),
            self.folder / f"{stage}.log",
            env={**self.env, **more},
            folder=ROOT,
        )
        started, _ = spawn(program)
        return Worker(started, port)


@asynccontextmanager
async def a_ground() -> AsyncIterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="gouji-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        broker = Broker(folder / "kafka", heap="512m")
        await asyncio.to_thread(broker.start)
        try:
            ground = Ground(folder, broker)
            command = (sys.executable, "-m", "pipeline.topics", "apply")
            applying = await asyncio.create_subprocess_exec(
                *command, env=ground.env, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
            )
            assert await applying.wait() == 0, "the topics were not made"
            yield ground
        finally:
            await asyncio.to_thread(broker.stop)
