"""上傳期限: until when the result of a service must have been uploaded.

source: tables/deadlines.toml; validation.md section 5. Compared with received_on, not a clock.
"""

from functools import lru_cache
from typing import NamedTuple

import msgspec

from claims.dated import Row, in_force, read_table, shaped, whole
from claims.periods import date_of, day_of

FILE = "deadlines.toml"


class Window(NamedTuple):
    """Days from ``first`` to ``last``, both good."""

    first: int
    last: int


class UploadWindow(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    window_days: int
    source: str
    mark: str


class DeadlineTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    upload_window: tuple[UploadWindow, ...]


_WINDOWS = whole(FILE, "upload_window", shaped(FILE, read_table(FILE), DeadlineTable).upload_window)


@lru_cache(maxsize=8192)
def upload_window(visit: int) -> Window:
    """The window of a service on day ``visit``: opens on the 1st of the next month, which is day 1.

    114-03-10 gives 114-04-01 to 114-05-30. No roll-over on holidays, no exception (U-05).
    """
    when = date_of(visit)
    months = when.year * 12 + when.month  # the next month, counted from 0
    first = day_of(months // 12, months % 12 + 1, 1)
    return Window(first, first + in_force(_WINDOWS, when).window_days - 1)


def upload_deadline(visit: int) -> int:
    """The last good day for the result of a service on day ``visit`` (R-1)."""
    return upload_window(visit).last
