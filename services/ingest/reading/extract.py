"""The agency's monthly extract: claim lines of many facilities in one CSV, gzip or plain, streamed.

Consecutive rows with one case key are a case; a key that comes back later, or on a row of another
person, date or birth, is C_DUP, as in a claim file. Columns are the fields of the claim record
(claim-file.md section 8), through a column map; every rule of the claim file holds, because the
same code judges the texts.
"""

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from claims.events import Finding
from claims.findings import masked
from claims.masks import mask_person_id
from claims.periods import DATE_STYLES, roc_text
from services.ingest.reading.claim_case import CaseReader
from services.ingest.reading.claim_header import Header, header, short_dates
from services.ingest.reading.column_map import ColumnMap
from services.ingest.reading.container import Container
from services.ingest.reading.csv_rows import CsvRows
from services.ingest.reading.decoding import table_decoding
from services.ingest.reading.findings import (
    FileRefused,
    case_refusal,
    case_warning,
    file_warning,
)
from services.ingest.reading.header_names import header_name
from services.ingest.reading.outcomes import CaseRead, Counts
from services.ingest.reading.placement import by_index, check_complete, place
from services.ingest.reading.raw_rows import RawRow
from services.ingest.reading.source import Opened

_HEADER_TAGS = ("t2", "t3", "t4", "t5", "t6")
_CASE_KEY_TAGS = (*_HEADER_TAGS, "d1", "d2")
# What the lines of one case share besides its key: a row that says otherwise is of another case.
_MATCH_TAGS = ("d3", "d9", "d11", "d45", "d51")
# Rows that wait for the end of their case: bounds memory. More than C_SIZE lets pass.
MAX_ROWS_OF_CASE = 2000
_made = lru_cache(maxsize=16_384)(header)
_short_dates = lru_cache(maxsize=16_384)(short_dates)


def open_extract(container: Container, column_map: ColumnMap, received_on: int) -> Opened:
    """Raises FileRefused: F_CONTAINER, F_UNSAFE, COLUMN_MISSING, COLUMN_REPEATED."""
    if container.content != "text" or column_map.is_fixed:
        raise FileRefused("F_CONTAINER", container.content, "CSV")
    decoding = table_decoding(container, column_map.head.encoding)
    rows = CsvRows(container, decoding, column_map.head.delimiter)
    iterator = iter(rows)
    findings: list[Finding] = []
    if decoding.first_bad is not None:
        findings.append(file_warning("W_BYTES", f"@{decoding.first_bad}"))
    if column_map.head.header:
        first = next((row for row in iterator if not row.blank), None)
        places = place(column_map, first.cells) if first is not None else {}
        check_complete(column_map, places)
        rows.width = len(first.cells) if first is not None else 0
    else:
        places = by_index(column_map)
        rows.width = 1 + max(places.values())
    counts = Counts()
    reader = ExtractReader(column_map, places, rows.width, received_on, counts)
    return Opened(
        "extract",
        reader.items(iterator, findings),
        findings,
        counts,
        map_version=column_map.head.version,
    )


class ExtractReader:
    """Gathers rows to cases. ``position`` of a case is the row of its first line."""

    def __init__(
        self,
        column_map: ColumnMap,
        places: dict[str, int],
        width: int,
        received_on: int,
        counts: Counts,
    ) -> None:
        columns = {column.name: column for column in column_map.columns}
        self._columns = [
            (columns[name].known.tag, at, columns[name].style, columns[name].values)
            for name, at in places.items()
        ]
        self._key_places = [at for tag, at, _, _ in self._columns if tag in _CASE_KEY_TAGS]
        self._match_places = [at for tag, at, _, _ in self._columns if tag in _MATCH_TAGS]
        self._special = [
            (tag, style, values) for tag, _, style, values in self._columns if style or values
        ]
        self._plain = [(tag, at) for tag, at, _, _ in self._columns]
        self._width = width
        self._counts = counts
        self._cases = CaseReader(received_on, counts)

    def items(self, rows: Iterator[RawRow], findings: list[Finding]) -> Iterator[CaseRead]:
        group: list[RawRow] = []
        key: tuple[object, ...] = ()
        for row in rows:
            if row.blank:
                continue
            problem = row.problem or ("" if len(row.cells) == self._width else "ROW_SHAPE")
            if problem:
                # Its case goes on around it: one bad row costs no other.
                yield self._refused(row, case_refusal("C_ROW", found=problem))
                continue
            this = tuple(row.cells[at] for at in self._key_places)
            if group and (this != key or len(group) == MAX_ROWS_OF_CASE):
                yield from self._case(group)
                group = []
            if group and any(row.cells[at] != group[0].cells[at] for at in self._match_places):
                shown = mask_person_id(self._tags(row).get("d3", "")[:20])
                yield self._refused(row, case_refusal("C_DUP", "d2"), shown)
                continue
            key = this
            group.append(row)
        if group:
            yield from self._case(group)
        if not self._counts.cases_read:
            findings.append(file_warning("W_EMPTY"))

    def _refused(self, row: RawRow, error: Finding, shown: str = "") -> CaseRead:
        self._counts.cases_read += 1
        return self._cases.refuse(row.row_no, -1, [error], shown=shown)

    def _case(self, group: list[RawRow]) -> Iterator[CaseRead]:
        tags = [self._tags(row) for row in group]
        first, row_no = tags[0], group[0].row_no
        made = _made(*(first.get(tag, "")[:40] for tag in _HEADER_TAGS))
        if isinstance(made, Header):
            orders = [{tag: text for tag, text in row.items() if tag[0] == "p"} for row in tags]
            case = {tag: text for tag, text in first.items() if tag[0] == "d"}
            first_row = self._counts.lines_emitted + 1
            item = self._cases.read(made, case, orders, row_no, -1, first_row)
            if item is not None:
                short = _short_dates(first["t3"], first["t6"])
                said = tuple(case_warning(code, tag, first[tag]) for code, tag in short)
                yield replace(item, findings=(*item.findings, *said)) if said else item
            return
        self._counts.cases_read += 1
        shown = mask_person_id(first.get("d3", "")[:20])
        error = case_refusal("C_FACILITY", made, masked("facility", first.get(made, "")))
        yield self._cases.refuse(row_no, -1, [error], shown=shown)

    def _tags(self, row: RawRow) -> dict[str, str]:
        """Texts by tag, dates as a claim file writes them."""
        cells = row.cells
        tags = {tag: str(cells[at]) for tag, at in self._plain if cells[at]}
        for tag, style, values in self._special:
            text = tags.get(tag)
            if text is None:
                continue
            if values:
                text = values.get(header_name(text), text)
            if style not in ("", "roc"):
                day = DATE_STYLES[style](text).value
                text = text if day is None else roc_text(day)
            tags[tag] = text
        return tags
