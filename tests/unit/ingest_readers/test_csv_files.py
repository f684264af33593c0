"""Result files as CSV: headers, cells, rows as the user counts them (uploads.md section 1)."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from claims.layouts import layout
from services.ingest.reading.api import RESULTS
from services.ingest.reading.column_map import ColumnMap
from services.ingest.reading.maps import LAYOUTS, Maps
from tests.support.files import a_table, read


def a_map(programme: str, version: str, **head: Any) -> Maps:
    path = LAYOUTS / f"{programme}.{version}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    data["map"] |= head
    return Maps([ColumnMap(path.name, copy.deepcopy(data))])


@pytest.mark.parametrize("programme", ["adult", "child", "oral"])
@pytest.mark.parametrize("ascii_names", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_a_file_is_read_by_its_headers_and_its_programme_found(
    tmp_path: Path, programme: str, ascii_names: bool, named: bool
) -> None:
    table = a_table(programme, {}, {}, ascii_names=ascii_names)
    got = read(tmp_path, table, kind=programme if named else None)
    assert (got.refused, got.programme, got.findings) == (None, programme, [])
    assert [row.item.row_no for row in got.rows] == [2, 3]
    assert got.cell(0, "person_id") == "A123456789"
    assert got.styles[got.columns.index("birth_date")] == "roc"
    assert got.styles[got.columns.index("person_id")] == ""


def test_headers_may_stand_in_any_order_and_dress(tmp_path: Path) -> None:
    rows = [line.split(",")[::-1] for line in a_table("oral", {"name": "王"}).splitlines()]
    rows[0] = [f" {'　'.join(name)} " for name in rows[0]]
    got = read(tmp_path, "\n".join(",".join(row) for row in rows))
    assert (got.refused, got.cell(0, "name")) == (None, "王")


def test_unknown_columns_are_kept_under_their_header(tmp_path: Path) -> None:
    first, second = a_table("oral", {}).splitlines()
    got = read(tmp_path, f"{first},備 註\r\n{second},hello\r\n")
    assert got.cell(0, "extra:備註") == "hello"


def test_a_file_without_a_mandatory_column_is_refused_and_the_column_named(tmp_path: Path) -> None:
    got = read(tmp_path, a_table("oral", {}).replace("支付方式", "付款"), kind="oral")
    assert (got.refused, got.items) == ("COLUMN_MISSING", [])
    assert "支付方式 payer" in got.findings[0].expected
    assert read(tmp_path, "a,b\r\n1,2\r\n").refused == "F_MAP"
    assert read(tmp_path, "\r\n", kind="child").refused == "COLUMN_MISSING"


@pytest.mark.parametrize(
    ("parts", "without", "refused"),
    [
        ((), "", None),
        (("stage1",), "", None),
        (("hepatitis",), "", None),
        (("stage1",), "gpt", "COLUMN_MISSING"),
        (("stage1",), "uric_acid", None),
        (("stage1", "stage2"), "waist_cm", "COLUMN_MISSING"),
        (("stage1", "stage2"), "", None),
        (("stage1",), "bc_history", "COLUMN_MISSING"),
    ],
)
def test_the_columns_of_a_stage_are_all_there_or_none_is(
    tmp_path: Path, parts: tuple[str, ...], without: str, refused: str | None
) -> None:
    """A misspelt header would leave every row incomplete; a file of one stage lacks the other."""
    names = [c.name for c in layout("adult").columns if c.part in ("", *parts)]
    names = [name for name in names if name != without]
    got = read(tmp_path, ",".join(names) + "\r\n" + "," * (len(names) - 1) + "x\r\n", kind="adult")
    assert got.refused == refused


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    got = read(tmp_path, a_table("oral", {}).replace("姓名", "身分證字號"), kind="oral")
    assert (got.refused, got.findings[0].column) == ("COLUMN_REPEATED", "person_id")


def test_blank_rows_are_counted_and_keep_their_numbers(tmp_path: Path) -> None:
    first, second = a_table("oral", {}).splitlines()
    text = f"\r\n{first}\r\n\r\n{second}\r\n{',' * first.count(',')}\r\n{second}"
    got = read(tmp_path, text)
    assert [row.item.row_no for row in got.rows] == [4, 6]
    assert (got.counts.rows_read, got.counts.rows_emitted, got.counts.rows_blank) == (4, 2, 2)


def test_rows_of_another_shape_come_out_with_a_problem(tmp_path: Path) -> None:
    first, second = a_table("oral", {}).splitlines()
    text = "\r\n".join([first, second[:-3], second + ",x", second + ",,", second])
    assert [row.item.problem for row in read(tmp_path, text).rows] == [
        "ROW_SHAPE",
        "ROW_SHAPE",
        "",
        "",
    ]


def test_quotes_delimiters_and_line_ends_inside_cells(tmp_path: Path) -> None:
    table = a_table("oral", {"name": '"王,""小""\r\n明"', "lesion_site": '5"'}, {"name": "李"})
    got = read(tmp_path, table)
    assert (got.cell(0, "name"), got.cell(0, "lesion_site")) == ('王,"小"\r\n明', '5"')
    assert (got.cell(1, "name"), got.rows[1].item.row_no) == ("李", 3)


def test_a_quote_that_never_closes_costs_only_its_row(tmp_path: Path) -> None:
    table = a_table("oral", {}, {"name": '"王'}, {"name": "李"}, {"name": "陳"})
    got = read(tmp_path, table)
    assert [row.item.problem for row in got.rows] == ["", "ROW_SHAPE", "", ""]
    assert (got.cell(3, "name"), got.counts.conserved()) == ("陳", True)


def test_values_of_the_map_are_applied_and_others_left_alone(tmp_path: Path) -> None:
    table = a_table("oral", *({"result_sign": sign} for sign in ("陽 性", "0", "有", "")))
    got = read(tmp_path, table)
    assert [got.cell(row, "result_sign") for row in range(4)] == ["1", "0", "有", ""]


def test_cells_are_untouched_otherwise(tmp_path: Path) -> None:
    damaged = {"facility_id": "3.50E+12", "visit_date": "45726", "birth_date": "2025/03/10"}
    got = read(tmp_path, a_table("oral", damaged | {"name": " ＡＢ "}))
    assert [got.cell(0, name) for name in ("facility_id", "visit_date", "birth_date", "name")] == [
        "3.50E+12",
        "45726",
        "2025/03/10",
        " ＡＢ ",
    ]


def test_without_a_header_columns_are_taken_by_index(tmp_path: Path) -> None:
    maps = a_map("oral", "O-2026.1", header=False)
    rows = a_table("oral", {"name": "王"}, {}).splitlines()[1:]
    got = read(tmp_path, "\n".join([*rows, "short"]), kind="oral", maps=maps)
    assert got.cell(0, "name") == "王"
    assert [(row.item.row_no, row.item.problem) for row in got.rows] == [
        (1, ""),
        (2, ""),
        (3, "ROW_SHAPE"),
    ]


def test_another_delimiter_and_date_style_come_from_the_map(tmp_path: Path) -> None:
    maps = a_map("oral", "O-2026.1", delimiter="\t", date="iso")
    got = read(tmp_path, a_table("oral", {"name": "a,b"}, delimiter="\t"), RESULTS, maps=maps)
    assert (got.cell(0, "name"), got.styles[got.columns.index("visit_date")]) == ("a,b", "iso")


def test_a_file_with_a_header_alone_is_said_to_be_empty(tmp_path: Path) -> None:
    assert read(tmp_path, a_table("oral")).codes == ["W_EMPTY"]
