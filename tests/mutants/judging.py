"""One worker's share of the mutants: the quick tests, then afresh, then the random histories."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.mutants.changes import Mutant
from tests.mutants.record import ALIVE, Record
from tests.mutants.suite import AFRESH, MET_LAWS, SURVIVED, Suite, judge_afresh

QUICK = (
    *("tests/spec", "tests/unit/claims", "tests/contract/test_rules_page.py"),
    "tests/unit/services",
)
# Random histories take seconds: they only meet what everything quicker let pass.
LAWS = ("tests/generative/test_life.py", "tests/generative/test_neighbour_laws.py")


class Judge:
    """Judges its mutants and keeps every outcome at once. scratch is its own folder."""

    def __init__(
        self, mutants: list[Mutant], sources: dict[str, str], record: Record, scratch: Path
    ) -> None:
        self.mutants, self.sources, self.record, self.scratch = mutants, sources, record, scratch
        self.done = sum(record.of(mutant) is not None for mutant in mutants)
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(scratch / "examples")
        self.options = [
            *("-q", "--no-header", "--capture=no", "--assert=plain", "-p", "no:cacheprovider"),
            f"--basetemp={scratch / 'tests'}",
        ]

    def run(self, laws: bool) -> None:
        quick = [*QUICK]
        self._in_place(quick, (one for one in self.mutants if one.scope and not self._of(one)))
        self._afresh(quick, [one for one in self.mutants if self._of(one) in {None, AFRESH}])
        if laws:
            alive = [one for one in self.mutants if one.scope and self._of(one) == SURVIVED]
            self.done -= len(alive)
            self._in_place([*LAWS], alive, {SURVIVED: MET_LAWS})

    def _of(self, mutant: Mutant) -> str | None:
        return self.record.of(mutant)

    def _in_place(
        self, tests: list[str], mutants: Iterable[Mutant], said: dict[str, str] | None = None
    ) -> None:
        """In a child: this process must not have imported claims when it judges afresh."""
        waiting = list(mutants)
        child = os.fork()
        if child == 0:

            def told(mutant: Mutant, outcome: str) -> None:
                self._told(mutant, (said or {}).get(outcome, outcome))

            suite = Suite(waiting, self.sources, told, self.scratch / "red")
            code = pytest.main([*self.options, *tests], plugins=[suite])
            os._exit(0 if suite.finished else int(code) or 1)
        if os.waitpid(child, 0)[1]:
            raise SystemExit("the tests cannot be run")
        self.done += len(waiting)
        self.record.read()

    def _afresh(self, tests: list[str], mutants: list[Mutant]) -> None:
        red = (self.scratch / "red").read_text(encoding="utf-8").splitlines()
        arguments = [*self.options, *tests, *(f"--deselect={name}" for name in red)]
        self.done -= sum(self._of(mutant) == AFRESH for mutant in mutants)
        if mutants and judge_afresh(None, "", arguments) != SURVIVED:
            raise SystemExit("the tests fail without any mutant")
        for mutant in mutants:
            self._told(mutant, judge_afresh(mutant, self.sources[mutant.path], arguments))

    def _told(self, mutant: Mutant, outcome: str) -> None:
        self.done += 1
        self.record.keep(mutant, outcome)
        if outcome in ALIVE or self.done % 25 == 0:
            shown = f"{outcome:9}{mutant.path}:{mutant.line} {mutant.text}"
            print(f"{self.done:5}/{len(self.mutants)} {shown}", file=sys.stderr, flush=True)
