"""`make up`, `make status`, `make down`: the whole embedded stack, and what a crash leaves."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from rich.console import Console

from deploy.local import stack
from deploy.local.plan import SERVICES, SIMULATORS
from deploy.local.processes import marked
from deploy.local.record import Record
from deploy.local.status import table

PATIENCE = 90.0


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stack.down(tmp_path)


def wait_until(holds: Callable[[], bool]) -> None:
    give_up = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < give_up, "waited too long"
        sleep(0.1)


def record_of(run: Path) -> Record:
    record = Record.read(run)
    assert record is not None
    return record


def test_a_stack_heals_and_even_without_its_supervisor_goes_down(run: Path) -> None:
    record = stack.up(run)
    names = {"kafka", "postgres", *SIMULATORS, *(name for name, _ in SERVICES)}
    assert set(record.entries) == names
    assert stack.up(run) == record, "a second time it is running already"
    out = StringIO()
    Console(file=out, width=140).print(table(record))
    assert all(name in out.getvalue() for name in names) and "down" not in out.getvalue()
    for name, _ in SERVICES:
        assert (run / "logs" / f"{name}.log").exists()

    first = record.entries["match"].started
    psutil.Process(first.pid).kill()
    wait_until(lambda: record_of(run).entries["match"].restarts == 1)
    assert record_of(run).entries["match"].started != first

    record_of(run).supervisor.kill()
    everything = [entry.started for entry in record_of(run).entries.values()]
    assert all(process.is_alive() for process in everything), "its children live on"

    assert set(stack.down(run)) == names
    assert not any(process.is_alive() for process in everything)
    assert list(marked(record.mark)) == []
