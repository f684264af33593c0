"""`make mutants`: small wrong changes in claims/, and whether a test notices each of them.

Exit 0 when at least 85 % of the mutants are killed, else 1. A run that was broken off goes on
where it stopped. README.md beside this file says what is changed and what is not.
"""

import importlib
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from tests.mutants.changes import Mutant, mutants_of
from tests.mutants.judging import Judge
from tests.mutants.record import BAR, Record, digest_of, report
from tests.mutants.suite import HEAVY

PLACE = Path(".run/mutants")


def run(
    sample: Annotated[int, typer.Option(help="So many mutants by chance; 0: all.")] = 0,
    seed: Annotated[int, typer.Option(help="Which sample; a larger one holds the smaller.")] = 1,
    jobs: Annotated[int, typer.Option(help="Processes at once.")] = 2,
    tests: Annotated[list[str] | None, typer.Option(help="Only these, against survivors.")] = None,
    module: Annotated[list[str] | None, typer.Option(help="Only files of this name part.")] = None,
) -> None:
    """Judge mutants of claims/ by the quick tests. 以程式變異檢驗測試。"""
    sources = {
        path.as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(Path("claims").rglob("*.py"))
        if not module or any(part in path.as_posix() for part in module)
    }
    mutants = chosen(sources, sample, seed)
    PLACE.mkdir(parents=True, exist_ok=True)
    record = Record(PLACE / "outcomes.jsonl", sources, digest_of(Path("tests").rglob("*.py")))
    print(f"seed {seed}: {len(mutants)} mutants in {len(sources)} files", file=sys.stderr)
    started = time.monotonic()
    judge(mutants, sources, record, jobs, tests or [])
    record.read()
    text, killed = report(mutants, record)
    (PLACE / "report.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"{killed:.1%} killed in {time.monotonic() - started:,.0f} s; bar {BAR:.0%}")
    raise typer.Exit(0 if killed >= BAR else 1)


def chosen(sources: dict[str, str], sample: int, seed: int) -> list[Mutant]:
    """All mutants or a sample, in the order drawn: what is judged first is a sample as well."""
    mutants = [mutant for path, text in sources.items() for mutant in mutants_of(path, text)]
    random.Random(seed).shuffle(mutants)
    return mutants[:sample] if sample else mutants


def judge(
    mutants: list[Mutant], sources: dict[str, str], record: Record, jobs: int, tests: list[str]
) -> None:
    """Every worker takes each jobs-th mutant and a folder of its own."""
    for name in HEAVY:
        importlib.import_module(name)
    children = []
    for number in range(jobs):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with tempfile.TemporaryDirectory() as scratch:
                    Judge(mutants[number::jobs], sources, record, Path(scratch)).run(tests)
                code = 0
            except SystemExit as wrong:
                print(wrong, file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        children.append(child)
    ended = [os.waitpid(child, 0)[1] for child in children]
    if any(ended):
        raise SystemExit("broken off; what was judged is kept")


if __name__ == "__main__":
    typer.run(run)
