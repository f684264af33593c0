"""python -m bench.demo [--once] [--seed N] [--claims N]"""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.demo.audience import MONTHLY
from bench.demo.running import Place, run
from bench.demo.summary import show
from bench.region.making import make_region
from deploy.local import stack
from deploy.local.plan import LINE, MAIL
from deploy.local.ports import LOOPBACK

# Days end when the demo says so: no digest waits for a morning or for more to come, and LINE is
# asked once, for the month it counts in is not one of the region's.
AS_IN_A_YEAR = {
    "GOUJI_BUSINESS_DAY": "after-last-closed",
    "GOUJI_QUIET_HOURS": "00:00-00:00",
    "GOUJI_GATHER_S": "0.01",
    "GOUJI_LINE_BUDGET": str(MONTHLY),
    "GOUJI_QUOTA_EVERY_S": "86400",
}
# A stack of its own, so that the data of `make up` are never touched.
FOLDER = stack.RUN / "demo"


def main(
    once: Annotated[bool, typer.Option("--once", help="Stop everything at the end.")] = False,
    seed: Annotated[int, typer.Option(help="Which region.")] = 7,
    claims: Annotated[int, typer.Option(min=1, help="About how many claims.")] = 12_000,
    facilities: Annotated[int, typer.Option(min=30, help="How many facilities.")] = 36,
    folder: Annotated[Path, typer.Option(help="Where region, stack and summary lie.")] = FOLDER,
) -> None:
    """A made-up region from files to verdicts on the real stack, compared with the truth.

    Exit codes: 0 every case is as it should be, 1 one is not, or a full ID was found.
    """
    console = Console(soft_wrap=True)
    region, running = folder / "region", folder / "stack"
    _fresh(region, running)
    made = make_region(seed, region, facilities, claims)
    console.print(f"region {seed}: {made.cases} cases, {made.rows} result rows, {made.files} files")
    os.environ.update(AS_IN_A_YEAR)
    # Files of a demo are small: more of them may be in memory at once than ingest allows by itself.
    os.environ.setdefault("GOUJI_READING_AT_ONCE", "8")
    try:
        record = stack.up(running)
    except stack.DidNotStart as problem:
        sys.exit(f"the stack did not start: {problem}")
    good = False
    try:
        env = {**os.environ, **stack.environment(running)}
        place = Place(region, running, record, env, seed)
        bar = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(TextColumn("{task.description}"), *bar, console=console) as progress:
            summary, differences = asyncio.run(run(place, progress))
        summary.write(folder / "summary.json")
        show(console, summary, differences)
        good = not differences and not summary.full_ids_found and not summary.dead_letters
        if not once:
            _keep_running(console, place)
    finally:
        stack.down(running)
    sys.exit(0 if good else 1)


def _fresh(region: Path, running: Path) -> None:
    """Days that were closed cannot be lived again: every demo begins with an empty stack."""
    stack.down(running)
    for folder in (running, region):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)


def _keep_running(console: Console, place: Place) -> None:
    """Until Ctrl-C."""
    python, record = Path(sys.executable), place.record
    here = Path.cwd()
    shown = python.relative_to(here) if python.is_relative_to(here) else python
    folder = place.stack.relative_to(here) if place.stack.is_relative_to(here) else place.stack
    inside = f"http://{LOOPBACK}:{record.entries['notify'].metrics_port}"
    console.print(
        f"""
The stack keeps running. Look next at:
  phones         {record.doors[LINE]}/
  mail           {record.doors[MAIL]}/
  API            {record.http}/docs, {inside}/docs
  live verdicts  KAFKA_BROKERS={record.kafka_brokers} {shown} -m services.match watch unmatched \\
                 --from-beginning --limit 20
  processes      {shown} -m deploy.local status --folder {folder}
  logs           {folder}/logs
  summary        {folder.parent}/summary.json
  one facility   files and truth of the region below {folder.parent}/region
Ctrl-C stops everything.""",
        markup=False,
    )
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # so that they are waited for, not suffered
    signal.sigwait(ends)


if __name__ == "__main__":
    typer.run(main)
