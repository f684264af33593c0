"""Rows of the first sheet of an XLSX workbook. Formulas are never evaluated: stored values only.

Every part is looked at before it is trusted: XML with a DTD is refused, and a table of texts that
would not fit into memory. source: uploads.md section 1; R-27.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

from openpyxl import load_workbook

from services.ingest.reading.container import (
    MAX_RATIO,
    MIB,
    RATIO_COUNTS_FROM,
    READ_ERRORS,
    Container,
)
from services.ingest.reading.findings import FileRefused
from services.ingest.reading.raw_rows import MAX_CELL, MAX_COLUMNS, MAX_ROW, TOO_LONG, RawRow

# Texts and styles are held whole by the spreadsheet library; sheets are streamed.
MAX_HELD, MAX_SHEETS = 24 * MIB, 256 * MIB
MAX_ROWS = 1_048_576
_FAR_AWAY = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{0,3}([0-9]{7,})""")


class XlsxRows:
    """See RawRows."""

    def __init__(self, container: Container) -> None:
        self.width = 0
        self.broken = 0
        self.spreadsheet = True
        self.first_bad: int | None = None
        check_parts(container)
        self._container = container

    def __iter__(self) -> Iterator[RawRow]:
        # Opened here: by path the library insists on the name of a workbook.
        with self._container.path.open("rb") as file:
            try:
                book = load_workbook(file, read_only=True, data_only=True)
            except Exception as damage:  # the library raises whatever it meets in the parts
                raise FileRefused("F_CONTAINER", type(damage).__name__) from None
            try:
                yield from self._rows(book)
            finally:
                book.close()

    def _rows(self, book: Any) -> Iterator[RawRow]:
        if not book.worksheets:
            return
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
        row_no = 0
        while True:
            try:
                values = next(rows, None)
            except Exception:  # a damaged cell ends the sheet: say where
                self.broken = row_no + 1
                return
            if values is None:
                return
            row_no += 1
            if row_no > MAX_ROWS:
                self.broken = row_no
                return
            yield self._row(row_no, values)

    def _row(self, row_no: int, values: tuple[Any, ...]) -> RawRow:
        if values.count(None) == len(values):
            return RawRow(row_no, [])
        cells = [_text(value) for value in values]
        while len(cells) > self.width and cells and cells[-1] == "":
            cells.pop()
        cells += [""] * (self.width - len(cells))
        sizes = [len(cell) for cell in cells if isinstance(cell, str)]
        too_long = sum(sizes) > MAX_ROW or max(sizes, default=0) > MAX_CELL
        return RawRow(row_no, [] if too_long else cells, TOO_LONG if too_long else "")


def _text(value: Any) -> str | date:
    """A cell as the user sees it, dates as dates; numbers with the fifteen digits a sheet shows."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else f"{value:.14E}"
    if isinstance(value, float):
        shown = f"{value:.15g}"
        return shown.upper() if "e" in shown else shown
    assert isinstance(value, time | timedelta)
    return str(value)


def check_parts(container: Container) -> None:
    """Raises FileRefused: F_UNSAFE for a DTD or oversized parts, F_CONTAINER for damaged ones."""
    try:
        with zipfile.ZipFile(container.path) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(entry) as part:
                        _check_part(part, entry)
    except (*READ_ERRORS, expat.ExpatError, OSError, ValueError, RuntimeError) as damage:
        raise FileRefused("F_CONTAINER", type(damage).__name__) from None


def _check_part(part: Any, entry: zipfile.ZipInfo) -> None:
    is_sheet = entry.filename.startswith("xl/worksheets/")
    limit = MAX_SHEETS if is_sheet else MAX_HELD
    packed = max(1, entry.compress_size)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    total, tail = 0, b""
    while chunk := part.read(MIB):
        total += len(chunk)
        if total > limit or (total > RATIO_COUNTS_FROM and total > packed * MAX_RATIO):
            raise FileRefused("F_UNSAFE", f"> {limit} bytes", hint="試算表解壓縮後過大。")
        parser.Parse(chunk, False)
        if is_sheet:
            _check_places(tail + chunk)
            tail = chunk[-40:]
    if total:
        parser.Parse(b"", True)


def _check_places(xml: bytes) -> None:
    """A row number beyond all spreadsheets would make the library count up to it."""
    for place in _FAR_AWAY.finditer(xml):
        if int(place[1][:12]) > MAX_ROWS:
            raise FileRefused("F_UNSAFE", hint="試算表的列號超出範圍。")


def _refuse_doctype(*_: Any) -> None:
    raise FileRefused("F_UNSAFE", hint="試算表含有 DTD。")
