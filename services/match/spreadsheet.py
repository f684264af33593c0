"""A CSV file that opens in a spreadsheet: UTF-8 with BOM, and no cell that begins a formula."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sheet:
    """Rows of text on their way to a file."""

    def __init__(self, writer: Any, heads: Sequence[str]) -> None:
        self._writer = writer
        writer.writerow(heads)

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        self._writer.writerows([_safe(cell) for cell in row] for row in rows)


@contextmanager
def a_sheet(path: Path, heads: Sequence[str]) -> Iterator[Sheet]:
    """The file appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            yield Sheet(csv.writer(file), heads)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _safe(cell: str) -> str:
    """What others typed is no formula: an apostrophe in front keeps it a text."""
    return "'" + cell if cell.startswith(FORMULA) else cell
