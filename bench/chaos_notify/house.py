"""The processes of a run: broker, database, two simulators, a planner and two senders.

The simulators outlive every kill: what a phone has got, it has.
"""

import asyncio
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from time import monotonic

import asyncpg
import httpx

from deploy.local.jars import ROOT
from deploy.local.kafka import Broker
from deploy.local.keys import secrets_of
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.postgres import Database
from deploy.local.processes import Program, Started, spawn

PARTITIONS = 4
SESSION_S = 6
GRACE_S = 20.0
LOOK_S = 0.05
KILLED = -9
AGENCY_MAIL = "agency@gouji.invalid"
# Short, so that ten thousand faults fit into minutes: seconds become tenths.
HURRY = {
    "GOUJI_RETRY_FIRST_S": "0.2",
    "GOUJI_RETRY_LONGEST_S": "1",
    "GOUJI_RETRY_LIMITED_S": "0.5",
    "GOUJI_LINE_TIMEOUT_S": "0.8",
    "GOUJI_CALL_LEASE_S": "3",
    "GOUJI_MAIL_ANSWER_S": "1",
    "GOUJI_GATHER_S": "0.2",
    "GOUJI_QUOTA_EVERY_S": "1",
    "GOUJI_QUOTA_COUNTED_S": "3",
    "GOUJI_SENDING_AT_ONCE": "32",
}


@dataclass(slots=True)
class Member:
    """One process of notify, which the house starts again whenever it ends."""

    program: Program
    started: Started | None = None
    handle: "Popen[bytes] | None" = field(default=None, repr=False)
    again_at: float = 0.0


class House:
    """Everything of a run, in a folder of its own, on the loopback address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = secrets_of(folder / "keys")
        self.broker = Broker(folder / "kafka", heap="384m")
        self.database = Database(folder / "postgres")
        self.line_url, self._line = self._simulator("line_simulator", "--quota", "1000000")
        self._smtp_port, self._pem = free_port(), folder / "mail.pem"
        mail = ("--cert-file", str(self._pem), "--slow-s", "2")
        self.mail_url, self._mail = self._simulator(
            "mail_inbox", *mail, "--http-port", port=self._smtp_port
        )
        self.planner = self._member("planner", GOUJI_INSTANCE="planner")
        self.senders = [self._member("sender", n) for n in (1, 2)]
        self.members = [self.planner, *self.senders]
        self.exits: Counter[str] = Counter()
        self._handles: list[Popen[bytes]] = []

    def _simulator(self, name: str, *more: str, port: int | None = None) -> tuple[str, Program]:
        """Its control address, and what to run. ``port``: another one it has to listen on, then
        the last of ``more`` names the option of the first."""
        http = free_port()
        ports = ("--port", str(http), *more) if port is None else (
            "--port", str(port), *more, str(http)
        )  # fmt: skip
        command = (sys.executable, "-m", f"deploy.{name}", *ports)
        log = self.folder / "simulators" / f"{name}.log"
        return f"http://{LOOPBACK}:{http}", Program(
            name, command, log, env={**os.environ, **self.secrets}, folder=ROOT
        )

    def environment(self) -> dict[str, str]:
        """What planner and senders find."""
        return {
            **os.environ,
            **self.secrets,
            **HURRY,
            "KAFKA_BROKERS": self.broker.address,
            "DATABASE_URL": self.database.url,
            "GOUJI_PARTITIONS": str(PARTITIONS),
            "GOUJI_BUSINESS_DAY": "after-last-closed",
            "GOUJI_STATE_DIR": str(self.folder / "state"),
            "GOUJI_SESSION_S": str(SESSION_S),
            "GOUJI_LINE_BASE_URL": self.line_url,
            "GOUJI_SMTP_URL": f"smtp://{LOOPBACK}:{self._smtp_port}",
            "GOUJI_SMTP_CA_FILE": str(self._pem),
            "GOUJI_AGENCY_MAIL": AGENCY_MAIL,
        }

    def _member(self, command: str, number: int = 1, **more: str) -> Member:
        name = f"{command}-{number}"
        program = Program(
            name,
            (sys.executable, "-m", "services.notify", command),
            self.folder / "logs" / f"{name}.log",
            env={**self.environment(), "GOUJI_METRICS_PORT": str(free_port()), **more},
            folder=ROOT,
        )
        return Member(program)

    # -- life

    async def begin(self) -> None:
        """Servers, topics, simulators; nothing of notify yet."""
        for program in (self._line, self._mail):
            self._handles.append(spawn(program)[1])
        await asyncio.to_thread(self.broker.start)
        await asyncio.to_thread(self.database.start)
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pipeline.topics", "apply", cwd=ROOT, env=self.environment(),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await child.communicate()
        if child.returncode:
            raise RuntimeError(said.decode()[-2000:])
        async with httpx.AsyncClient(timeout=5.0) as client:
            for address in (f"{self.line_url}/_control/faults", f"{self.mail_url}/_control/faults"):
                await _answers(client, address)

    def open(self) -> None:
        """Planner and senders."""
        for member in self.members:
            self._spawn(member)

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
                    # A database or broker that is away ends a process: it is started again.
                    self.exits[f"{member.program.name} {code}"] += code != KILLED
                    self.away(member, 0.5)

    @staticmethod
    def away(member: Member, seconds: float) -> None:
        member.handle, member.started = None, None
        member.again_at = monotonic() + seconds

    def kill(self, member: Member, pause_s: float) -> bool:
        """kill -9, and away for so long; False when it was away already."""
        if member.handle is None:
            return False
        member.handle.kill()
        member.handle.wait()
        self.away(member, pause_s)
        return True

    async def metrics(self) -> str:
        """All that the members show at /metrics."""
        async with httpx.AsyncClient(timeout=5.0) as client:
            ports = [str((one.program.env or {})["GOUJI_METRICS_PORT"]) for one in self.members]
            pages = [await client.get(f"http://{LOOPBACK}:{port}/metrics") for port in ports]
        return "\n".join(page.text for page in pages)

    def logs(self) -> str:
        """All that the members wrote."""
        files = (member.program.log for member in self.members)
        return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())

    def stop(self) -> None:
        """End everything, the servers last."""
        running = [member.handle for member in self.members if member.handle is not None]
        for handle in [*running, *self._handles]:
            handle.terminate()
        for handle in [*running, *self._handles]:
            try:
                handle.wait(GRACE_S)
            except TimeoutExpired:
                handle.kill()
                handle.wait()
        self.database.stop()
        self.broker.stop()


async def asked(url: str, statement: str, *given: object) -> list[asyncpg.Record]:
    """Rows of one query, by a connection of its own: the database may restart between two."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return list(await connection.fetch(statement, *given))
    finally:
        await connection.close()


async def _answers(client: httpx.AsyncClient, address: str) -> None:
    give_up = monotonic() + GRACE_S
    while True:
        try:
            await client.get(address)
            return
        except httpx.TransportError:
            if monotonic() > give_up:
                raise
            await asyncio.sleep(LOOK_S)
