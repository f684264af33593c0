"""`make prove`: many random histories against the oracle, and near twins that must not match.

Exit 0 when all hold; 1 with the seed and the smallest history that fails.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.support.oracle.near_twins import Twins, twins_of
from tests.support.oracle.proof import failure_of, random_moves, smallest

T = TypeVar("T")
CHUNK, PAIRS = 25, 2000
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def prove(
    histories: Annotated[int, typer.Option(help="Random histories.")] = 100_000,
    twins: Annotated[int, typer.Option(help="Pairs that differ in one key field.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="First seed; each history has one of its own.")] = 1,
    processes: Annotated[int, typer.Option(help="Processes at once.")] = 2,
) -> None:
    """Play random histories against the oracle. 以隨機歷程驗證，並附最小反例。"""
    console = Console()
    console.print(f"seed {seed}, {histories:,} histories, {twins:,} near twins")
    pool = ProcessPoolExecutor(processes)
    try:
        started = time.monotonic()
        starts = range(seed, seed + histories, CHUNK)
        jobs = [(start, min(CHUNK, seed + histories - start)) for start in starts]
        work = pool.map(_failing_seed, jobs)
        failing = next(_watched(console, "histories", work, CHUNK, histories, bool), None)
        if failing is not None:
            _tell(console, failing)
            raise typer.Exit(1)
        _figure(console, "histories agree with the oracle", histories, started)
        started = time.monotonic()
        pairs = [(seed + number, PAIRS) for number in range(-(-twins // PAIRS))]
        found = pool.map(_twins, pairs)
        wrong = next(_watched(console, "near twins", found, PAIRS, twins, _matched), None)
        if wrong is not None:
            console.print(f"[red]seed {wrong.seed}: {wrong.false[:5]} {wrong.missed[:5]}")
            raise typer.Exit(1)
        _figure(console, "near twins, none matched", twins, started)
    finally:
        pool.shutdown(cancel_futures=True)


def _watched(
    console: Console, what: str, work: Iterator[T], each: int, total: int, bad: Callable[[T], bool]
) -> Iterator[T]:
    """Results that are bad, while a bar shows how many are done."""
    with Progress(*COLUMNS, console=console) as progress:
        bar = progress.add_task(what, total=total)
        for result in work:
            progress.advance(bar, each)
            if bad(result):
                yield result


def _figure(console: Console, what: str, count: int, started: float) -> None:
    seconds = time.monotonic() - started
    console.print(f"{count:,} {what}: {seconds:,.0f} s, {count / max(seconds, 0.001):,.0f}/s")


def _failing_seed(job: tuple[int, int]) -> int:
    """The first seed of a chunk that fails; 0 when none does."""
    start, count = job
    for seed in range(start, start + count):
        if failure_of(*random_moves(seed)) is not None:
            return seed
    return 0


def _tell(console: Console, seed: int) -> None:
    failure = failure_of(*random_moves(seed))
    assert failure is not None
    console.print(f"[red]seed {seed} fails; making it small")
    console.print(str(smallest(failure)), markup=False, highlight=False)


def _twins(job: tuple[int, int]) -> Twins:
    return twins_of(*job)


def _matched(found: Twins) -> bool:
    return bool(found.false or found.missed)


if __name__ == "__main__":
    typer.run(prove)
