"""A row is refused for key fields, unusable values and ownership; blank content only warns."""

import pytest

from claims.layouts import PROGRAMMES, layout
from tests.support.result_rows import a_row, blank_stage2, check, check_cells, codes

KEYS = [(programme, key) for programme in PROGRAMMES for key in layout(programme).keys]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_a_complete_row_has_neither_errors_nor_warnings(programme: str) -> None:
    row = check(programme)
    assert (row.errors, row.warnings, row.missing) == ([], [], ())


@pytest.mark.parametrize(("programme", "key"), KEYS)
def test_a_blank_key_field_refuses_the_row(programme: str, key: str) -> None:
    assert codes(check(programme, **{key: "\u3000"})) == [("KEY_BLANK", key)]


# programme | column | text | code (R-19, R-26, R-27; validation.md sections 1, 3 and 4)
REFUSED = """
adult person_id A182949959 ID_CHECKSUM
adult person_id A1729***** ID_MASKED
adult person_id NULL ID_SHAPE
adult facility_id 3.50E+09 FACILITY_ENOTATION
adult facility_id 35013400 FACILITY_SHAPE
adult facility_id 3502371194 OWNER_MISMATCH
adult lab_facility_id 123 FACILITY_SHAPE
adult birth_date 20250310 DATE_GREGORIAN
adult birth_date 45726 DATE_SHAPE
adult birth_date 1140229 DATE_RANGE
adult birth_date 1140602 DATE_IN_FUTURE
adult birth_date 9991231 DATE_OPEN_END
adult stage1_date 0840228 DATE_RANGE
adult stage1_date 1140602 DATE_IN_FUTURE
adult stage2_date 1140309 DATE_ORDER
adult sex 3 VALUE_NOT_ALLOWED
adult sex - VALUE_NOT_ALLOWED
adult hbsag 陰性 VALUE_NOT_ALLOWED
adult hbsag 無 VALUE_NOT_ALLOWED
adult smoking 4 VALUE_NOT_ALLOWED
adult cholesterol high VALUE_NOT_ALLOWED
adult residence_code 630 VALUE_NOT_ALLOWED
adult name 一二三四五六七八九十一二三四五六七八九十長 FIELD_TOO_LONG
child order_code 74 ORDER_CODE_NOT_ALLOWED
child newborn_mark 0 VALUE_NOT_ALLOWED
child visit_date 1130531 DATE_ORDER
child practitioner_id A182949959 ID_CHECKSUM
oral payer 5 VALUE_NOT_ALLOWED
oral betel 6 VALUE_NOT_ALLOWED
oral result_code 12345 FIELD_TOO_LONG
"""


@pytest.mark.parametrize("line", REFUSED.split("\n")[1:-1])
def test_an_unusable_value_refuses_the_row(line: str) -> None:
    programme, column, text, code = line.split(" ")
    assert codes(check(programme, **{column: text})) == [(code, column)]


# programme | column | text | warning
WARNED = """
adult cholesterol 49 VALUE_OUT_OF_RANGE
adult cholesterol 801 VALUE_OUT_OF_RANGE
adult height_cm 170.25 VALUE_DECIMALS
adult sex 2 SEX_MISMATCH
adult dbp 120 DBP_NOT_BELOW_SBP
adult bmi 22.8 BMI_MISMATCH
adult facility_id 3501340009 FACILITY_CHECK
adult birth_date 740310 DATE_6_DIGITS
adult name 測\ufffd W_SPLIT_CHAR
adult name 測\ufffd試 W_BYTES
child height_cm 29 VALUE_OUT_OF_RANGE
oral sex 2 SEX_MISMATCH
"""


