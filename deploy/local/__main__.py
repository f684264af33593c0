"""python -m deploy.local up | down | status | run MODULE ..."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local import stack, status
from deploy.local.daemon import Daemon
from deploy.local.record import Record

app = typer.Typer(help="The embedded stack: broker, database and services on this machine.")
Folder = Annotated[Path, typer.Option(help="Where data, logs and process ids lie.")]


@app.command()
def up(folder: Folder = stack.RUN) -> None:
    """Start everything, and return when it is ready."""
    try:
        record = stack.up(folder)
    except stack.DidNotStart as problem:
        sys.exit(f"the stack did not start: {problem}")
    Console().print(status.table(record))
    for name, address in record.doors.items():
        Console().print(f"{name} answers at {address}")
    Console().print(f"logs are in {folder / 'logs'}")


@app.command()
def down(folder: Folder = stack.RUN) -> None:
    """Stop exactly what `up` started."""
    stopped = stack.down(folder)
    Console().print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


@app.command(name="status")
def show(folder: Folder = stack.RUN) -> None:
    """Process, pid, up since, lag in seconds, age of the last commit."""
    record = Record.read(folder)
    if record is None:
        sys.exit("nothing was started here; `make up` starts it")
    Console().print(status.table(record))
    if not record.supervisor.is_alive():
        sys.exit("the supervisor is gone; `make down` stops what it left, `make up` starts afresh")


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run(
    command: Annotated[list[str], typer.Argument(help="A module of ours and its arguments.")],
    folder: Folder = stack.RUN,
) -> None:
    """`python -m COMMAND...` with the addresses and secrets of the running stack."""
    try:
        env = {**os.environ, **stack.environment(folder)}
    except stack.DidNotStart as problem:
        sys.exit(str(problem))
    os.execve(sys.executable, [sys.executable, "-m", *command], env)


@app.command(hidden=True)
def supervise(folder: Folder = stack.RUN) -> None:
    """The supervisor's own process; `up` starts it."""
    sys.exit(Daemon(folder).run())


if __name__ == "__main__":
    app()
