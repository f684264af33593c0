"""Rows of a fixed-width file: one record a line, cut by CP950 bytes.

A line in another encoding is re-encoded first. A cut through a two-byte character leaves U+FFFD in
the field and is W_SPLIT_CHAR. source: uploads.md section 1 (fixed-width files), R-28.
"""

import codecs
from collections.abc import Iterator
from datetime import date

from services.ingest.reading.container import Container
from services.ingest.reading.csv_rows import text_lines
from services.ingest.reading.decoding import Decoding
from services.ingest.reading.raw_rows import MAX_ROW, SHAPE, TOO_LONG, TOO_SHORT, RawRow

SHORTEST = 10
# No character of CP950: stands for one that CP950 lacks, so that what follows keeps its place.
_LOST = b"\xff\xff"


def _two_lost_bytes(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return _LOST * (error.end - error.start), error.end


codecs.register_error("gouji-two-bytes", _two_lost_bytes)


class FixedRows:
    """See RawRows. ``ranges`` of the cells: (first byte from 0, byte after the last)."""

    def __init__(
        self, container: Container, decoding: Decoding, ranges: list[tuple[int, int]]
    ) -> None:
        self.width = len(ranges)
        self.broken = 0
        self.spreadsheet = False
        self.first_bad = decoding.first_bad
        self._container = container
        self._decoding = decoding
        self._ranges = ranges

    def __iter__(self) -> Iterator[RawRow]:
        for row_no, line in enumerate(text_lines(self._container, self._decoding), start=1):
            if line is None or len(line) > MAX_ROW:
                yield RawRow(row_no, [], TOO_LONG)
                continue
            text = line.rstrip("\r\n")
            if "\x00" in text:
                yield RawRow(row_no, [], SHAPE)
            elif text.strip() and len(text) <= SHORTEST:
                yield RawRow(row_no, [], TOO_SHORT)
            else:
                yield self._cut(row_no, text)

    def _cut(self, row_no: int, text: str) -> RawRow:
        if text.isascii():
            return RawRow(row_no, [text[start:end] for start, end in self._ranges])
        data = text.encode("cp950", "gouji-two-bytes")
        seconds = _second_bytes(data)
        cells: list[str | date] = []
        notes = []
        for place, (start, end) in enumerate(self._ranges):
            cell = data[start:end]
            if start in seconds or (end in seconds and end < len(data)):
                notes.append(("W_SPLIT_CHAR", place))
                cells.append(_split_text(cell, start in seconds, end in seconds))
                continue
            shown = cell.decode("cp950", "replace")
            if "\ufffd" in shown:
                notes.append(("W_BYTES", place))
            cells.append(shown)
        return RawRow(row_no, cells, "", tuple(notes))


def _second_bytes(data: bytes) -> frozenset[int]:
    """Places of the second bytes of two-byte characters."""
    places = []
    at = 0
    while at < len(data):
        if data[at] >= 0x80:
            places.append(at + 1)
            at += 1
        at += 1
    return frozenset(places)


def _split_text(cell: bytes, first: bool, last: bool) -> str:
    """A field with half a character at its beginning, at its end, or at both."""
    inner = cell[1 if first else 0 : len(cell) - 1 if last else len(cell)]
    shown = inner.decode("cp950", "replace")
    return ("\ufffd" if first else "") + shown + ("\ufffd" if last and len(cell) > first else "")
