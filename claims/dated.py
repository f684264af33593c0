"""Tables: values with the days on which they are in force. One that is not whole fails at once.

A TOML table is read once, into classes that refuse unknown keys; a dated list must cover every day
once. TableError names the file, the key and the reason.
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import msgspec


class TableError(ValueError):
    """A table that cannot be used: which file, which key, why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"claims/tables/{file}: {key}: {reason}")
        self.file, self.key, self.reason = file, key, reason


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row in force from ``since`` to ``until``, both included; a missing end is open."""

    since: date = date.min
    until: date = date.max


class HasPeriod(Protocol):
    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date: ...


Table = TypeVar("Table")
Dated = TypeVar("Dated", bound=HasPeriod)


def read_table(file: str) -> dict[str, Any]:
    """The TOML of claims/tables/``file``, as it stands."""
    text = files("claims").joinpath("tables", file).read_text(encoding="utf-8")
    return parse_table(file, text)


def parse_table(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise TableError(file, "(file)", str(broken)) from None


def shaped(file: str, data: Any, kind: type[Table]) -> Table:
    """``data`` as ``kind``; a missing, unknown or ill-typed key raises TableError."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as wrong:
        reason, _, where = str(wrong).partition(" - at ")
        raise TableError(file, where.strip("`") or "$", reason) from None


def whole(file: str, key: str, rows: Iterable[Dated]) -> tuple[Dated, ...]:
    """The rows in order of time; raises TableError when a day has none, or two."""
    ordered = tuple(sorted(rows, key=lambda row: row.since))
    if not ordered:
        raise TableError(file, key, "no rows")
    if ordered[0].since != date.min or ordered[-1].until != date.max:
        raise TableError(file, key, "gap: the first and the last row must be open")
    for before, after in pairwise(ordered):
        if before.until >= after.since:
            raise TableError(file, key, f"overlap: {after.since} is covered twice")
        if before.until + timedelta(days=1) != after.since:
            raise TableError(file, key, f"gap: no row from {before.until} to {after.since}")
    return ordered


def in_force(rows: Sequence[Dated], when: date) -> Dated:
    """The row of a whole list (see ``whole``) for one date."""
    return next(row for row in rows if row.since <= when <= row.until)
