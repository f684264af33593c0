"""The quick suite in one process that forks for every mutant.

The tests are collected once. A first fork runs them all and notes which functions of claims/
each one calls; a mutant then meets only the tests that call its function, the quickest first, and
dies with the first that fails. What is computed while a module is imported (tables, defaults)
needs a process that has not imported it: judge_afresh.
"""

import ast
import gc
import json
import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.mutants.changes import Mutant, functions_of
from tests.mutants.planting import Planted, forget, plant

KILLED, TIMED_OUT = "killed", "timeout"
SURVIVED, UNCALLED = "survived", "uncalled"
AFRESH = "afresh"
"""No verdict yet: the change must be there when its module is imported."""
CPU_SECONDS = 120
MEMORY = 8 << 30
DEAR = 4
"""A function that may remember fewer answers than this reads a whole table for one."""
# Loaded before the forks, so that none of them loads it again. Nothing here imports claims.
HEAVY = ("faust", "fastavro", "hypothesis.extra", "msgspec", "typer", "openpyxl")
Function = tuple[str, int]
Told = Callable[[Mutant, str], None]


class Suite:
    """A plugin of pytest: in place of running the tests once, it judges mutants with them."""

    def __init__(
        self, mutants: Iterable[Mutant], sources: dict[str, str], told: Told, red: Path
    ) -> None:
        self.mutants, self.sources, self.told, self.red = mutants, sources, told, red
        self.imported: set[Function] = set()
        self.failed = self.finished = False
        # What killed a mutant of a function is tried first on the next one.
        self.killer = mmap.mmap(-1, 8)
        self.killers: dict[Function, list[str]] = {}
        _trace(self.imported)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.setprofile(None)
        called = {node: (set(map(tuple, of)), took) for node, (of, took) in self._notes(session)}
        if not session.items or session.testsfailed:
            raise pytest.UsageError("the tests cannot be collected")
        red = [item.nodeid for item in session.items if item.nodeid not in called]
        if red:
            print(f"left out, red without a mutant: {', '.join(red)}", file=sys.stderr)
        self.red.write_text("\n".join(red), encoding="utf-8")
        gc.freeze()
        green = [item for item in session.items if item.nodeid in called]
        green.sort(key=lambda item: called[item.nodeid][1])
        if self._judge(None, green) != SURVIVED:
            raise pytest.UsageError("the tests fail in another order, without any mutant")
        callers = _callers(called)
        for mutant in self.mutants:
            code, last = self._code(mutant)
            near = callers.get(code[0], {})
            callers_here = {node for line in near if code[1] <= line <= last for node in near[line]}
            tests = [item for item in session.items if item.nodeid in callers_here]
            known = self.killers.setdefault(code, [])
            tests.sort(key=lambda item: (item.nodeid not in known, called[item.nodeid][1]))
            outcome = self._judge(mutant, tests) if tests else UNCALLED
            if outcome == KILLED:
                known.append(tests[int.from_bytes(self.killer[:8], "big")].nodeid)
            # It may also have shaped a table before any test began.
            if outcome in {UNCALLED, SURVIVED} and code in self.imported:
                outcome = AFRESH
            self.told(mutant, outcome)
        self.finished = True
        return True

    def _code(self, mutant: Mutant) -> tuple[Function, int]:
        """File and first line of the function, as a frame tells them; and its last line."""
        first, last = lines_of(mutant, self.sources[mutant.path])
        return (os.path.abspath(mutant.path), first), last

    def _notes(self, session: pytest.Session) -> Iterable[tuple[str, Any]]:
        """Per green test the functions it calls and its seconds, from a fork that runs them all."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            with os.fdopen(writing, "w") as out:
                _quiet()
                file = None
                for item, after in _in_turn(session.items):
                    # What is remembered is not called: forgotten before each test, but for tables
                    # that are dear to read, once a file.
                    forget("claims", 0 if item.path != file else DEAR)
                    file = item.path
                    calls: set[Function] = set()
                    self.failed, started = False, time.process_time()
                    _trace(calls)
                    _run(item, after)
                    sys.setprofile(None)
                    if not self.failed:
                        took = time.process_time() - started
                        out.write(json.dumps([item.nodeid, [sorted(calls), took]]) + "\n")
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as lines:
            notes = [json.loads(line) for line in lines]
        os.waitpid(child, 0)
        return notes

    def _judge(self, mutant: Mutant | None, tests: list[pytest.Item]) -> str:
        def child() -> int:
            if mutant is not None and not plant(mutant, self.sources[mutant.path]):
                return 2
            self.failed = False
            for number, (item, after) in enumerate(_in_turn(tests)):
                self.killer[:8] = number.to_bytes(8, "big")
                _run(item, after)
                if self.failed:
                    return 1
            return 0

        self.killer[:8] = bytes(8)
        return forked(child)


def judge_afresh(mutant: Mutant | None, source: str, arguments: list[str]) -> str:
    """The verdict of all tests on a mutant that is there when its module is imported.

    None is the code as it is: it must survive, or no other verdict means anything.
    """

    def child() -> int:
        if mutant is not None:
            sys.meta_path.insert(0, Planted(mutant, source))
        return 1 if pytest.main([*arguments, "-x"]) else 0

    return forked(child)


def forked(work: Callable[[], int]) -> str:
    """What became of work in a child of its own: 0 survived, 1 killed, 2 cannot be done so."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _quiet()
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            # Waiting without end costs no CPU time.
            signal.alarm(CPU_SECONDS * 5)
            code = work()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGALRM} else KILLED
    return {0: SURVIVED, 1: KILLED, 2: AFRESH}[os.WEXITSTATUS(status)]


def lines_of(mutant: Mutant, source: str) -> tuple[int, int]:
    """The line a code object gives as its first (that of its first decorator, if it has any), and
    the last one of the function. What is defined between is part of it."""
    for prefix, function in functions_of(ast.parse(source)):
        if prefix + function.name == mutant.scope:
            last = function.end_lineno or 0
            first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
            if first <= mutant.line <= last:
                return first, last
    return 0, 0


def _callers(called: dict[str, tuple[set[Any], float]]) -> dict[str, dict[int, set[str]]]:
    """Per file and first line of a function, the tests that call it."""
    found: dict[str, dict[int, set[str]]] = {}
    for node, (functions, _) in called.items():
        for path, line in functions:
            found.setdefault(path, {}).setdefault(line, set()).add(node)
    return found


def _quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _run(item: pytest.Item, after: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


def _in_turn(items: list[pytest.Item]) -> Iterable[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _trace(into: set[Function]) -> None:
    """Note every function of claims/ that is called from now on."""
    root = os.path.abspath("claims") + os.sep

    def on(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(root):
            into.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    sys.setprofile(on)
