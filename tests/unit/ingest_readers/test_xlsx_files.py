"""Result files as XLSX: dates, numbers, rows as the spreadsheet numbers them (R-27)."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from claims.layouts import layout
from tests.support.files import ROWS, ReadFile, a_zip, read
from tests.support.workbooks import SHEET, a_workbook, parts

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


def rows_of(*rows: dict[str, Any], blank_before: int = 0) -> list[list[Any]]:
    columns = layout("oral").columns
    filled = [[{**ROWS["oral"], **row}.get(column.name) for column in columns] for row in rows]
    return [[]] * blank_before + [[column.zh for column in columns], *filled]


def sheet(*rows: dict[str, Any], blank_before: int = 0) -> bytes:
    return a_workbook(*rows_of(*rows, blank_before=blank_before))


def test_cells_become_the_texts_the_user_sees(tmp_path: Path) -> None:
    row = {
        "person_id": "A123456789",
        "facility_id": 3501340006,
        "payer": 1,
        "betel": 2.0,
        "indigenous": True,
        "smoking": 5.0999999999999996,
        "result_code": 12345678901234567,
        "lesion_site": 3.5e20,
        "name": "=1+1",
    }
    got = read(tmp_path, sheet(row))
    assert (got.refused, got.programme) == (None, "oral")
    shown = {name: got.cell(0, name) for name in row}
    assert shown == {
        "person_id": "A123456789",
        "facility_id": "3501340006",
        "payer": "1",
        "betel": "2",
        "indigenous": "TRUE",
        "smoking": "5.1",
        "result_code": "1.23456789012346E+16",
        "lesion_site": "3.5E+20",
        "name": "",  # a formula that was never computed has no value
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime.date(2025, 3, 10), "1140310"),
        (datetime.datetime(1986, 1, 2, 13, 5), "0750102"),
        (datetime.date(1905, 1, 1), "1905-01-01"),
        ("2025/3/10", "1140310"),
        ("２０２５/03/10", "1140310"),
        ("2025/02/30", "2025/02/30"),
        ("114/3/10", "114/3/10"),
        (1140310, "1140310"),
        (45726, "45726"),
        ("20250310", "20250310"),
    ],
)
def test_dates_are_written_in_the_style_of_their_column(
    tmp_path: Path, cell: object, text: str
) -> None:
    assert read(tmp_path, sheet({"visit_date": cell})).cell(0, "visit_date") == text


def test_a_slashed_text_in_another_column_is_a_text(tmp_path: Path) -> None:
    assert read(tmp_path, sheet({"name": "2025/3/10"})).cell(0, "name") == "2025/3/10"


def test_rows_have_the_numbers_of_the_spreadsheet(tmp_path: Path) -> None:
    got = read(tmp_path, sheet({}, {name: None for name in ROWS["oral"]}, {}, blank_before=2))
    assert [row.item.row_no for row in got.rows] == [4, 6]
    assert (got.counts.rows_blank, got.counts.conserved()) == (1, True)


def with_sheet_xml(old: str, new: str) -> bytes:
    files = parts(*rows_of({}, {}, {}))
    assert old.encode() in files[SHEET]
    return a_zip({**files, SHEET: files[SHEET].replace(old.encode(), new.encode())})


def problems(got: ReadFile) -> list[str]:
    return [row.item.problem for row in got.rows]


def test_a_damaged_cell_ends_the_sheet_and_is_named(tmp_path: Path) -> None:
    got = read(tmp_path, with_sheet_xml('<row r="3">', '<row r="3"><c r="A3" t="s"><v>9e9</v></c>'))
    assert (got.refused, problems(got)) == (None, [""])
    assert [(f.code, f.found) for f in got.findings] == [("W_PARTLY_READ", "#3")]


@pytest.mark.parametrize("place", ['r="99999999999"', "r = '1048577'"])
def test_a_row_beyond_all_spreadsheets_is_refused_unread(tmp_path: Path, place: str) -> None:
    got = read(tmp_path, with_sheet_xml('<row r="4">', f"<row {place}>"))
    assert got.refused == "F_UNSAFE"


def test_a_cell_beyond_the_header_is_a_shape_problem(tmp_path: Path) -> None:
    got = read(tmp_path, with_sheet_xml('<row r="3">', '<row r="3"><c r="AZ3"><v>7</v></c>'))
    assert problems(got) == ["", "ROW_SHAPE", ""]
