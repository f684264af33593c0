"""A recovery system beside the stack: the sample subscriber of examples/, killed once on its way.

At the end its ledger is laid beside the truth: how many recoveries stand in each phase, and for
how many points.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from bench.compare import Difference

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "examples" / "recovery_ledger.py"
Sums = dict[str, tuple[int, Decimal]]
"""By phase: how many recoveries stand there, and their points."""


class RecoverySystem:
    """Runs the subscriber as a process of its own, over one ledger file."""

    def __init__(self, brokers: str, folder: Path, env: Mapping[str, str]) -> None:
        self._brokers, self._env = brokers, dict(env)
        self.ledger = folder / "recoveries.sqlite"
        self._log = folder / "recoveries.log"
        self._process: asyncio.subprocess.Process | None = None
        self.starts = 0

    async def start(self) -> None:
        words = (str(PROGRAM), self._brokers, str(ROOT / "schemas" / "avro"), str(self.ledger))
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *words, env=self._env, stdout=log, stderr=log
            )
        self.starts += 1

    async def stop(self) -> None:
        """Without warning, as a machine that fails."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    def has_read(self, ends: Mapping[int, int]) -> bool:
        """Whether it kept everything before these offsets of its topic."""
        known: dict[int, int] = {}
        try:
            with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True) as books:
                known = dict(books.execute("SELECT part, next FROM position").fetchall())
        except sqlite3.OperationalError:
            pass  # not made yet
        return all(known.get(part, 0) >= end for part, end in ends.items())

    def sums(self) -> Sums:
        """Recoveries and points by phase."""
        with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True) as books:
            found = books.execute("SELECT phase, points FROM recovery").fetchall()
        return summed(found)


def summed(recoveries: Iterable[tuple[str, str]]) -> Sums:
    """recoveries: phase and points of each."""
    sums: Sums = {}
    for phase, points in recoveries:
        count, total = sums.get(phase, (0, Decimal(0)))
        sums[phase] = count + 1, total + Decimal(points)
    return sums


def expected_sums(region: Path) -> Sums:
    """The same by the truth: the last phase of every recovery."""
    truth = json.loads((region / "truth.json").read_text(encoding="utf-8"))
    return summed(
        (order[-1], case["points"]) for case in truth["cases"] for order in case["orders"]
    )


def compare_sums(expected: Sums, found: Sums) -> list[Difference]:
    return [
        Difference("recovery system", "", phase, str(expected.get(phase)), str(found.get(phase)))
        for phase in sorted({*expected, *found})
        if expected.get(phase) != found.get(phase)
    ]
