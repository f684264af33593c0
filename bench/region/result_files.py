"""Result files in the formats facilities use: CSV in two encodings, spreadsheet, fixed width."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date

from bench.region.fixed_width import fixed_width
from bench.region.layouts import HEADERS, Row
from bench.region.spreadsheet import Cell, spreadsheet
from bench.region.world import CSV_CP950, CSV_UTF8, XLSX, Facility

SUFFIXES = {CSV_UTF8: "csv", CSV_CP950: "csv", XLSX: "xlsx"}
MEASURED = frozenset(
    (
        *("cholesterol", "triglyceride", "hdl", "ldl", "fasting_glucose", "got", "gpt", "egfr"),
        *("sbp", "dbp", "waist_cm", "height_cm", "weight_kg", "head_cm"),
    )
)


def suffix(facility: Facility) -> str:
    return SUFFIXES.get(facility.format, "txt")


def result_file(facility: Facility, programme: str, rows: Sequence[Row]) -> bytes:
    """The bytes of one result file of this facility. An empty row is a blank line."""
    if facility.format == XLSX:
        heads: list[Cell] = [*_headers(facility, programme)]
        return spreadsheet([heads, *(_spread(programme, row) for row in rows)])
    if facility.format in SUFFIXES:
        encoding = "cp950" if facility.format == CSV_CP950 else "utf-8-sig"
        return _csv(facility, programme, rows).encode(encoding)
    return fixed_width(programme, rows)


def _headers(facility: Facility, programme: str) -> list[str]:
    return list(HEADERS[programme] if facility.ascii_names else HEADERS[programme].values())


def _csv(facility: Facility, programme: str, rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_headers(facility, programme))
    for row in rows:
        writer.writerow([row.get(name, "") for name in HEADERS[programme]])
    return text.getvalue()


def _spread(programme: str, row: Row) -> list[Cell]:
    """Measurements as numbers; every second person's birth date as a date cell (R-27)."""
    cells: list[Cell] = []
    for name in HEADERS[programme]:
        text = row.get(name, "")
        if name in MEASURED and re.fullmatch(r"[0-9]+(\.[0-9])?", text):
            cells.append(float(text))
        elif name == "birth_date" and re.fullmatch(r"[0-9]{7}", text) and text[-1] in "02468":
            year, month, day = int(text[:3]) + 1911, int(text[3:5]), int(text[5:])
            cells.append(date(year, month, day))
        else:
            cells.append(text)
    return cells
