"""What all commands share: settings from the environment, errors as one clear line, exit codes."""

import asyncio
import dataclasses
import os
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import asyncpg
import typer
from rich.console import Console

from pipeline.errors import BadSettings, PipelineError
from pipeline.settings import Settings
from services.ingest.action_door import ActionRefused
from services.ingest.closing import CannotClose
from services.ingest.intake import SamePerson
from services.ingest.precheck import TooManyRows
from services.ingest.reading.column_map import MapError
from services.ingest.receipts import BadReceipt
from services.ingest.registry import RegistryRefuses
from services.ingest.settings import IngestSettings

S = TypeVar("S", bound=Settings)
T = TypeVar("T")

REFUSED = 1
EXIT_CODES = (
    "Exit codes: 0 done, 1 something was refused, 2 wrong use, 75 try again later (broker or "
    "database away), 78 a setting is missing or wrong. "
    "結束代碼：0 完成，1 有退件或被拒，2 用法錯誤，75 請稍後再試，78 設定錯誤。"
)
# Results go to stdout, everything about the way to them to stderr.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_EXPECTED = (CannotClose, RegistryRefuses, BadReceipt, ActionRefused, SamePerson, TooManyRows)


def leave(message: str, code: int) -> NoReturn:
    """One line to stderr, and out."""
    err.print(message, markup=False)
    raise typer.Exit(code)


def read(kind: type[S]) -> S:
    """The settings of a command; leaves with 78 and every bad variable named."""
    try:
        return kind.read(os.environ)
    except BadSettings as bad:
        leave(f"設定錯誤 bad settings: {bad}", bad.exit_code)


def read_ingest(business_day: bool) -> IngestSettings:
    """The same with ``--business-day`` applied."""
    settings = read(IngestSettings)
    return dataclasses.replace(settings, business_day=True) if business_day else settings


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end; a failure becomes one line and an exit code."""
    try:
        return asyncio.run(work())
    except _EXPECTED as refused:
        leave(str(refused), REFUSED)
    except MapError as bad:
        leave(f"欄位對照表錯誤 bad column map: {bad}", BadSettings.exit_code)
    except PipelineError as bad:
        leave(f"{type(bad).__name__}: {bad}", bad.exit_code)
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError) as bad:
        leave(f"資料庫或檔案無法使用 not available: {type(bad).__name__}", 75)
