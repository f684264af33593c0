"""What the commands of match share: settings, one clear line for an error, exit codes."""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from claims.codes import facility_code
from claims.periods import from_iso
from pipeline.errors import BadSettings, PipelineError
from services.match.log_range import Range
from services.match.settings import MatchSettings

T = TypeVar("T")

REFUSED, WRONG_USE = 1, 2
EXIT_CODES = (
    "Exit codes: 0 done, 1 there is no such thing or it is not complete yet, 2 wrong use, 75 try "
    "again later (no broker), 78 a setting is missing or wrong. "
    "結束代碼：0 完成，1 查無資料或尚未齊備，2 用法錯誤，75 請稍後再試，78 設定錯誤。"
)
# Results go to stdout, everything about the way to them to stderr.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Brokers = Annotated[
    str, typer.Option(envvar="KAFKA_BROKERS", help="Kafka brokers, host:port after commas.")
]
SchemasDir = Annotated[
    Path, typer.Option(envvar="GOUJI_SCHEMAS_DIR", help="Folder of the Avro schemas.")
]
Facility = Annotated[str, typer.Option(help="Only this facility 醫事機構代碼.")]
BROKERS, SCHEMAS_DIR = "localhost:9092", Path("schemas/avro")


def leave(message: str, code: int) -> NoReturn:
    """One line to stderr, and out."""
    err.print(message, markup=False)
    raise typer.Exit(code)


def settings_of(brokers: str, schemas_dir: Path) -> MatchSettings:
    """The settings of the worker, whose keys name persons; leaves with 78 and what is wrong."""
    try:
        return MatchSettings.read(
            {**os.environ, "KAFKA_BROKERS": brokers, "GOUJI_SCHEMAS_DIR": str(schemas_dir)}
        )
    except BadSettings as bad:
        leave(f"設定錯誤 bad settings: {bad}", bad.exit_code)


def day_of(text: str) -> int:
    """``2025-05-30`` as a day; leaves with 2 for anything else."""
    try:
        date.fromisoformat(text)
        return from_iso(text)
    except ValueError:
        leave("日期格式 expected yyyy-MM-dd", WRONG_USE)


def facility_of(text: str) -> str:
    """The canonical code; empty for none; leaves with 2 for a text that is no code."""
    if not text:
        return ""
    read = facility_code(text)
    if not read.ok:
        leave(f"醫事機構代碼格式不符 no facility code: {read.code}", WRONG_USE)
    return read.value


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end; a failure becomes one line and an exit code."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # else a second line
    try:
        return asyncio.run(work())
    except PipelineError as bad:
        leave(f"{type(bad).__name__}: {bad}", bad.exit_code)
    except OSError as bad:
        leave(f"檔案無法使用 not available: {type(bad).__name__}", 75)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def a_bar() -> Progress:
    """Progress bars on stderr, gone at the end; none where nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


@contextmanager
def watched(what: str, ranges: Sequence[Range]) -> Iterator[Callable[[int], None]]:
    """A progress bar over the offsets of some ranges; gives what is told how many are done."""
    with a_bar() as bar:
        task = bar.add_task(what, total=sum(each.end - each.begin for each in ranges))
        yield lambda done: bar.update(task, completed=done)
