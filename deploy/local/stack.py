"""The embedded stack from outside: up, down, and where it is. A library for the demo and tests."""

import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

from deploy.local.jars import ROOT
from deploy.local.keys import secrets_of
from deploy.local.plan import LINE, PARTITIONS
from deploy.local.processes import MARK, Program, detach, marked
from deploy.local.record import Record

RUN = ROOT / ".run"
PATIENCE = 180.0


class DidNotStart(Exception):
    """The stack failed or was too slow; the message says which part, and names its log."""


def up(folder: Path = RUN) -> Record:
    """The running stack of this folder, started when it is not; raises DidNotStart.

    What a crashed supervisor left behind is stopped first.
    """
    record = Record.read(folder)
    if record is not None and record.supervisor.is_alive() and record.phase == "ready":
        return record
    down(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(8)
    log = folder / "logs" / "supervisor.log"
    command = (sys.executable, "-m", "deploy.local", "supervise", "--folder", str(folder))
    env = {**os.environ, MARK: mark}
    supervisor = detach(Program("supervisor", command, log.absolute(), env=env, folder=ROOT))
    give_up = monotonic() + PATIENCE
    while monotonic() < give_up and supervisor.is_alive():
        record = Record.read(folder)
        if record is not None and record.phase == "ready":
            return record
        if record is not None and record.phase.startswith("failed"):
            break
        sleep(0.1)
    why = record.phase if record is not None else "the supervisor did not begin"
    for process in [supervisor, *marked(mark)]:
        process.stop()
    Record.forget(folder)
    raise DidNotStart(f"{why}; see {folder / 'logs'}")


def environment(folder: Path = RUN) -> dict[str, str]:
    """What a command of ours needs to speak to the running stack: addresses and secrets.

    Raises DidNotStart when nothing runs here.
    """
    record = Record.read(folder)
    if record is None:
        raise DidNotStart("nothing was started here; `make up` starts it")
    addresses = {
        "KAFKA_BROKERS": record.kafka_brokers,
        "DATABASE_URL": record.database_url,
        "GOUJI_PARTITIONS": os.environ.get("GOUJI_PARTITIONS", PARTITIONS),
        "GOUJI_PUBLIC_URL": record.doors["notify"],
        "GOUJI_LINE_BASE_URL": record.doors[LINE],
    }
    return {**secrets_of(folder), **addresses}


def down(folder: Path = RUN) -> list[str]:
    """Stop exactly what `up` started in this folder; the names of what was still alive.

    The supervisor ends its children in order. Without one (it crashed) the recorded processes are
    ended here in that same order, and last whatever else carries the stack's mark: a process
    begun in the instant between a start and its record.
    """
    record = Record.read(folder)
    if record is None:
        return []
    stopped = [name for name, entry in record.entries.items() if entry.started.is_alive()]
    replace(record.supervisor, patience=90.0).stop()
    for entry in reversed(record.entries.values()):
        entry.started.stop()
    for process in marked(record.mark):
        process.stop()
    Record.forget(folder)
    return stopped
