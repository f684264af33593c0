"""examples/recovery_ledger.py is killed in the middle, twice: every fee is recovered once."""

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.local.kafka import Broker
from pipeline.topics import ROOT
from tests.support.contracts import SCHEMAS, as_plain, examples, written_by_fastavro
from tests.support.kafka import make_topics, produce, until

PARTITIONS, ORDERS = 3, 900
SCHEMA = SCHEMAS.newest("clawback")
ENDS = ("due", "ordered", "not_payable", "reversed")


def events_of(number: int, end: str) -> Iterator[dict[str, Any]]:
    """The life of one recovery up to its end."""
    phases = {
        "due": ["due"],
        "ordered": ["due", "ordered"],
        "not_payable": ["due", "not_payable"],
        "reversed": ["due", "ordered", "reversed"],
    }[end]
    typical = as_plain(examples(SCHEMA)[-1], SCHEMA)
    for step, phase in enumerate(phases):
        yield typical | {
            "event_id": f"event-{number}-{step}",
            "order_id": f"order-{number}",
            "case_id": f"case-{number}",
            "sequence": 4 + 2 * step,
            "phase": phase,
            "points": f"{100 + number}.50",
        }


def a_log() -> tuple[list[tuple[str, int, bytes, bytes]], dict[str, tuple[int, Decimal]]]:
    """Messages, some of them twice, and the sums a clerk would write down."""
    dice = random.Random(7)
    messages, sums = [], dict.fromkeys(ENDS, (0, Decimal(0)))
    for number in range(ORDERS):
        end = ENDS[number % len(ENDS)]
        count, points = sums[end]
        sums[end] = count + 1, points + Decimal(f"{100 + number}.50")
        events = list(events_of(number, end))
        events += dice.sample(events, k=dice.randint(0, 1))  # a repeat, perhaps of an old phase
        for event in events:
            message = written_by_fastavro(event, SCHEMA)
            messages.append(("clawback", number % PARTITIONS, b"3501340006", message))
    return messages, sums


class Subscriber:
    """The program as its README says to start it."""

    def __init__(self, brokers: str, folder: Path) -> None:
        self.file, self._log = folder / "recovery.sqlite", folder / "log"
        program = str(ROOT / "examples" / "recovery_ledger.py")
        contracts = str(ROOT / "schemas" / "avro")
        self._command = [sys.executable, program, brokers, contracts, str(self.file)]

    def start(self) -> None:
        # Nothing of ours can be imported from there.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self.file.parent, env=env, stdout=log, stderr=log
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(30)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        if not self.file.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)) as books:
            if not books.execute("SELECT 1 FROM sqlite_master WHERE name='position'").fetchall():
                return []
            return books.execute(question).fetchall()

    def has_read(self) -> int:
        return sum(count for (count,) in self.ask("SELECT next FROM position"))

    def sums(self) -> dict[str, tuple[int, Decimal]]:
        found: dict[str, tuple[int, Decimal]] = {}
        for phase, points in self.ask("SELECT phase, points FROM recovery"):
            count, total = found.get(phase, (0, Decimal(0)))
            found[phase] = count + 1, total + Decimal(points)
        return found


@pytest.fixture
def subscriber(kafka: Broker, tmp_path: Path) -> Iterator[Subscriber]:
    subscriber = Subscriber(kafka.address, tmp_path)
    yield subscriber
    subscriber.kill()


async def test_sums_are_right_after_two_kills_and_some_repeats(
    kafka: Broker, subscriber: Subscriber
) -> None:
    messages, sums = a_log()
    await make_topics(kafka.address, {"clawback": {}}, PARTITIONS)
    third = len(messages) // 3
    subscriber.start()
    for start in (0, third):
        before = subscriber.has_read()
        await produce(kafka.address, messages[start : start + third])
        await until(lambda seen=before: subscriber.has_read() > seen)  # type: ignore[misc]
        subscriber.kill()
        subscriber.start()
    await produce(kafka.address, messages[2 * third :])
    await until(lambda: subscriber.has_read() == len(messages))
    assert subscriber.sums() == sums
    subscriber.kill()
    subscriber.start()
    await produce(kafka.address, messages[:third])  # everything again: nothing changes
    await until(lambda: subscriber.has_read() == len(messages) + third)
    assert subscriber.sums() == sums
