"""Rows of a CSV file, one record at a time; damage costs the row it stands in, not its neighbours.

A quote that is never closed would swallow the rest of the file: such a record is given up after its
first line, and reading goes on with the second.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from datetime import date

from services.ingest.reading.container import Container
from services.ingest.reading.decoding import Decoding, chunks
from services.ingest.reading.raw_rows import MAX_CELL, MAX_ROW, SHAPE, TOO_LONG, RawRow

MAX_LINE = 256 * 1024
MAX_RECORD_LINES = 200
_END = "\r\n"


class _Stream(io.RawIOBase):
    """Chunks of bytes as a raw stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def text_lines(
    container: Container, decoding: Decoding, errors: str = "replace"
) -> Iterator[str | None]:
    """Lines with their ends; None for one longer than MAX_LINE, which is skipped.

    errors  what becomes of unreadable bytes, as for ``bytes.decode``
    """
    stream = io.BufferedReader(_Stream(chunks(container, decoding)), 64 * 1024)
    text = io.TextIOWrapper(stream, decoding.encoding, errors, newline="")
    while line := text.readline(MAX_LINE):
        if len(line) < MAX_LINE or line[-1] in _END:
            yield line
            continue
        while line and line[-1] not in _END:
            line = text.readline(MAX_LINE)
        yield None


class CsvRows:
    """See RawRows."""

    def __init__(self, container: Container, decoding: Decoding, delimiter: str) -> None:
        self.width = 0
        self.broken = 0
        self.spreadsheet = False
        self.first_bad = decoding.first_bad
        self._delimiter = delimiter
        self._lines = text_lines(container, decoding)
        self._waiting: deque[str | None] = deque()
        self._closed = True

    def __iter__(self) -> Iterator[RawRow]:
        row_no = 0
        while True:
            line = self._next()
            if line == "":
                return
            row_no += 1
            yield self._row(row_no, line)

    def _next(self) -> str | None:
        """The next line; None for one that is too long, an empty text at the end of the file."""
        if self._waiting:
            return self._waiting.popleft()
        return next(self._lines, "")

    def _row(self, row_no: int, line: str | None) -> RawRow:
        if line is None:
            return RawRow(row_no, [], TOO_LONG)
        if "\x00" in line:
            return RawRow(row_no, [], SHAPE)
        if '"' not in line:
            cells = line.rstrip(_END).split(self._delimiter)
        else:
            quoted = self._quoted(line)
            if quoted is None:
                return RawRow(row_no, [], SHAPE)
            cells = quoted
        if len(line) > MAX_CELL or len(cells) > len(line):
            longest = max(map(len, cells), default=0)
            if longest > MAX_CELL or sum(map(len, cells)) > MAX_ROW:
                return RawRow(row_no, [], TOO_LONG)
        texts: list[str | date] = [*cells]
        if self.first_bad is not None and any("\ufffd" in cell for cell in cells):
            notes = tuple(("W_BYTES", at) for at, cell in enumerate(cells) if "\ufffd" in cell)
            return RawRow(row_no, texts, "", notes)
        return RawRow(row_no, texts)

    def _quoted(self, line: str) -> list[str] | None:
        """The cells of a record that holds quotes, over several lines if need be; None when a quote
        is not closed in time. Then all but the first line are left for the next records."""
        lines = [line]
        reader = csv.reader(self._continued(lines), delimiter=self._delimiter)
        try:
            cells = next(reader)
        except csv.Error:
            cells = []
        if self._closed and cells and (len(lines) == 1 or self._fits(cells)):
            return cells
        self._waiting.extendleft(reversed(lines[1:]))
        return None

    def _continued(self, lines: list[str]) -> Iterator[str]:
        """The lines that the parser asks for; it asks for a further one only inside quotes."""
        self._closed = True
        yield lines[0]
        while len(lines) < MAX_RECORD_LINES:
            further = self._next()
            if not further:
                if further is None:
                    self._waiting.appendleft(None)
                break
            lines.append(further)
            yield further
        self._closed = False

    def _fits(self, cells: list[str]) -> bool:
        return not self.width or len(cells) == self.width
