"""A row as it stands in a table, before a column map is laid over it."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, Protocol

MAX_COLUMNS = 200
# No field of any layout comes near; a message of 500 rows must stay small.
MAX_CELL, MAX_ROW = 4_000, 16_000

TOO_SHORT, SHAPE, TOO_LONG = "ROW_TOO_SHORT", "ROW_SHAPE", "FIELD_TOO_LONG"


class RawRow(NamedTuple):
    """row_no   as the user sees it: the row of a spreadsheet, header and blank rows counted; the
             line of a fixed-width file
    cells    texts; a date where a spreadsheet cell is one
    problem  why the row could not be cut into its cells; then ``cells`` may be empty
    notes    warnings of the reader: W_SPLIT_CHAR, W_BYTES
    """

    row_no: int
    cells: list[str | date]
    problem: str = ""
    notes: tuple[tuple[str, int], ...] = ()

    @property
    def blank(self) -> bool:
        return not self.problem and not any(
            not isinstance(cell, str) or cell.strip() for cell in self.cells
        )


class RawRows(Protocol):
    """The rows of a table, in order. ``width``: set by the caller once the header is known, so that
    rows of another shape are noticed. ``broken``: the row from which nothing could be read, else 0.
    ``spreadsheet``: slashed AD dates are dates (R-27). ``first_bad``: offset of the first byte that
    could not be decoded."""

    width: int
    broken: int
    spreadsheet: bool
    first_bad: int | None

    def __iter__(self) -> Iterator[RawRow]: ...
