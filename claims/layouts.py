"""The register of result columns: what may stand in each, and what must be filled.

source: tables/adult.toml, child.toml, oral.toml (uploads.md sections 2 to 4). A column map (ingest)
says where a column lies in a file; this register says what it means.
"""

from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from claims.dated import TableError, read_table, shaped

PROGRAMMES = ("adult", "child", "oral")
Kind = Literal[
    "person", "birth", "service", "facility", "partner", "choice", "order",
    "number", "digits", "name", "phone", "text",
]  # fmt: skip
DATE_KINDS = ("birth", "service")


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One column. ``size``: most characters of a text, exact number of digits."""

    name: str
    zh: str
    kind: Kind
    values: tuple[str, ...] = ()
    size: int = 0
    min: float | None = None
    max: float | None = None
    decimals: int | None = None
    key: bool = False
    mandatory: Literal["", "row", "stage2"] = ""
    mandatory_from: date | None = None
    mandatory_for: tuple[str, ...] = ()
    part: Literal["", "stage1", "stage2", "hepatitis"] = ""
    carried: bool = False
    locked: Literal["", "upload", "match", "positive"] = ""
    official_no: int = 0
    mark: str = "assumption"

    @property
    def is_date(self) -> bool:
        return self.kind in DATE_KINDS


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All columns of a programme, in layout order."""

    programme: str
    version: str
    source: str
    mark: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns without which a row is refused, KEY_BLANK."""
        return tuple(column.name for column in self.columns if column.key)

    def locked(self, *since: str) -> tuple[str, ...]:
        """Columns that cannot be edited from the named moments on: upload, match, positive."""
        return tuple(column.name for column in self.columns if column.locked in since)


def visit_column(programme: str) -> str:
    """The column with the date of the (first) visit."""
    return "stage1_date" if programme == "adult" else "visit_date"


def _check(file: str, layout: Layout, programme: str) -> None:
    if layout.programme != programme:
        raise TableError(file, "programme", f"expected {programme}")
    if len(set(layout.names)) != len(layout.names):
        raise TableError(file, "columns", "a name stands twice")
    for column in layout.columns:
        where = f"columns.{column.name}"
        if bool(column.values) != (column.kind in ("choice", "order")):
            raise TableError(
                file, where, "values belong to the kinds choice and order, and to no other"
            )
        if column.kind == "digits" and not column.size:
            raise TableError(file, where, "digits need a size")
        if (column.min is None) != (column.max is None) or (column.min or 0) > (column.max or 0):
            raise TableError(file, where, "min and max belong together, in this order")


def parse_layout(file: str, data: dict[str, object], programme: str) -> Layout:
    """A layout from TOML; raises TableError with file, key and reason."""
    layout = shaped(file, data, Layout)
    _check(file, layout, programme)
    return layout


@lru_cache(maxsize=len(PROGRAMMES))
def layout(programme: str) -> Layout:
    """The layout of adult, child or oral; raises KeyError for another programme."""
    if programme not in PROGRAMMES:
        raise KeyError(programme)
    file = f"{programme}.toml"
    return parse_layout(file, read_table(file), programme)
