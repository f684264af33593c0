"""examples/line_reminders.py is killed and started again: every fact is said once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.kafka import Broker
from pipeline.topics import ROOT
from tests.support.contracts import SCHEMAS, as_plain, examples, written_by_fastavro
from tests.support.kafka import make_topics, produce, until

SCHEMA = SCHEMAS.newest("reminders")
FACTS = 60


def messages_of(numbers: range) -> list[tuple[str, int, bytes, bytes]]:
    typical = as_plain(examples(SCHEMA)[-1], SCHEMA)
    values: list[dict[str, Any]] = [
        typical | {"event_id": f"sent/{number}", "count": number} for number in numbers
    ]
    return [
        ("reminders", value["count"] % 3, b"key", written_by_fastavro(value, SCHEMA))
        for value in values
    ]


class Subscriber:
    """The program as its README says to start it; what it said, over all its lives."""

    def __init__(self, brokers: str, folder: Path) -> None:
        self._folder, self._said = folder, folder / "said"
        program, contracts = ROOT / "examples" / "line_reminders.py", ROOT / "schemas" / "avro"
        file = folder / "reminders.sqlite"
        self._command = [sys.executable, str(program), brokers, str(contracts), str(file)]

    def start(self) -> None:
        # Nothing of ours can be imported from there.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with self._said.open("ab") as said, (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, env=env, stdout=said, stderr=log
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(30)

    def said(self) -> list[str]:
        return self._said.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def subscriber(kafka: Broker, tmp_path: Path) -> Iterator[Subscriber]:
    subscriber = Subscriber(kafka.address, tmp_path)
    subscriber.start()
    yield subscriber
    subscriber.kill()


async def test_a_fact_that_is_told_again_is_said_once(
    kafka: Broker, subscriber: Subscriber
) -> None:
    await make_topics(kafka.address, {"reminders": {}}, 3)
    await produce(kafka.address, messages_of(range(40)))
    await produce(kafka.address, messages_of(range(20)))  # a relay that did not know it had said it
    await until(lambda: len(subscriber.said()) == 40)
    subscriber.kill()
    subscriber.start()
    await produce(kafka.address, messages_of(range(FACTS)))
    await until(lambda: len(subscriber.said()) >= FACTS)
    counts = sorted(int(line.split("count=")[1].split()[0]) for line in subscriber.said())
    assert counts == list(range(FACTS))
