"""The processes of a run, and what befalls them: kill -9, restarts, lost disks, a broker outage."""

import asyncio
import os
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from subprocess import Popen, TimeoutExpired
from time import monotonic

from deploy.local.jars import ROOT
from deploy.local.kafka import Broker
from deploy.local.keys import secrets_of
from deploy.local.ports import free_port
from deploy.local.postgres import Database
from deploy.local.processes import Program, Started, spawn

PARTITIONS = 4
SESSION_S = 6
GRACE_S = 30.0
LOOK_S = 0.1
KILLED, STOPPED = -9, -15


@dataclass(slots=True)
class Member:
    """One process, which the fleet starts again whenever it ends."""

    program: Program
    state: Path
    started: Started | None = None
    handle: "Popen[bytes] | None" = field(default=None, repr=False)
    again_at: float = 0.0


class Fleet:
    """A broker, a database, and so many workers of each stage, in a folder of their own."""

    def __init__(self, folder: Path, keys: Path, workers: int) -> None:
        self.folder = folder
        self.broker = Broker(folder / "kafka", heap="384m")
        self.database = Database(folder / "postgres")
        self.http_port = free_port()
        self._keys = keys
        self.exits: Counter[str] = Counter()
        self.members = [
            *(self._worker(stage, n) for stage in ("match", "validate") for n in range(workers)),
            *(self._worker("elsewhere", n) for n in range(min(workers, 2))),
            self._member("ingest-reports", "services.ingest", "reports"),
            self._member("ingest", "services.ingest", "serve"),
        ]

    def environment(self, name: str = "") -> dict[str, str]:
        """What a process of the fleet finds in its environment."""
        return {
            **os.environ,
            **secrets_of(self._keys),
            "KAFKA_BROKERS": self.broker.address,
            "DATABASE_URL": self.database.url,
            "GOUJI_PARTITIONS": str(PARTITIONS),
            "GOUJI_BUSINESS_DAY": "after-last-closed",
            "GOUJI_STATE_DIR": str(self.folder / "state" / name),
            "GOUJI_SESSION_S": str(SESSION_S),
            "GOUJI_HTTP_PORT": str(self.http_port),
            "GOUJI_INSTANCE": "",
            "GOUJI_METRICS_PORT": "0",
        }

    def _member(self, name: str, *module: str, **more: str) -> Member:
        program = Program(
            name,
            (sys.executable, "-m", *module),
            self.folder / "logs" / f"{name}.log",
            env={**self.environment(name), **more},
            folder=ROOT,
        )
        return Member(program, self.folder / "state" / name)

    def _worker(self, stage: str, number: int) -> Member:
        name = f"{stage}-{number}"
        # One of them is a member by name only while it lives: its death moves its partitions.
        static = name if number else ""
        return self._member(name, f"services.{stage}", GOUJI_INSTANCE=static)

    # -- life

    async def start(self) -> None:
        """Broker, database, topics, tables; then every member."""
        await asyncio.to_thread(self.broker.start)
        await asyncio.to_thread(self.database.start)
        await self.run("pipeline.topics", "apply")
        for member in self.members:
            self._spawn(member)

    async def run(self, *module: str, patience: float = 120.0) -> str:
        """A command to its end; its output. Tried again until it succeeds: outages are expected."""
        give_up = monotonic() + patience
        while True:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *module,
                cwd=ROOT,
                env=self.environment("command"),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await child.communicate()
            if child.returncode == 0:
                return said.decode()
            if monotonic() > give_up:
                raise TimeoutError(f"{' '.join(module)}: {said.decode()[-2000:]}")
            await asyncio.sleep(1)

    def _spawn(self, member: Member) -> None:
        member.started, member.handle = spawn(member.program)

    async def keep(self) -> None:
        """Start again whoever ended; until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            for member in self.members:
                if member.handle is None:
                    if monotonic() >= member.again_at:
                        self._spawn(member)
                elif (code := member.handle.poll()) is not None:
                    if code not in (KILLED, STOPPED, 0):
                        self.exits[f"{member.program.name} {code}"] += 1
                        self.away(member, 0.5)
                    else:
                        self.away(member, max(0.0, member.again_at - monotonic()))

    @staticmethod
    def away(member: Member, seconds: float) -> None:
        member.handle, member.started = None, None
        member.again_at = monotonic() + seconds

    def stop(self) -> None:
        """End everything, the members all at once, the broker last."""
        running = [member.handle for member in self.members if member.handle is not None]
        for handle in running:
            handle.terminate()
        for handle in running:
            try:
                handle.wait(GRACE_S)
            except TimeoutExpired:
                handle.kill()
                handle.wait()
        self.database.stop()
        self.broker.stop()


class Fate:
    """What befalls a fleet, all of it following from a seed."""

    def __init__(self, fleet: Fleet, random: Random) -> None:
        self._fleet, self._random = fleet, random
        self.kills: Counter[str] = Counter()
        self.stops = self.deaf = self.disks = self.outages = 0

    async def befall(self, kills: int, seconds: float) -> None:
        """So many kills over so many seconds, a graceful stop for every fifth, one outage."""
        began = monotonic()
        outage_s = min(30.0, seconds / 6)
        plan = [(self._random.uniform(0, seconds), self._kill) for _ in range(kills)]
        plan += [(self._random.uniform(0, seconds), self._stop) for _ in range(kills // 5 + 1)]
        plan.sort(key=lambda event: event[0])
        broker = asyncio.create_task(self._outage(seconds / 2, outage_s))
        try:
            for at, act in plan:
                await asyncio.sleep(max(0.0, began + at - monotonic()))
                await act()
            await broker
        finally:
            broker.cancel()

    async def _victim(self) -> Member:
        while True:
            alive = [m for m in self._fleet.members if m.handle is not None and m.started]
            if alive:
                return self._random.choice(alive)
            await asyncio.sleep(LOOK_S)

    async def _kill(self) -> None:
        member = await self._victim()
        assert member.started is not None and member.handle is not None
        # Now and then long enough for the group to give its partitions to others.
        pause = self._random.choice((0.0, 0.5, 2.0, SESSION_S + 2.0))
        member.handle.kill()
        member.handle.wait()
        self._fleet.away(member, pause)
        self.kills[member.program.name.rstrip("-0123456789")] += 1
        if self._random.random() < 0.1 and member.state.exists():
            shutil.rmtree(member.state)
            self.disks += 1

    async def _stop(self) -> None:
        """A graceful end: it commits, and a member without a name leaves the group at once."""
        member = await self._victim()
        assert member.handle is not None
        member.handle.terminate()
        self.stops += 1
        try:
            await asyncio.to_thread(member.handle.wait, GRACE_S)
        except TimeoutExpired:
            member.handle.kill()
            self.deaf += 1

    async def _outage(self, begin: float, seconds: float) -> None:
        await asyncio.sleep(begin)
        self.outages += 1
        await asyncio.to_thread(self._fleet.broker.kill)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self._fleet.broker.start, 120.0)
