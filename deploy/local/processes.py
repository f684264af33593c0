"""Processes that outlive us and are later stopped by exactly what they were.

A process id alone names nobody: after a crash the kernel may have given it to a stranger. So an
id is always kept together with the moment the process began.
"""

import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# In the environment of everything one stack starts; its value is that stack's own.
MARK = "GOUJI_STACK_ID"


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and how to ask it to end."""

    name: str
    command: tuple[str, ...]
    log: Path
    # The whole environment; None hands on ours.
    env: Mapping[str, str] | None = field(default=None, repr=False)
    # The account it runs as (only root may ask); None keeps ours.
    user: str | None = None
    folder: Path | None = None
    ends_on: signal.Signals = signal.SIGTERM
    # Seconds it gets to end by itself before SIGKILL.
    patience: float = 20.0


@dataclass(frozen=True, slots=True)
class Started:
    """A process we began: its id and when it began (seconds since 1970), and how it ends."""

    pid: int
    began: float
    ends_on: int = signal.SIGTERM
    patience: float = 20.0

    @classmethod
    def of(cls, pid: int, program: Program | None = None) -> "Started | None":
        """The process that has this id now; None when there is none."""
        try:
            began = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return None
        if program is None:
            return cls(pid, began)
        return cls(pid, began, program.ends_on, program.patience)

    def process(self) -> psutil.Process | None:
        """The living process; None when it ended, even if a stranger has its id now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.began) < 0.05
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def is_alive(self) -> bool:
        return self.process() is not None

    def stop(self) -> bool:
        """Ask it to end, and SIGKILL it when its patience is over; True if it was alive."""
        process = self.process()
        if process is None:
            return False
        try:
            process.send_signal(self.ends_on)
            process.wait(self.patience)
        except psutil.TimeoutExpired:
            self.kill()
        except psutil.NoSuchProcess:
            pass
        return True

    def kill(self) -> None:
        """SIGKILL, and wait until the kernel has ended it."""
        process = self.process()
        if process is None:
            return
        try:
            process.kill()
            process.wait(10)
        except psutil.NoSuchProcess:
            pass


def spawn(program: Program) -> tuple[Started, "subprocess.Popen[bytes]"]:
    """Begin a process in a session of its own, its output appended to its log."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as output:
        child = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=program.env,
            user=program.user,
            group=program.user,
            extra_groups=[] if program.user is not None else None,
            cwd=program.folder,
            start_new_session=True,
        )
    started = Started.of(child.pid, program)
    assert started is not None, "an unreaped child has an entry in the process table"
    return started, child


# Handles of processes that outlive us on purpose: a handle that is dropped while its process
# lives would warn, and with warnings as errors that is a failure.
_DETACHED: "list[subprocess.Popen[bytes]]" = []


def detach(program: Program) -> Started:
    """Begin a process that lives on without us."""
    started, handle = spawn(program)
    _DETACHED.append(handle)
    return started


def marked(mark: str) -> Iterator[Started]:
    """Every living process that carries this mark: those a crash left unrecorded, too."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                yield Started(process.pid, process.create_time())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
