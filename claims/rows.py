"""Result rows: all findings of a row at once, and what stands in it.

A RowReader is compiled once for the columns of a file and used for all its rows. It refuses a row
for its key fields, unusable values and ownership, never for a blank content field (R-19).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from claims.cells import Cell, Notes, compiled
from claims.completeness import Completeness
from claims.content import CONTENT_CHECKS
from claims.events import Finding
from claims.findings import finding, from_warnings, masked
from claims.layouts import Column, layout, visit_column
from claims.periods import FIRST_ROC_DAY, NHI_START, from_iso, iso_text, roc_text

_ANY = 1_000_000  # of a column that nobody knows: its length refuses no row
_day = lru_cache(maxsize=65_536)(from_iso)


class Checked(NamedTuple):
    """One row after all checks.

    values    canonical texts by column, in layout order, dates as ISO; no blank or refused ones
    extra     texts of columns that the layout does not know; they say nothing about the content
    days      the usable dates among them, as days
    errors    why the row is refused; empty when it is accepted
    warnings  ``CODE:column``, see findings.from_warnings
    filled, missing   as ResultItem of records
    """

    values: dict[str, str]
    extra: dict[str, str]
    days: dict[str, int]
    errors: list[Finding]
    warnings: list[str]
    filled: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Errors first, then the warnings in words."""
        return (*self.errors, *from_warnings(self.warnings))


class RowReader:
    """The rules of one programme for files with these columns in this order."""

    def __init__(self, programme: str, columns: Sequence[str], styles: Sequence[str]) -> None:
        self.layout = layout(programme)
        self._width = len(columns)
        style_of = dict(zip(columns, styles, strict=False))
        order = [name for name in self.layout.names if name in columns]
        self._extras = tuple(sorted(set(columns) - set(order)))
        order += self._extras
        self._places = [columns.index(name) for name in order]
        self._in_order = self._places == list(range(self._width))
        self._cells: list[Cell] = [
            compiled(
                self.layout.column(name) or Column(name=name, zh=name, kind="text", size=_ANY),
                style_of.get(name, ""),
            )
            for name in order
        ]
        self._columns = {column.name: column for column in self.layout.columns}
        self._keys = frozenset(self.layout.keys)
        self._dates = tuple(
            (column, FIRST_ROC_DAY if column.kind == "birth" else NHI_START)
            for column in self.layout.columns
            if column.is_date
        )
        self._completeness = Completeness(self.layout)
        self._content_checks = CONTENT_CHECKS[programme]

    def check(self, cells: Sequence[str], received_on: int, owner_codes: Iterable[str]) -> Checked:
        """Judge one row. One with fewer cells than columns has blanks at its end."""
        notes = Notes()
        values: dict[str, str] = {}
        for (name, known, judge), text in zip(self._cells, self._placed(cells, notes), strict=True):
            value = known.get(text)
            if value is None:
                value = judge(text, notes)
            if value:
                values[name] = value
        extra = {name: values.pop(name) for name in self._extras if name in values}
        days = self._usable_days(values, received_on, notes)
        if not self._keys <= values.keys() or notes.errors:
            self._note_blank_keys(values, notes)
        facility = values.get("facility_id")
        if facility is not None and facility not in owner_codes:
            notes.add("OWNER_MISMATCH", self._columns["facility_id"], facility)
        for check in self._content_checks:
            check(values, notes.warnings)
        filled, missing, blanks = self._completeness.of(values, days)
        if blanks:
            named = {error.column for error in notes.errors}
            notes.warnings.extend(f"FIELD_BLANK:{name}" for name in blanks if name not in named)
        return Checked(values, extra, days, notes.errors, notes.warnings, filled, missing)

    def _placed(self, cells: Sequence[str], notes: Notes) -> Sequence[str]:
        """The cells in layout order."""
        if len(cells) != self._width:
            if any(text.strip() for text in cells[self._width :]):
                notes.errors.append(finding("ROW_SHAPE", found=f"{len(cells)} / {self._width}"))
            cells = [*cells[: self._width], *[""] * (self._width - len(cells))]
        if self._in_order:
            return cells
        return [cells[place] for place in self._places]

    def _usable_days(
        self, values: dict[str, str], received_on: int, notes: Notes
    ) -> dict[str, int]:
        """Dates within their bounds and in their order: born, first visit, second visit."""
        days: dict[str, int] = {}
        for column, earliest in self._dates:
            text = values.get(column.name)
            if text is None:
                continue
            day = _day(text)
            if day > received_on:
                self._refuse_day("DATE_IN_FUTURE", column, day, f"≤ {roc_text(received_on)}", notes)
            elif day < earliest:
                least = f"≥ {roc_text(earliest)}"
                self._refuse_day("DATE_RANGE", column, day, least, notes, "birth")
            else:
                days[column.name] = day
        visit_name = visit_column(self.layout.programme)
        visit, born = days.get(visit_name), days.get("birth_date")
        if visit is not None:
            if born is not None and visit < born:
                column = self._columns[visit_name]
                self._refuse_day("DATE_ORDER", column, visit, "不早於出生日期", notes, "birth")
            second = days.get("stage2_date")
            if second is not None and second < visit:
                column = self._columns["stage2_date"]
                order = "不早於第一階段檢查日期"
                self._refuse_day("DATE_ORDER", column, second, order, notes, "birth")
        return days

    @staticmethod
    def _refuse_day(
        code: str, column: Column, day: int, expected: str, notes: Notes, shown_as: str = ""
    ) -> None:
        """``shown_as`` birth: so old a date of a visit may be a birth date in the wrong column."""
        found = masked(shown_as or column.kind, _shown_day(day))
        notes.errors.append(finding(code, column.name, found, expected))

    def _note_blank_keys(self, values: dict[str, str], notes: Notes) -> None:
        named = {error.column for error in notes.errors}
        for name in self.layout.keys:
            if name not in values and name not in named:
                notes.add("KEY_BLANK", self._columns[name], "")


def _shown_day(day: int) -> str:
    """ROC text, AD for a day before the calendar began."""
    return roc_text(day) if day >= FIRST_ROC_DAY else iso_text(day)


@lru_cache(maxsize=8)
def row_reader(programme: str, columns: tuple[str, ...], styles: tuple[str, ...]) -> RowReader:
    """The reader of a file's columns; KeyError for an unknown programme or date style."""
    return RowReader(programme, columns, styles)