@pytest.mark.parametrize("line", WARNED.split("\n")[1:-1])
def test_an_odd_value_warns_and_the_row_is_taken(line: str) -> None:
    programme, column, text, warning = line.split(" ")
    row = check(programme, **{column: text})
    assert f"{warning}:{column}" in row.warnings
    assert [code for code, _ in codes(row)] in ([], ["OWNER_MISMATCH"])


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("cholesterol", "50"), ("cholesterol", "800"), ("dbp", "119"), ("bmi", "22.6"),
        ("stage2_date", "1140310"), ("stage1_date", "0840301"), ("birth_date", "0010101"),
        ("stage2_date", "1140601"), ("sex", " １ "), ("person_id", "a172949959\u3000"),
        ("person_id", "AA07407686"), ("lab_facility_id", "JY12"), ("height_cm", "170.0"),
    ],
)  # fmt: skip
def test_the_boundary_itself_is_fine(column: str, text: str) -> None:
    row = check("adult", **{column: text})
    assert (row.errors, row.warnings) == ([], [])


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_blank_content_is_taken_and_named(programme: str) -> None:
    for column in layout(programme).columns:
        if column.mandatory and not column.key and column.part != "hepatitis":
            row = check(programme, **{column.name: ""})
            assert (row.errors, row.missing) == ([], (column.name,))
            assert row.warnings == [f"FIELD_BLANK:{column.name}"]


def test_all_failing_fields_are_named_at_once_and_masked() -> None:
    row = check(
        "adult", person_id="A182949959", birth_date="0740231", sex="王小明", facility_id="1.0"
    )
    assert [(f.column, f.code, f.found) for f in row.errors] == [
        ("person_id", "ID_CHECKSUM", "A1829*****"),
        ("birth_date", "DATE_RANGE", "074****"),
        ("sex", "VALUE_NOT_ALLOWED", "王**"),
        ("facility_id", "FACILITY_SHAPE", "1.0"),
    ]
    assert all(finding.hint and finding.expected for finding in row.findings)


def test_a_shifted_row_carries_no_id_and_no_birth_date_out() -> None:
    cells = tuple(a_row("adult").values())
    row = check_cells("adult", ("", *cells[:-1]))
    shown = " ".join(finding.found for finding in row.findings)
    assert row.errors
    assert not any(secret in shown for secret in ("A172949959", "0740310", "測試甲"))


@pytest.mark.parametrize(
    ("programme", "changes"),
    [
        ("child", {"birth_date": "1140310", "visit_date": "1130601"}),
        ("oral", {"birth_date": "1140310", "visit_date": "0740310"}),
        ("adult", {"facility_id": "0740310", "sex": "74/03/10"}),
        ("oral", {"visit_date": "19740310"}),
        ("oral", {"visit_date": "74/03/10"}),
        ("oral", {"visit_date": "0740230"}),
    ],
)
def test_a_birth_date_in_a_column_of_others_is_masked_too(
    programme: str, changes: dict[str, str]
) -> None:
    row = check(programme, **changes)
    assert row.errors
    shown = [finding.found for finding in row.errors]
    assert not set(shown) & {"1130601", "0740310", "74/03/10", "19740310", "0740230"}, shown


def test_uric_acid_is_asked_for_since_114_01_01() -> None:
    before = check("adult", uric_acid="", stage1_date="1131231")
    after = check("adult", uric_acid="", stage1_date="1140101")
    assert (before.missing, after.missing) == ((), ("uric_acid",))


def test_head_size_is_asked_for_up_to_order_76() -> None:
    missing = {code: check("child", head_cm="", order_code=code).missing for code in ("76", "77")}
    assert missing == {"76": ("head_cm",), "77": ()}


def test_a_note_is_missed_when_the_examination_found_something() -> None:
    row = check("child", physical_exam="1")
    assert (row.missing, row.warnings) == ((), ["FIELD_BLANK:physical_note"])


def test_a_first_stage_row_misses_nothing_of_the_second() -> None:
    row = check("adult", **blank_stage2())
    assert (row.filled, row.missing, row.warnings) == (("stage1",), (), [])


