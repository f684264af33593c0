"""Rows of a fixed-width file: one record a line, cut by CP950 bytes.

A line in another encoding is re-encoded first; bytes that CP950 cannot read stay what they are, so
that half a character, or one that a clinic defined itself, moves no other field. A cut through a
two-byte character leaves U+FFFD in the field and is W_SPLIT_CHAR.
source: uploads.md section 1 (fixed-width files), R-28.
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
_LEAD, _TRAIL = 0x80, 0x40  # the least first and second byte of a two-byte character


def _kept_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """Bytes that were escaped on reading as they were, two lost ones for any other character."""
    assert isinstance(error, UnicodeEncodeError)
    unknown = error.object[error.start : error.end]
    kept = (
        bytes([ord(char) - 0xDC00]) if "\udc80" <= char <= "\udcff" else _LOST for char in unknown
    )
    return b"".join(kept), error.end


codecs.register_error("gouji-kept-bytes", _kept_bytes)


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
        errors = "surrogateescape" if self._decoding.encoding == "cp950" else "replace"
        lines = text_lines(self._container, self._decoding, errors)
        for row_no, line in enumerate(lines, start=1):
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
        data = text.encode("cp950", "gouji-kept-bytes")
        seconds = _second_bytes(data)
        cells: list[str | date] = []
        notes = []
        for place, (start, end) in enumerate(self._ranges):
            cell = data[start:end]
            if start in seconds or end in seconds:
                notes.append(("W_SPLIT_CHAR", place))
                cells.append(_split_text(cell, start in seconds, end in seconds))
                continue
            shown = cell.decode("cp950", "replace")
            if "\ufffd" in shown:
                # Whoever wrote the file may have cut the character already.
                half = cell[-1] >= _LEAD and start + len(cell) - 1 not in seconds
                notes.append(("W_SPLIT_CHAR" if half else "W_BYTES", place))
            cells.append(shown)
        return RawRow(row_no, cells, "", tuple(notes))


def _second_bytes(data: bytes) -> frozenset[int]:
    """Places of the second bytes of two-byte characters."""
    places = []
    at = 1
    while at < len(data):
        if data[at - 1] >= _LEAD and data[at] >= _TRAIL:
            places.append(at)
            at += 1
        at += 1
    return frozenset(places)


def _split_text(cell: bytes, first: bool, last: bool) -> str:
    """A field with half a character at its beginning, at its end, or at both."""
    inner = cell[1 if first else 0 : len(cell) - 1 if last else len(cell)]
    shown = inner.decode("cp950", "replace")
    return ("\ufffd" if first else "") + shown + ("\ufffd" if last and len(cell) > first else "")
