"""What all commands share: settings from the environment, errors as one clear line, exit codes."""

import os
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import asyncpg
import typer
import uvloop
from rich.console import Console

from pipeline.errors import BadSettings, PipelineError
from pipeline.settings import Settings

S = TypeVar("S", bound=Settings)
T = TypeVar("T")

REFUSED, TRY_LATER = 1, 75
EXIT_CODES = (
    "Exit codes: 0 done, 1 something was refused, 2 wrong use, 75 try again later (broker or "
    "database away), 78 a setting is missing or wrong. "
    "結束代碼：0 完成，1 被拒，2 用法錯誤，75 請稍後再試，78 設定錯誤。"
)
# Results go to stdout, everything about the way to them to stderr.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


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


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end; a failure becomes one line and an exit code."""
    try:
        return uvloop.run(work())
    except PipelineError as bad:
        leave(f"{type(bad).__name__}: {bad}", bad.exit_code)
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError) as bad:
        leave(f"資料庫或服務無法使用 not available: {type(bad).__name__}", TRY_LATER)


def run_for_ever(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The same for a process that only a signal ends."""
    run(work)
