"""The supervisor and `down`, on real processes of this machine."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.local import stack
from deploy.local.processes import MARK, Program, Started, detach, marked
from deploy.local.record import Entry, Record
from deploy.local.supervisor import LONGEST_PAUSE, Child, Supervisor

WAITS = (sys.executable, "-c", "import signal; signal.pause()")
ENDS = (sys.executable, "-c", "raise SystemExit(3)")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def supervisor(clock: Clock, seen: list[str]) -> Iterator[Supervisor]:
    def changed(child: Child) -> None:
        seen.append(f"{child.program.name} {child.restarts}")

    supervisor = Supervisor(changed, clock)
    yield supervisor
    supervisor.stop()


def a_program(folder: Path, name: str = "waits", command: tuple[str, ...] = WAITS) -> Program:
    mark = {**os.environ, MARK: folder.name}
    return Program(name, command, folder / f"{name}.log", env=mark, patience=5.0)


def killed(child: Child) -> None:
    child.started.kill()
    child.handle.wait()


def test_a_killed_child_is_started_again_after_its_pause(
    supervisor: Supervisor, clock: Clock, seen: list[str], tmp_path: Path
) -> None:
    child = supervisor.start(a_program(tmp_path))
    first = child.started
    killed(child)

    supervisor.look_after()
    assert child.again_at == 0.5, "noticed, and not yet started"
    clock.now = 0.5
    supervisor.look_after()

    assert child.started.is_alive() and child.started != first
    assert seen == ["waits 0", "waits 1"]


def test_the_pause_doubles_up_to_its_limit_and_shrinks_after_a_good_while(
    supervisor: Supervisor, clock: Clock, tmp_path: Path
) -> None:
    child = supervisor.start(a_program(tmp_path, "ends", ENDS))
    pauses = []
    for _ in range(8):
        child.handle.wait()
        supervisor.look_after()
        assert child.again_at is not None
        pauses.append(child.again_at - clock.now)
        clock.now = child.again_at
        supervisor.look_after()
    assert pauses == [0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]

    child.handle.wait()
    clock.now += 61
    supervisor.look_after()
    assert child.again_at == clock.now + 0.5


def test_children_end_in_the_reverse_order_of_their_start(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    log = tmp_path / "order"
    says = (
        "import signal, sys\n"
        "def end(*_):\n"
        f"    open({str(log)!r}, 'a').write(sys.argv[1]); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()\n"
    )
    for name in "abc":
        command = (sys.executable, "-c", says, name)
        child = supervisor.start(a_program(tmp_path, name, command))
        while not child.program.log.read_bytes():
            assert child.handle.poll() is None
    supervisor.stop()
    assert log.read_text() == "cba"


@pytest.fixture
def left_behind(tmp_path: Path) -> Iterator[dict[str, Started]]:
    """What a supervisor that was killed leaves: two recorded processes and an unrecorded one."""
    names = ("supervisor", "broker", "service", "unrecorded")
    processes = {name: detach(a_program(tmp_path, name)) for name in names}
    processes["supervisor"].kill()
    yield processes
    for process in processes.values():
        process.kill()


def a_record(folder: Path, left: dict[str, Started]) -> Record:
    record = Record(folder.name, left["supervisor"], "k", "d", {}, "ready")
    for name in ("broker", "service"):
        record.entries[name] = Entry(name, left[name], "log")
    return record


def test_down_stops_everything_a_crashed_supervisor_left(
    left_behind: dict[str, Started], tmp_path: Path
) -> None:
    a_record(tmp_path, left_behind).write(tmp_path)
    assert stack.down(tmp_path) == ["broker", "service"]
    assert not [name for name, process in left_behind.items() if process.is_alive()]
    assert list(marked(tmp_path.name)) == []
    assert stack.down(tmp_path) == [], "a second time there is nothing left to do"


def test_down_leaves_a_stranger_alone_who_got_a_recorded_id(tmp_path: Path) -> None:
    stranger = detach(Program("stranger", WAITS, tmp_path / "stranger.log"))
    try:
        earlier = replace(stranger, began=stranger.began - 60)
        record = Record("nobody carries this", earlier, "k", "d", {}, "ready")
        record.entries["match"] = Entry("match", earlier, "log")
        record.write(tmp_path)
        assert stack.down(tmp_path) == []
        assert stranger.is_alive()
    finally:
        stranger.kill()


def test_a_process_that_ignores_the_request_is_killed_when_its_patience_is_over(
    tmp_path: Path,
) -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    program = Program("deaf", (sys.executable, "-c", deaf), tmp_path / "log", patience=0.2)
    started = detach(program)
    with suppress(psutil.NoSuchProcess):
        while not program.log.read_bytes():
            assert started.is_alive()
        assert started.stop()
    assert not started.is_alive()
