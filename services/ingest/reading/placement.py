"""Lays a column map over a table: which cell of a row belongs to which column."""

from datetime import date

from services.ingest.reading.column_map import ColumnMap, MapColumn
from services.ingest.reading.container import Container
from services.ingest.reading.csv_rows import CsvRows
from services.ingest.reading.decoding import table_decoding
from services.ingest.reading.findings import FileRefused
from services.ingest.reading.header_names import header_name
from services.ingest.reading.raw_rows import MAX_COLUMNS, RawRows
from services.ingest.reading.xlsx_rows import XlsxRows

LONGEST_EXTRA = 40


def table(container: Container, column_map: ColumnMap) -> RawRows:
    """The rows of a CSV or XLSX file: the content decides, whatever of the two the map expects."""
    if container.content == "xlsx":
        return XlsxRows(container)
    if container.content != "text":
        raise FileRefused("F_CONTAINER")
    decoding = table_decoding(container, column_map.head.encoding)
    return CsvRows(container, decoding, column_map.head.delimiter)


def first_cells(container: Container, column_map: ColumnMap) -> list[str | date]:
    """The first row that is not blank; empty when there is none."""
    return next((row.cells for row in table(container, column_map) if not row.blank), [])


def place(column_map: ColumnMap, cells: list[str | date]) -> dict[str, int]:
    """Place of each column's cell, by header. Raises FileRefused: COLUMN_REPEATED, F_UNSAFE."""
    if len(cells) > MAX_COLUMNS:
        raise FileRefused("F_UNSAFE", str(len(cells)), f"≤ {MAX_COLUMNS}", hint="欄位過多。")
    by_header = {header: column for column in column_map.columns for header in column.headers}
    places: dict[str, int] = {}
    for at, cell in enumerate(cells):
        column = by_header.get(header_name(cell)) if isinstance(cell, str) else None
        if column is None:
            continue
        if column.name in places:
            raise FileRefused("COLUMN_REPEATED", column.known.zh, column=column.name)
        places[column.name] = at
    return places


def by_index(column_map: ColumnMap) -> dict[str, int]:
    """The same for a file without header."""
    return {column.name: column.index - 1 for column in column_map.columns}


def extras(places: dict[str, int], cells: list[str | date]) -> dict[str, int]:
    """Columns that the map does not know, kept under ``extra:`` and their header."""
    taken = set(places.values())
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = header_name(cell)[:LONGEST_EXTRA] if isinstance(cell, str) else ""
        if at not in taken and name:
            found.setdefault(f"extra:{name}", at)
    return found


def lacking(column_map: ColumnMap, places: dict[str, int]) -> list[MapColumn]:
    """Required columns that a file does not have.

    The content of a stage is all there or not at all: a file of hepatitis screenings alone has no
    first-stage columns, a file of first stages no second-stage ones; but one missing among the
    others is a misspelt header, and would leave every row incomplete.
    """
    given = {
        column.known.part
        for column in column_map.columns
        if column.name in places and column.known.part
    }
    missing = []
    for column in column_map.columns:
        part = column.known.part
        needed = column.required or (part == "stage2" and column.known.mandatory)
        if needed and column.name not in places and (not part or part in given):
            missing.append(column)
    return missing


def check_complete(column_map: ColumnMap, places: dict[str, int]) -> None:
    """Raises FileRefused: COLUMN_MISSING, naming the columns."""
    if missing := lacking(column_map, places):
        names = "、".join(f"{column.known.zh} {column.name}" for column in missing)
        raise FileRefused("COLUMN_MISSING", expected=names, column=missing[0].name)
