"""Column maps (TOML): where each column of a result file lies. Checked when loaded, not when used.

No official layout is known, so every result file is read through such a map, and an official layout
will need a new map and no code. source: uploads.md section 1; R-28.
"""

import datetime
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from claims.periods import EPOCH_ORDINAL
from services.ingest.reading.header_names import header_name
from services.ingest.reading.known_columns import EXTRACT, Known, known_columns
from services.ingest.reading.raw_rows import MAX_COLUMNS

LONGEST_LINE = 100_000


class MapError(Exception):
    """A column map that cannot be used: file and reason. Raised on loading."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[map]. valid_from: first receipt date for which the map is the default of its programme."""

    programme: Literal["adult", "child", "oral", "claim-extract"]
    version: str
    format: Literal["csv", "xlsx", "fixed"] = "csv"
    encoding: Literal["auto", "utf-8", "cp950"] = "auto"
    delimiter: str = ","
    header: bool = True
    date: Literal["roc", "ad8", "iso"] = "roc"
    valid_from: datetime.date


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[columns.<name>]. name: headers; index: column from 1 when there is no header; start, bytes:
    byte range from 1; values: texts of the file -> values of the layout; date, required: override
    the map's style and the layout's rule."""

    name: tuple[str, ...] = ()
    index: int = 0
    start: int = 0
    bytes: int = 0
    date: Literal["", "roc", "ad8", "iso"] = ""
    values: dict[str, str] = {}
    required: bool | None = None


class MapFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    map: Head
    columns: dict[str, Given]


class MapColumn(msgspec.Struct, frozen=True):
    """A column of a checked map. headers are normalised; style is empty when it is no date."""

    name: str
    known: Known
    headers: tuple[str, ...]
    index: int
    start: int
    bytes: int
    style: str
    values: dict[str, str]
    required: bool


class ColumnMap:
    """A checked map. Raises MapError."""

    def __init__(self, file: str, data: object) -> None:
        try:
            read = msgspec.convert(data, MapFile)
        except msgspec.ValidationError as error:
            raise MapError(file, str(error)) from None
        self.file = file
        self.head = read.map
        known = known_columns(read.map.programme)
        if strange := [name for name in read.columns if name not in known]:
            raise MapError(file, f"columns of no layout: {', '.join(strange)}")
        for name, given in read.columns.items():
            if given.date and not known[name].is_date:
                raise MapError(file, f"{name} is no date")
        self.columns = tuple(
            _mapped(name, known[name], given, read.map.date) for name, given in read.columns.items()
        )
        self._check(known)

    @property
    def is_extract(self) -> bool:
        return self.head.programme == EXTRACT

    @property
    def is_fixed(self) -> bool:
        return self.head.format == "fixed"

    @property
    def valid_from(self) -> int:
        """A day."""
        return self.head.valid_from.toordinal() - EPOCH_ORDINAL

    def _check(self, known: dict[str, Known]) -> None:
        mapped = {column.name for column in self.columns}
        lacking = [name for name, column in known.items() if column.mandatory]
        if lacking := [name for name in lacking if name not in mapped]:
            raise MapError(self.file, f"mandatory columns missing: {', '.join(lacking)}")
        if not self.head.version.strip():
            raise MapError(self.file, "the version is empty")
        if len(self.head.delimiter) != 1 or self.head.delimiter in '"\r\n':
            raise MapError(self.file, "the delimiter must be one character, no quote, no line end")
        if self.is_fixed:
            self._check_ranges()
        else:
            self._check_indexes()
            self._check_headers()

    def _check_ranges(self) -> None:
        end, before = 0, ""
        for column in sorted(self.columns, key=lambda column: column.start):
            if column.start < 1 or column.bytes < 1 or column.start + column.bytes > LONGEST_LINE:
                raise MapError(self.file, f"{column.name} has no usable byte range")
            if column.start <= end:
                raise MapError(self.file, f"byte ranges of {before} and {column.name} overlap")
            end, before = column.start + column.bytes - 1, column.name

    def _check_indexes(self) -> None:
        seen: dict[int, str] = {}
        for column in self.columns:
            if not self.head.header and column.index < 1:
                raise MapError(self.file, f"{column.name} has no index, and there is no header")
            if column.index < 0 or column.index > MAX_COLUMNS:
                raise MapError(self.file, f"{column.name}: index {column.index} is out of range")
            if column.index and column.index in seen:
                raise MapError(
                    self.file, f"index {column.index} of {seen[column.index]} and {column.name}"
                )
            seen[column.index] = column.name

    def _check_headers(self) -> None:
        seen: dict[str, str] = {}
        for column in self.columns:
            for header in column.headers:
                if seen.setdefault(header, column.name) != column.name:
                    raise MapError(
                        self.file, f"header {header} of {seen[header]} and {column.name}"
                    )


def _mapped(name: str, known: Known, given: Given, style: str) -> MapColumn:
    # The ascii name always works, so that a file written by a program needs no map of its own.
    headers = dict.fromkeys(header_name(text) for text in (*given.name, name))
    headers.pop("", None)
    return MapColumn(
        name,
        known,
        tuple(headers),
        given.index,
        given.start,
        given.bytes,
        (given.date or style) if known.is_date else "",
        {header_name(text): value for text, value in given.values.items()},
        known.required if given.required is None else given.required,
    )


def read_map(path: Path) -> ColumnMap:
    """Raises MapError; OSError when the file cannot be read."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MapError(path.name, f"not TOML: {error}") from None
    return ColumnMap(path.name, data)
