"""A result file (adult, child, oral): rows of cells under column names, nothing judged yet.

Every row that is not blank comes out, those that could not be cut with a problem code; validate
judges the contents. source: uploads.md section 1; R-27, R-28.
"""

from collections.abc import Iterator
from datetime import date

from claims.events import Finding, UploadItem
from services.ingest.reading.column_map import ColumnMap
from services.ingest.reading.container import Container
from services.ingest.reading.dates_in_cells import in_style, rewritten
from services.ingest.reading.decoding import table_decoding
from services.ingest.reading.findings import FileRefused, case_warning, file_warning
from services.ingest.reading.fixed_rows import FixedRows
from services.ingest.reading.header_names import header_name
from services.ingest.reading.outcomes import Counts, RowRead
from services.ingest.reading.placement import by_index, check_complete, extras, place, table
from services.ingest.reading.raw_rows import SHAPE, RawRow, RawRows
from services.ingest.reading.source import Opened


def open_result_file(container: Container, column_map: ColumnMap) -> Opened:
    """Raises FileRefused: F_CONTAINER, F_UNSAFE, COLUMN_MISSING, COLUMN_REPEATED."""
    if container.packed == "gzip" or container.content == "xml":
        raise FileRefused("F_CONTAINER")
    findings: list[Finding] = []
    counts = Counts()
    if column_map.is_fixed:
        reader = _fixed(container, column_map, counts, findings)
    else:
        reader = ResultRows(column_map, table(container, column_map), counts, findings)
        reader.take_header()
    if reader.rows.first_bad is not None:
        findings.append(file_warning("W_BYTES", f"@{reader.rows.first_bad}"))
    return Opened(
        "results",
        reader.items(),
        findings,
        counts,
        programme=column_map.head.programme,
        map_version=column_map.head.version,
        columns=reader.columns,
        styles=reader.styles,
    )


def _fixed(
    container: Container, column_map: ColumnMap, counts: Counts, findings: list[Finding]
) -> "ResultRows":
    if container.content != "text":
        raise FileRefused("F_CONTAINER", container.content, "text")
    decoding = table_decoding(container, column_map.head.encoding)
    ranges = [(c.start - 1, c.start - 1 + c.bytes) for c in column_map.columns]
    rows = FixedRows(container, decoding, ranges)
    reader = ResultRows(column_map, rows, counts, findings)
    reader.lay({column.name: at for at, column in enumerate(column_map.columns)}, {})
    if column_map.head.header:
        reader.skip_first()
    return reader


class ResultRows:
    """Rows of a table as UploadItems; ``columns`` and ``styles`` are known once laid."""

    def __init__(
        self, column_map: ColumnMap, rows: RawRows, counts: Counts, findings: list[Finding]
    ) -> None:
        self.counts = counts
        self.columns: tuple[str, ...] = ()
        self.styles: tuple[str, ...] = ()
        self._map = column_map
        self.rows = rows
        self._iterator = iter(rows)
        self._findings = findings
        self._places: list[int] = []
        self._values: list[tuple[int, dict[str, str]]] = []

    def take_header(self) -> None:
        """Find out which cell is which. Raises FileRefused: COLUMN_MISSING, COLUMN_REPEATED."""
        if not self._map.head.header:
            self.lay(by_index(self._map), {})
            self.rows.width = 1 + max(self._places)
            return
        header = next((row for row in self._iterator if not row.blank), None)
        if header is None or header.problem:
            check_complete(self._map, {})
            raise FileRefused("COLUMN_MISSING", header.problem if header is not None else "")
        places = place(self._map, header.cells)
        check_complete(self._map, places)
        self.lay(places, extras(places, header.cells))
        self.rows.width = _width(header.cells)

    def skip_first(self) -> None:
        next(self._iterator, None)

    def lay(self, places: dict[str, int], more: dict[str, int]) -> None:
        """``places`` of the map's columns, and of columns the map does not know."""
        known = {column.name: column for column in self._map.columns}
        ordered = [(name, places[name]) for name in known if name in places] + list(more.items())
        self.columns = tuple(name for name, _ in ordered)
        self.styles = tuple(known[name].style if name in known else "" for name, _ in ordered)
        self._places = [at for _, at in ordered]
        self._values = [
            (cell, known[name].values)
            for cell, (name, _) in enumerate(ordered)
            if name in known and known[name].values
        ]

    def items(self) -> Iterator[RowRead]:
        counts = self.counts
        for row in self._iterator:
            counts.rows_read += 1
            if row.blank:
                counts.rows_blank += 1
                continue
            counts.rows_emitted += 1
            yield self._item(row)
        if self.rows.broken:
            self._findings.append(file_warning("W_PARTLY_READ", f"#{self.rows.broken}"))
        if not counts.rows_emitted:
            self._findings.append(file_warning("W_EMPTY"))

    def _item(self, row: RawRow) -> RowRead:
        problem = row.problem or self._shape_problem(row.cells)
        cells = () if problem else tuple(self._cells(row.cells))
        findings = tuple(self._note(code, at) for code, at in row.notes) if row.notes else ()
        return RowRead(UploadItem(row.row_no, "row", "", "", 0, problem, cells), findings)

    def _shape_problem(self, cells: list[str | date]) -> str:
        """ROW_SHAPE for a row that is shorter than the header or holds something beyond it."""
        width = self.rows.width
        if len(cells) == width or self._map.is_fixed:
            return ""
        if len(cells) < width:
            return SHAPE
        beyond = cells[width:] if self._map.head.header else []
        return SHAPE if any(not isinstance(cell, str) or cell.strip() for cell in beyond) else ""

    def _cells(self, cells: list[str | date]) -> list[str]:
        texts: list[str] = []
        for at, style in zip(self._places, self.styles, strict=True):
            cell = cells[at]
            texts.append(cell if isinstance(cell, str) else in_style(cell, style))
        if self.rows.spreadsheet:
            for at, style in enumerate(self.styles):
                if style:
                    texts[at] = rewritten(texts[at], style)
        for at, values in self._values:
            texts[at] = values.get(header_name(texts[at]), texts[at])
        return texts

    def _note(self, code: str, at: int) -> Finding:
        column = self.columns[self._places.index(at)] if at in self._places else ""
        return case_warning(code, column)


def _width(cells: list[str | date]) -> int:
    """Cells of the header up to the last that is not blank."""
    width = len(cells)
    while width and isinstance(cells[width - 1], str) and not str(cells[width - 1]).strip():
        width -= 1
    return width
