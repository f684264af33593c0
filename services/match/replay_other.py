"""The same replay with other rules, in a process of its own; and where the two disagree."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from claims.states import ZH
from services.match.replay_cases import HEADS, CaseRow
from services.match.replay_lines import At, Case, read
from services.match.replay_stage import ReplayStopped
from services.match.replay_work import Plan, Replayed, Watch
from services.match.settings import MatchSettings

MODULE = "services.match.replay_child"
CHANGED_HEADS = (*HEADS, "改後狀態", "改後狀態代碼", "改後原因", "改後期限")


@asynccontextmanager
async def other_rules(
    folder: Path, plan: Plan, settings: MatchSettings, watch: Watch
) -> AsyncIterator["OtherReplay"]:
    """The process runs while the body does; it says itself on stderr what it fails of."""
    env = {
        **os.environ,
        "KAFKA_BROKERS": settings.brokers,
        "GOUJI_SCHEMAS_DIR": str(settings.schemas_dir),
    }
    command = (sys.executable, "-m", MODULE, str(folder))
    process = await asyncio.create_subprocess_exec(*command, env=env, stdin=PIPE, stdout=PIPE)
    replay = OtherReplay(process, watch)
    reading = asyncio.create_task(replay.read(plan))
    try:
        yield replay
    finally:
        reading.cancel()
        if process.returncode is None:
            process.kill()
        await process.wait()


class OtherReplay:
    """What the other process found, a partition at a time; it works at most one ahead."""

    def __init__(self, process: Process, watch: Watch) -> None:
        self._process, self._watch = process, watch
        self._found: asyncio.Queue[Replayed | int] = asyncio.Queue(1)

    async def read(self, plan: Plan) -> None:
        lines, orders = self._process.stdout, self._process.stdin
        assert lines is not None and orders is not None
        orders.write(msgspec.json.encode(plan) + b"\n")
        cases: list[CaseRow] = []
        async for text in lines:
            line = read(text)
            if isinstance(line, At):
                self._watch(line.done)
            elif isinstance(line, Case):
                cases.append(line.row)
            else:
                found = Replayed(line.partition, line.closed_on, line.set_aside, cases)
                await self._found.put(found)
                cases = []
        await self._found.put(await self._process.wait())

    async def partition(self) -> Replayed:
        """The next one. Raises ReplayStopped when the process ended before it."""
        found = await self._found.get()
        if isinstance(found, int):
            raise ReplayStopped("the replay with the other rules ended early", found)
        return found


class Changed(NamedTuple):
    """A case on which two sets of rules disagree; None where one of them has no such case."""

    now: CaseRow | None
    then: CaseRow | None

    @property
    def row(self) -> CaseRow:
        row = self.now or self.then
        assert row is not None
        return row

    def cells(self) -> tuple[str, ...]:
        """One text for each of CHANGED_HEADS."""
        row, then = self.row, self.then
        now = row.cells()
        if self.now is None:
            now = (*now[:6], "", "", "", "", "", "")
        if then is None:
            return (*now, "", "", "", "")
        cells = then.cells()
        return (*now, ZH.get(then.state, then.state), then.state, cells[8], cells[9])


def differences(now: Sequence[CaseRow], then: Iterable[CaseRow]) -> Iterator[Changed]:
    """Cases whose state or reasons differ, in the order of ``now``, then what only ``then`` has."""
    others = {row.case_id: row for row in then}
    for row in now:
        other = others.pop(row.case_id, None)
        if other is None or other.verdict != row.verdict:
            yield Changed(row, other)
    for row in others.values():
        yield Changed(None, row)


def words_of(row: CaseRow | None) -> str:
    """``late DATE_MISMATCH`` for the table on the screen."""
    if row is None:
        return "－"
    codes = dict.fromkeys(reason.code for reason in row.reasons)
    return " ".join((ZH.get(row.state, row.state), row.state, *codes))
