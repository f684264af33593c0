"""`python -m services.match.replay_child DIR`: a replay with the rule tables of DIR, for `replay`.

The plan comes in on stdin; JSON lines go out on stdout. A process of its own, because the tables
are read when the modules of claims are imported.
"""

import asyncio
import gc
import os
import sys
from pathlib import Path
from typing import BinaryIO

from claims.dated import TableError, read_tables_from


def read_every_table() -> None:
    """Before the first message: what is wrong in a table is no matter of any message. Raises
    TableError."""
    import claims.case_identity
    import claims.deadlines  # noqa: F401 - both read theirs when they are imported
    from claims.layouts import PROGRAMMES, layout
    from claims.programmes import programmes

    programmes()
    for programme in PROGRAMMES:
        layout(programme)


async def work(plan_line: bytes, lines: BinaryIO) -> None:
    # Imported only now: each of these reads tables.
    import msgspec

    from services.match import replay_lines
    from services.match.replay_work import Plan, replayed
    from services.match.settings import MatchSettings

    plan = msgspec.json.decode(plan_line, type=Plan)

    def watch(done: int) -> None:
        replay_lines.write(lines, replay_lines.At(done))

    async for each in replayed(plan, MatchSettings.read(os.environ), watch):
        replay_lines.write_partition(lines, each)


def main(folder: Path) -> int:
    """Exit code 78 for tables that cannot be used, with the file, the place and the reason."""
    from pipeline.errors import PipelineError

    gc.disable()  # books are trees that live to the end: a collection would only walk them
    try:
        read_tables_from(folder)
        read_every_table()
        asyncio.run(work(sys.stdin.buffer.readline(), sys.stdout.buffer))
    except TableError as bad:
        print(f"表格錯誤 bad table: {bad}", file=sys.stderr)
        return 78
    except PipelineError as bad:
        print(f"{type(bad).__name__}: {bad}", file=sys.stderr)
        return bad.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
