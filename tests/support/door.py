"""The door as processes: `serve`, `load` and friends on a real broker and database."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.ports import LOOPBACK, free_port
from pipeline.topics import ROOT, Register
from pipeline.topics_admin import agree
from tests.support.contracts import CODEC
from tests.support.kafka import until

PARTITIONS = 4
PATIENCE_S = 60
T = TypeVar("T")


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a thread of its own: the caller's may have a running event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


async def topics_and_database(brokers: str, server_url: str, name: str) -> str:
    """Every topic on the broker, and the URL of a new database on the server."""
    await agree(brokers, list(Register.read().wanted(PARTITIONS, 1)), change=True)
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


class DoorProcesses:
    """Runs `python -m services.ingest ...` with one environment, as a person would."""

    def __init__(self, brokers: str, database_url: str, log: Path, **settings: str) -> None:
        self.brokers, self.database_url, self.log = brokers, database_url, log
        self.environment = {
            **os.environ,
            "KAFKA_BROKERS": brokers,
            "DATABASE_URL": database_url,
            "GOUJI_PARTITIONS": str(PARTITIONS),
            "GOUJI_SEAL_KEY": base64.b64encode(b"s" * 64).decode(),
            "GOUJI_SEAL_KEY_ID": "test-1",
            "GOUJI_RECEIPT_KEY": base64.b64encode(b"r" * 32).decode(),
            "GOUJI_BUSINESS_DAY": "after-last-closed",
            "GOUJI_RESUME_S": "0.3",
            "GOUJI_METRICS_PORT": "0",
            **settings,
        }

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """One command to its end; ``typed`` is its stdin."""
        command = (sys.executable, "-m", "services.ingest", *arguments)
        return subprocess.run(
            command,
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            input=typed,
            text=True,
            timeout=PATIENCE_S,
        )

    def done(self, *arguments: str, typed: str = "") -> str:
        """What a command printed; fails when it was refused."""
        ended = self.run(*arguments, typed=typed)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout.strip()

    def key(self, facility: str) -> str:
        """Register a facility and make a key for it."""
        self.done("facilities", "add", facility, "--name", "診所")
        return self.done("keys", "create", "--facility", facility)

    def agency_key(self) -> str:
        return self.done("keys", "create", "--agency")

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        """A command that goes on; the caller ends it."""
        command = (sys.executable, "-m", "services.ingest", *arguments)
        with self.log.open("ab") as log:
            environment = {**self.environment, **settings}
            return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)

    @contextmanager
    def serving(self) -> Iterator["Served"]:
        """The HTTP service, ready; ended at the end."""
        port = free_port()
        process = self.start("serve", GOUJI_HTTP_PORT=str(port))
        served = Served(f"http://{LOOPBACK}:{port}", process)
        try:
            yield served
        finally:
            process.kill()
            process.wait(PATIENCE_S)

    def events(self, *topics: str) -> dict[str, list[tuple[int, bytes, Any]]]:
        """Everything on the topics: partition, bytes and event, in the order of each partition."""
        return {topic: finished(self._events(topic)) for topic in topics}

    async def _events(self, topic: str) -> list[tuple[int, bytes, Any]]:
        parts = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        seen: list[tuple[int, bytes, Any]] = []
        async with AIOKafkaConsumer(
            bootstrap_servers=self.brokers, enable_auto_commit=False, fetch_max_wait_ms=50
        ) as reader:
            reader.assign(parts)
            await reader.seek_to_beginning(*parts)
            ends = await reader.end_offsets(parts)
            for part in parts:
                while await reader.position(part) < ends[part]:
                    found = await reader.getmany(part, timeout_ms=100)
                    for message in found.get(part, ()):
                        event = CODEC.decode(message.value)
                        seen.append((message.partition, message.value, event))
        return seen

    def query(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """One statement on the database of the door."""

        async def work() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.database_url)
            try:
                rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
                return rows
            finally:
                await connection.close()

        return finished(work())


class Served:
    """A running HTTP service."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url, self.process = url, process
        finished(until(self._is_ready, PATIENCE_S))

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, "serve ended"
        try:
            return httpx.get(f"{self.url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def submit(self, key: str, name: str, content: bytes, **fields: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/v1/submissions",
            headers={"X-Api-Key": key},
            files={"file": (name, content)},
            data=fields,
            timeout=PATIENCE_S,
        )

    def get(self, key: str, path: str, **parameters: Any) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers={"X-Api-Key": key}, params=parameters)

    def act(self, key: str, *actions: dict[str, Any], **headers: str) -> httpx.Response:
        address = f"{self.url}/v1/actions"
        sent = {"X-Api-Key": key, **headers}
        return httpx.post(address, headers=sent, json=list(actions), timeout=PATIENCE_S)

    def post(self, key: str, path: str) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", headers={"X-Api-Key": key}, timeout=PATIENCE_S)

    def precheck(self, key: str, name: str, content: bytes, **fields: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/v1/precheck",
            headers={"X-Api-Key": key},
            files={"file": (name, content)},
            data=fields,
            timeout=PATIENCE_S,
        )

    def command(self, key: str, commands: list[dict[str, Any]], **headers: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/v1/commands", headers={"X-Api-Key": key, **headers}, json=commands
        )


def receipt_of(answer: httpx.Response) -> dict[str, Any]:
    content: dict[str, Any] = answer.json()["receipt"]
    return content


def as_text(receipt: dict[str, Any]) -> str:
    return json.dumps(receipt, ensure_ascii=False)
