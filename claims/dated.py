"""Tables: values with the days on which they are in force. One that is not whole fails at once.

A TOML table is read once, into classes that refuse unknown keys; a dated list must cover every day
once. TableError names file, line, key and reason.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import msgspec

from claims.table_lines import line_of

TABLES = (
    *("programmes.toml", "deadlines.toml", "claim_files.toml"),
    *("adult.toml", "child.toml", "oral.toml"),
)


_texts: dict[str, str] = {}
"""What was read, to name the line of what is wrong in it."""


class TableError(ValueError):
    """A table that cannot be used: which file, which line, which key, why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        self.file, self.key, self.reason = file, key, reason
        self.line = line_of(_texts.get(file, ""), key, reason)
        where = file if self.line is None else f"{file}:{self.line}"
        super().__init__(f"claims/tables/{where}: {key}: {reason}")


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


class Folder(Protocol):
    """A folder of tables: a path will do."""

    def joinpath(self, *names: str) -> Any: ...
    def is_dir(self) -> bool: ...
    def iterdir(self) -> Iterator[Any]: ...


_folder: list[Folder] = [files("claims").joinpath("tables")]


def read_tables_from(folder: Folder) -> None:
    """Read other tables from now on: for a process that asks what would be under other rules.

    Must be called before any other module of claims is imported: they read their tables then. A
    table that the folder lacks is the one that ships with the product. Raises TableError for a
    folder that is not there or holds a table that is none of ours, and when it is too late.
    """
    if _texts:
        raise TableError("(folder)", str(folder), "tables were read already")
    if not folder.is_dir():
        raise TableError("(folder)", str(folder), "no such folder")
    for file in sorted(entry.name for entry in folder.iterdir()):
        if file.endswith(".toml") and file not in TABLES:
            raise TableError(file, "(file)", f"no table of ours; one of {', '.join(TABLES)}")
    _folder.insert(0, folder)


def _text(file: str) -> str:
    for folder in _folder:
        place = folder.joinpath(file)
        if place.is_file():
            text: str = place.read_text(encoding="utf-8")
            return text
    raise TableError(file, "(file)", "no such table")


def read_table(file: str) -> dict[str, Any]:
    """The TOML of claims/tables/``file``, as it stands."""
    return parse_table(file, _text(file))


def parse_table(file: str, text: str) -> dict[str, Any]:
    _texts[file] = text
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise TableError(file, "(file)", str(broken)) from None


@lru_cache(maxsize=1)
def rules_version() -> str:
    """One text for all tables in force: the version of the programmes, and a hash of the content of
    every table. It stands on every event, and tells a book that was judged by other rules."""
    content = [tomllib.loads(_text(file)) for file in TABLES]
    packed = msgspec.json.encode(content, order="deterministic")
    return f"{content[0]['version']}-{blake2b(packed, digest_size=4).hexdigest()}"


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
