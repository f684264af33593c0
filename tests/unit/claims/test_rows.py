"""What is said of the dates of a row, and how files with fewer or more columns are read."""

import pytest

from claims.layouts import layout
from claims.periods import day_of
from claims.rows import Checked, row_reader
from tests.support.result_rows import OWNERS, RECEIVED_ON, a_row, check, check_cells, styles


@pytest.mark.parametrize(
    ("programme", "column", "text", "code", "found", "expected"),
    [
        # received on 114-06-01
        ("oral", "visit_date", "1140602", "DATE_IN_FUTURE", "1140602", "≤ 1140601"),
        ("oral", "birth_date", "1140602", "DATE_IN_FUTURE", "114****", "≤ 1140601"),
        # before National Health Insurance: shown like a birth date, which it may be
        ("oral", "visit_date", "0840228", "DATE_RANGE", "084****", "≥ 0840301"),
        ("adult", "stage1_date", "0740310", "DATE_RANGE", "074****", "≥ 0840301"),
        ("adult", "stage1_date", "0010101", "DATE_RANGE", "001****", "≥ 0840301"),
        # before the birth
        ("child", "visit_date", "1130531", "DATE_ORDER", "113****", "不早於出生日期"),
    ],
)
def test_a_date_out_of_place_is_told_with_what_was_expected(
    programme: str, column: str, text: str, code: str, found: str, expected: str
) -> None:
    (error,) = check(programme, **{column: text}).errors
    assert (error.column, error.code) == (column, code)
    assert (error.found, error.expected) == (found, expected)


def test_a_second_visit_before_the_first_names_the_first() -> None:
    (error,) = check("adult", stage2_date="1140309").errors
    assert (error.column, error.code) == ("stage2_date", "DATE_ORDER")
    assert error.expected == "不早於第一階段檢查日期"


def test_a_second_visit_before_the_first_is_shown_like_the_birth_date_it_may_be() -> None:
    (error,) = check("adult", stage2_date="0840505").errors
    assert (error.code, error.found) == ("DATE_ORDER", "084****")


def test_a_day_before_the_calendar_of_the_republic_is_shown_as_such() -> None:
    (error,) = check("oral", style="iso", visit_date="2025-03-10", birth_date="1911-12-31").errors
    assert (error.code, error.found, error.expected) == ("DATE_RANGE", "191*******", "≥ 0010101")
    first = check("oral", style="iso", visit_date="2025-03-10", birth_date="1912-01-01")
    assert first.errors == []


@pytest.mark.parametrize(
    ("programme", "changes"),
    [
        ("child", {"visit_date": "1130601"}),  # on the day of birth
        ("adult", {"stage2_date": "1140310"}),  # both stages on one day
        ("oral", {"visit_date": "1140601"}),  # on the day of the upload
        ("oral", {"visit_date": "0840301"}),  # on the first day of National Health Insurance
    ],
)
def test_dates_that_meet_are_in_order(programme: str, changes: dict[str, str]) -> None:
    row = check(programme, **changes)
    assert row.errors == []
    assert all(day_of(1995, 3, 1) <= row.days[name] <= RECEIVED_ON for name in changes)


def test_a_date_out_of_bounds_is_not_used_and_the_others_are() -> None:
    row = check("adult", birth_date="1140602")
    assert set(row.days) == {"stage1_date", "stage2_date"}
    assert set(check("adult", birth_date="").days) == {"stage1_date", "stage2_date"}


def read(columns: dict[str, str], programme: str = "oral") -> Checked:
    """A row of a file with these columns in this order."""
    names = tuple(columns)
    dates = {column.name for column in layout(programme).columns if column.is_date}
    reader = row_reader(programme, names, tuple("roc" if name in dates else "" for name in names))
    return reader.check(tuple(columns.values()), RECEIVED_ON, OWNERS)


def test_a_file_need_not_have_every_column() -> None:
    columns = a_row("oral")
    for name in ("name", "lesion_site", "practitioner_id"):
        del columns[name]
    row = read(columns)
    assert (row.errors, row.warnings, row.missing) == ([], [], ())
    del columns["betel"]
    assert read(columns).missing == ("betel",)


def test_columns_that_nobody_knows_are_kept_apart_and_refuse_nothing() -> None:
    """However long their text: it says nothing about the content."""
    columns = {"zone": "北", "age": "x" * 300, **a_row("oral")}
    row = read(columns)
    assert row.errors == []
    assert list(row.extra.items()) == [("age", "x" * 300), ("zone", "北")]
    assert row.values == check("oral").values
    assert read({**columns, "zone": ""}).extra == {"age": "x" * 300}


def test_a_row_with_too_many_cells_says_how_many() -> None:
    cells = tuple(a_row("oral").values())
    (error,) = check_cells("oral", (*cells, "", "x")).errors
    assert (error.code, error.column, error.found) == ("ROW_SHAPE", "", "18 / 16")


def test_a_date_without_a_style_is_read_as_a_roc_date() -> None:
    cells = tuple(a_row("oral").values())
    row = row_reader("oral", layout("oral").names, ()).check(cells, RECEIVED_ON, OWNERS)
    assert row == check("oral") and styles("oral").count("roc") == 2


def test_a_column_that_is_wrong_is_not_called_blank_besides() -> None:
    row = check("adult", sex="3", smoking="")
    assert [(error.code, error.column) for error in row.errors] == [("VALUE_NOT_ALLOWED", "sex")]
    assert (row.missing, row.warnings) == (("sex", "smoking"), ["FIELD_BLANK:smoking"])


def test_a_blank_key_was_found_to_be_blank() -> None:
    (error,) = check("oral", person_id=" ").errors
    assert (error.code, error.column, error.found) == ("KEY_BLANK", "person_id", "")


def test_a_key_that_is_wrong_is_not_called_blank_besides() -> None:
    codes = [(error.code, error.column) for error in check("oral", person_id="X").errors]
    assert codes == [("ID_SHAPE", "person_id")]
    both = check("oral", person_id="", visit_date="1140602")
    assert [(error.code, error.column) for error in both.errors] == [
        ("DATE_IN_FUTURE", "visit_date"),
        ("KEY_BLANK", "person_id"),
    ]


def test_another_facilitys_row_is_refused_whatever_else_is_wrong() -> None:
    row = check("oral", facility_id="3501200000", payer="7")
    assert {error.code for error in row.errors} == {"OWNER_MISMATCH", "VALUE_NOT_ALLOWED"}
    (owner,) = (error for error in row.errors if error.code == "OWNER_MISMATCH")
    assert (owner.column, owner.found) == ("facility_id", "3501200000")
