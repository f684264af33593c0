"""Keeps a list of programs running: restarts with back-off, ends them in reverse order."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from deploy.local.processes import Program, Started, spawn

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A process that lived this long has recovered: its next restart is quick again.
WELL_AFTER = 60.0


@dataclass(slots=True)
class Child:
    """One program and the process that runs it now."""

    program: Program
    started: Started
    handle: "subprocess.Popen[bytes]" = field(repr=False)
    since: float
    restarts: int = 0
    pause: float = FIRST_PAUSE
    # When it may be started again; None while it runs.
    again_at: float | None = None


class Supervisor:
    """Starts programs in order and looks after them; `changed` is told after every start."""

    def __init__(
        self, changed: Callable[[Child], None], clock: Callable[[], float] = monotonic
    ) -> None:
        self.children: list[Child] = []
        self._changed = changed
        self._clock = clock

    def start(self, program: Program) -> Child:
        started, handle = spawn(program)
        child = Child(program, started, handle, self._clock())
        self.children.append(child)
        self._changed(child)
        return child

    def look_after(self) -> None:
        """One round: notice who ended, start again whose pause is over."""
        now = self._clock()
        for child in self.children:
            if child.again_at is None:
                if child.handle.poll() is not None:
                    self._plan_restart(child, now)
            elif now >= child.again_at:
                self._restart(child, now)

    def stop(self) -> None:
        """End all, the last started first: services before the broker they speak to."""
        for child in reversed(self.children):
            child.started.stop()
            child.handle.wait()
        self.children.clear()

    def _plan_restart(self, child: Child, now: float) -> None:
        if now - child.since >= WELL_AFTER:
            child.pause = FIRST_PAUSE
        child.again_at = now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _restart(self, child: Child, now: float) -> None:
        child.started, child.handle = spawn(child.program)
        child.since, child.again_at = now, None
        child.restarts += 1
        self._changed(child)
