"""One Apache Kafka broker (KRaft) from its jars, on the loopback address."""

import asyncio
import secrets
import subprocess
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from deploy.local.jars import ROOT, java, kafka_jars
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import Program, Started, spawn

PROPERTIES = ROOT / "deploy" / "kafka" / "server.properties"
PROBE = "gouji-ready"


class NotReady(Exception):
    """A server did not answer in time; the message names its log."""


class Broker:
    """A broker whose data, settings and log lie in one folder; it keeps its port when restarted."""

    def __init__(self, folder: Path, port: int | None = None, heap: str = "512m") -> None:
        self.folder = folder.absolute()
        self.port = port or free_port()
        self.heap = heap
        self.log = self.folder / "kafka.log"
        self.started: Started | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def program(self) -> Program:
        """What to run, after writing its settings and, the first time, formatting its folder."""
        properties = self._configured()
        sizes = (f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:+UseSerialGC")
        classes = ("-cp", f"{kafka_jars()}/*", "kafka.Kafka", str(properties))
        return Program("kafka", (java(), *sizes, *classes), self.log, folder=self.folder)

    def start(self, patience: float = 60.0) -> None:
        """Begin, and return once a message was produced and fetched; raises NotReady.

        May be called from a running event loop's thread, which it blocks.
        """
        self.started, self._child = spawn(self.program())
        try:
            run_aside(wait_until_ready(self.address, patience, self.is_alive))
        except NotReady as late:
            self.stop()
            raise NotReady(f"{late}; see {self.log}") from late

    def is_alive(self) -> bool:
        return self.started is not None and self.started.is_alive()

    def stop(self) -> None:
        """End the broker that start() began; its data stays."""
        if self.started is not None:
            self.started.stop()
        self._forget()

    def kill(self) -> None:
        """As a power cut would: no clean shutdown."""
        if self.started is not None:
            self.started.kill()
        self._forget()

    def _forget(self) -> None:
        self.started = None
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _configured(self) -> Path:
        """server.properties with this folder and these ports, the data folder formatted once."""
        data = self.folder / "data"
        properties = self.folder / "server.properties"
        self.folder.mkdir(parents=True, exist_ok=True)
        template = Template(PROPERTIES.read_text(encoding="utf-8"))
        names = {"PORT": self.port, "CONTROLLER_PORT": free_port(), "DATA": data}
        # "safe": the comment in the template speaks of $NAMES that nobody fills in.
        properties.write_text(template.safe_substitute(names), encoding="utf-8")
        if not (data / "meta.properties").exists():
            cluster = secrets.token_urlsafe(16)
            tool = [java(), "-Xmx128m", "-cp", f"{kafka_jars()}/*", "kafka.tools.StorageTool"]
            subprocess.run(
                [*tool, "format", f"--cluster-id={cluster}", "-c", str(properties)],
                check=True,
                capture_output=True,
            )
        return properties


def start_kafka(folder: Path, port: int | None = None) -> tuple[str, Callable[[], None]]:
    """A broker with its data in `folder`: its address, and the call that stops it."""
    broker = Broker(folder, port)
    broker.start()
    return broker.address, broker.stop


async def wait_until_ready(
    address: str, patience: float, is_alive: Callable[[], bool] = lambda: True
) -> None:
    """Return once a produce and a fetch succeeded; raises NotReady after `patience` seconds."""
    give_up = monotonic() + patience
    while True:
        try:
            async with asyncio.timeout(max(0.1, give_up - monotonic())):
                return await _produce_and_fetch(address)
        except (KafkaError, TimeoutError, OSError) as cause:  # refused, or not yet a coordinator
            if monotonic() >= give_up or not is_alive():
                raise NotReady(f"Kafka at {address} did not become ready") from cause
            await asyncio.sleep(0.1)


async def _produce_and_fetch(address: str) -> None:
    # Asked first because the client logs every refused connection as an error.
    host, _, port = address.split(",")[0].rpartition(":")
    _, knock = await asyncio.open_connection(host, int(port))
    knock.close()
    await knock.wait_closed()
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(PROBE, num_partitions=1, replication_factor=1)])
    except TopicAlreadyExistsError:
        pass
    finally:
        await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        written = await producer.send_and_wait(PROBE, b"ready", partition=0)
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partition = TopicPartition(PROBE, 0)
        consumer.assign([partition])
        consumer.seek(partition, written.offset)
        await consumer.getone(partition)
    finally:
        await consumer.stop()


def run_aside(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a thread of its own: the caller's may have a running event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()
