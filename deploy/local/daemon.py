"""The supervisor's own process: brings one stack up in order, watches it, and takes it down."""

import asyncio
import os
import signal
import subprocess
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from deploy.local import kafka, postgres
from deploy.local.plan import SERVICES, Plan
from deploy.local.processes import MARK, Program, Started
from deploy.local.record import Entry, Record
from deploy.local.supervisor import Child, Supervisor

# Seconds for a server to answer, and for each service to say that it makes progress.
PATIENCE = 60.0


class Daemon:
    """One stack, from its start to its end."""

    def __init__(self, folder: Path) -> None:
        me = Started.of(os.getpid())
        assert me is not None
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        self.plan = Plan.make(folder, os.environ.get(MARK, ""), os.environ)
        self.record = Record(
            self.plan.mark, me, self.plan.kafka_brokers, self.plan.database_url, self.plan.doors
        )
        self.supervisor = Supervisor(self._changed)
        self.ending = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT; the exit code."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        try:
            self._bring_up()
            self._say("ready")
            while not self.ending:
                self.supervisor.look_after()
                sleep(0.2)
        except Ending:
            pass
        except Exception as problem:
            traceback.print_exc()
            self.supervisor.stop()
            self._say(f"failed: {problem}")
            return 1
        self._say("stopping")
        self.supervisor.stop()
        Record.forget(self.plan.folder)
        return 0

    def _bring_up(self) -> None:
        plan = self.plan
        self._say("starting")
        brokers_live = databases_live = _always
        if plan.given_kafka is None:
            broker = kafka.Broker(plan.folder / "kafka", plan.ports.kafka)
            brokers_live = self._start(broker.program())
        if plan.given_database is None:
            database = postgres.Database(plan.folder / "postgres", plan.ports.postgres)
            databases_live = self._start(database.program())
        asyncio.run(kafka.wait_until_ready(plan.kafka_brokers, PATIENCE, brokers_live))
        asyncio.run(postgres.wait_until_ready(plan.database_url, PATIENCE, databases_live))
        self._once("topics", "pipeline.topics", "apply")
        # The mail server's certificate lies there once it answers, before anybody reads it.
        for group in (plan.simulators(), SERVICES):
            for name, module in group:
                self.supervisor.start(plan.python(name, *module))
            for name, _ in group:
                self._wait_for(name, partial(self._is_healthy, name))

    def _start(self, server: Program) -> Callable[[], bool]:
        """Start a server with its log beside the others'; whether it lives, to be asked later."""
        log = self.plan.folder / "logs" / f"{server.name}.log"
        return self.supervisor.start(replace(server, log=log)).started.is_alive

    def _once(self, name: str, *module: str) -> None:
        """Run to the end; raises when it fails."""
        program = self.plan.python(name, *module)
        with program.log.open("ab") as log:
            done = subprocess.run(
                program.command, env=program.env, cwd=program.folder, stdout=log, stderr=log
            )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(module)} ended with {done.returncode}: {program.log}")

    def _wait_for(self, name: str, holds: Callable[[], bool]) -> None:
        give_up = monotonic() + PATIENCE
        while not holds():
            self.supervisor.look_after()
            if monotonic() > give_up:
                raise RuntimeError(f"{name} did not become healthy")
            sleep(0.1)

    def _is_healthy(self, name: str) -> bool:
        try:
            with urlopen(self.plan.health(name), timeout=2):
                return True
        except (URLError, OSError):
            return False

    def _changed(self, child: Child) -> None:
        name = child.program.name
        port = self.plan.ports.metrics(name)
        self.record.entries[name] = Entry(
            name, child.started, str(child.program.log), port, child.restarts
        )
        self.record.write(self.plan.folder)

    def _say(self, phase: str) -> None:
        self.record.phase = phase
        self.record.write(self.plan.folder)

    def _end(self, number: int, frame: object) -> None:
        # The first signal interrupts whatever bring-up waits for; later ones change nothing.
        if not self.ending:
            self.ending = True
            raise Ending


def _always() -> bool:
    """A server that somebody else runs: its life is not ours to watch."""
    return True


class Ending(BaseException):
    """Somebody asked us to end."""