def test_a_second_stage_without_its_date_misses_the_date() -> None:
    row = check("adult", stage2_date="")
    assert (row.errors, row.missing) == ([], ("stage2_date",))


def test_a_second_stage_date_alone_asks_for_the_whole_second_stage() -> None:
    row = check("adult", **blank_stage2() | {"stage2_date": "1140401"})
    asked = {column.name for column in layout("adult").columns if column.part == "stage2"}
    assert (row.filled, set(row.missing)) == (("stage1",), asked)


def test_a_row_for_hepatitis_alone_is_not_warned_about_the_first_stage() -> None:
    blank = {
        column.name: "" for column in layout("adult").columns if column.part in ("stage1", "stage2")
    }
    only = blank | {"stage2_date": "", "bc_history": "3", "interp_hbv": "", "interp_hcv": ""}
    row = check("adult", **only)
    assert (row.filled, row.errors, row.warnings) == (("hbsag", "anti_hcv"), [], [])
    assert "cholesterol" in row.missing and "height_cm" not in row.missing
    assert check("adult", **only | {"hbsag": ""}).warnings == ["FIELD_BLANK:hbsag"]


def test_a_bmi_that_differs_by_exactly_two_tenths_is_fine() -> None:
    sizes = {"height_cm": "150", "weight_kg": "72"}  # 32.0
    warned = {bmi: check("adult", **sizes | {"bmi": bmi}).warnings for bmi in ("32.2", "32.21")}
    assert warned == {"32.2": [], "32.21": ["BMI_MISMATCH:bmi"]}


def test_a_nine_digit_facility_is_padded_with_a_warning() -> None:
    from claims.rows import row_reader
    from tests.support.result_rows import RECEIVED_ON, styles

    cells = tuple(a_row("adult", facility_id="401170867").values())
    reader = row_reader("adult", layout("adult").names, styles("adult"))
    row = reader.check(cells, RECEIVED_ON, ("0401170867",))
    assert (row.errors, row.warnings) == ([], ["FACILITY_PADDED:facility_id"])
    assert row.values["facility_id"] == "0401170867"


def test_equal_contents_give_equal_values_however_they_are_written() -> None:
    plain = check("adult")
    other = check("adult", birth_date="074/3/10", cholesterol="212.0", sex="１")
    same = check("adult", cholesterol="212")
    assert list(other.values.items()) == list(same.values.items())
    assert plain.values.keys() == same.values.keys()


def test_the_order_of_columns_does_not_change_the_values() -> None:
    from claims.rows import row_reader
    from tests.support.result_rows import OWNERS, RECEIVED_ON

    row = a_row("oral")
    names = tuple(reversed(row))
    styles = tuple("roc" if name.endswith("_date") else "" for name in names)
    cells = tuple(row[name] for name in names)
    turned = row_reader("oral", names, styles).check(cells, RECEIVED_ON, OWNERS)
    assert list(turned.values.items()) == list(check("oral").values.items())


def test_cells_beyond_the_columns_refuse_the_row_and_missing_ones_are_blank() -> None:
    cells = tuple(a_row("oral").values())
    assert codes(check_cells("oral", (*cells, "x"))) == [("ROW_SHAPE", "")]
    assert check_cells("oral", (*cells, " ")).errors == []
    assert codes(check_cells("oral", ())) == [
        ("KEY_BLANK", key) for key in ("person_id", "visit_date", "facility_id")
    ]


@pytest.mark.parametrize(("style", "text"), [("ad8", "20250310"), ("iso", "2025-03-10")])
def test_the_style_of_the_map_decides_how_dates_are_read(style: str, text: str) -> None:
    birth = {"ad8": "19850310", "iso": "1985-03-10"}[style]
    row = check("oral", style=style, visit_date=text, birth_date=birth)
    assert (row.errors, row.values["visit_date"]) == ([], "2025-03-10")
    assert codes(check("oral", style=style, birth_date=birth)) == [("DATE_SHAPE", "visit_date")]
