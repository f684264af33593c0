"""One worker's share of the mutants: those in functions first, then those judged afresh."""

import os
import sys
from pathlib import Path

import pytest

from tests.mutants.changes import Mutant
from tests.mutants.record import ALIVE, Record
from tests.mutants.suite import AFRESH, SURVIVED, Suite, judge_afresh

QUICK = (
    *("tests/spec", "tests/unit/claims", "tests/unit/services"),
    *("tests/contract/test_rules_page.py", "tests/contract/test_messages_page.py"),
)


class Judge:
    """Judges its mutants and keeps every outcome at once. scratch is its own folder."""

    def __init__(
        self, mutants: list[Mutant], sources: dict[str, str], record: Record, scratch: Path
    ) -> None:
        self.mutants, self.sources, self.record, self.scratch = mutants, sources, record, scratch
        self.only_kills = False
        self.done = sum(record.of(mutant) is not None for mutant in mutants)
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(scratch / "examples")
        self.options = [
            *("-q", "--no-header", "--capture=no", "--assert=plain", "-p", "no:cacheprovider"),
            f"--basetemp={scratch / 'tests'}",
        ]

    def run(self, tests: list[str]) -> None:
        """All quick tests; or only ``tests``, against what is not killed: then only kills count."""
        waiting = [one for one in self.mutants if not self._is_dead(one)]
        if tests:
            self.only_kills, self.done = True, len(self.mutants) - len(waiting)
        else:
            waiting = [one for one in waiting if not self.record.of(one)]
        tests = tests or [*QUICK]
        self._in_place(tests, [one for one in waiting if one.scope])
        self._afresh(tests, [one for one in waiting if not one.scope or self._is_left(one)])

    def _is_dead(self, mutant: Mutant) -> bool:
        return self.record.last(mutant) not in {None, *ALIVE}

    def _is_left(self, mutant: Mutant) -> bool:
        return self.record.of(mutant) == AFRESH

    def _in_place(self, tests: list[str], waiting: list[Mutant]) -> None:
        """In a child: this process must not have imported claims when it judges afresh."""
        child = os.fork()
        if child == 0:
            suite = Suite(waiting, self.sources, self._told, self.scratch / "red")
            code = pytest.main([*self.options, *tests], plugins=[suite])
            os._exit(0 if suite.finished else int(code) or 1)
        if os.waitpid(child, 0)[1]:
            raise SystemExit("the tests cannot be run")
        self.done += len(waiting)
        self.record.read()

    def _afresh(self, tests: list[str], mutants: list[Mutant]) -> None:
        red = (self.scratch / "red").read_text(encoding="utf-8").splitlines()
        arguments = [*self.options, *tests, *(f"--deselect={name}" for name in red)]
        self.done -= sum(self._is_left(mutant) for mutant in mutants)
        if mutants and judge_afresh(None, "", arguments) != SURVIVED:
            raise SystemExit("the tests fail without any mutant")
        for mutant in mutants:
            self._told(mutant, judge_afresh(mutant, self.sources[mutant.path], arguments))

    def _told(self, mutant: Mutant, outcome: str) -> None:
        self.done += 1
        if not self.only_kills or outcome not in {*ALIVE, AFRESH}:
            self.record.keep(mutant, outcome)
        if outcome in ALIVE or self.done % 25 == 0:
            shown = f"{outcome:9}{mutant.path}:{mutant.line} {mutant.text}"
            print(f"{self.done:5}/{len(self.mutants)} {shown}", file=sys.stderr, flush=True)
