"""Which findings refuse a row and which travel with it (validation.md; R-19: a blank content field,
an odd number or a check digit that nobody has published refuse nothing)."""

import pytest

from claims.findings import CODES, finding, from_warnings, masked

ERRORS = """
KEY_BLANK OWNER_MISMATCH ROW_TOO_SHORT ROW_SHAPE ACTION_UNKNOWN PROGRAMME_UNKNOWN
ID_BLANK ID_MASKED ID_SHAPE ID_CHECKSUM
FACILITY_BLANK FACILITY_ENOTATION FACILITY_SHAPE
DATE_BLANK DATE_SHAPE DATE_GREGORIAN DATE_RANGE DATE_OPEN_END DATE_IN_FUTURE DATE_ORDER
VALUE_NOT_ALLOWED ORDER_CODE_NOT_ALLOWED FIELD_TOO_LONG
"""
WARNINGS = """
FACILITY_PADDED FACILITY_CHECK DATE_6_DIGITS
FIELD_BLANK VALUE_OUT_OF_RANGE VALUE_DECIMALS SEX_MISMATCH BMI_MISMATCH DBP_NOT_BELOW_SBP
EXTRA_LEFT_OUT W_SPLIT_CHAR W_BYTES
"""


def test_errors_refuse_and_warnings_do_not() -> None:
    levels = dict.fromkeys(ERRORS.split(), "error") | dict.fromkeys(WARNINGS.split(), "warning")
    assert {code: meaning.level for code, meaning in CODES.items()} == levels
    assert {code: finding(code).level for code in CODES} == levels


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ACTION_UNKNOWN", "row、edit、delete、replace"),
        ("PROGRAMME_UNKNOWN", "adult、child、oral"),
        # what these expect depends on the column: whoever finds them says so
        *((code, "") for code in ("DATE_SHAPE", "DATE_GREGORIAN", "DATE_RANGE", "DATE_OPEN_END")),
        *((code, "") for code in ("DATE_ORDER", "VALUE_NOT_ALLOWED", "ORDER_CODE_NOT_ALLOWED")),
        *((code, "") for code in ("VALUE_OUT_OF_RANGE", "VALUE_DECIMALS", "EXTRA_LEFT_OUT")),
    ],
)
def test_what_a_code_expects_of_every_column(code: str, expected: str) -> None:
    assert finding(code).expected == expected
    assert finding(code, expected="1 or 2").expected == "1 or 2"


def test_a_finding_says_where_and_what_was_found() -> None:
    found = finding("SEX_MISMATCH", "sex", "1", level="error")
    assert (found.code, found.level, found.column, found.found) == (
        "SEX_MISMATCH",
        "error",
        "sex",
        "1",
    )
    bare = finding("ROW_SHAPE")
    assert (bare.column, bare.found) == ("", "")
    unknown = finding("NEVER_HEARD_OF")
    assert (unknown.level, unknown.expected, unknown.hint) == ("error", "", "")


def test_a_warning_of_a_row_stays_one_and_may_name_no_column() -> None:
    (found,) = from_warnings(["ID_CHECKSUM"])
    assert (found.code, found.level, found.column) == ("ID_CHECKSUM", "warning", "")


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        # an ID wherever it stands, in either letter case
        ("choice", "x a123456789 y", "x A1234***** y"),
        ("choice", "AB12345678", "AB123*****"),
        ("choice", "AD12345", "AD123**"),
        ("choice", "AE12345", "AE12345"),
        ("choice", "A1234", "A1234"),
        # numbers as long as a date, and dates as they are written
        ("choice", "12345", "12345"),
        ("choice", "123456", "123***"),
        ("choice", "1985-3-1", "198*****"),
        ("choice", "85.03.10", "85.*****"),
        ("choice", "85年3月10日", "85年****日"),
        ("facility", "850310", "850***"),
        ("facility", "20250310", "202*****"),
        ("facility", "35013400", "35013400"),
        ("facility", "3501200000", "3501200000"),
        # what holds a place but cannot be seen is shown as such
        ("choice", "a\u200bb", "a?b"),
        ("choice", "a\x7fb", "a?b"),
        ("choice", "a\u2028b", "a?b"),
        # an answer in words is no name
        ("choice", "正常", "正常"),
        ("choice", "男性", "男性"),
        ("choice", "男", "男"),
        ("choice", "男女性", "男**"),
        ("phone", "04", "**"),
        # whatever stands where a person is named, also a text that is none of it
        ("person", "AE12345", "AE123**"),
        ("person", "王小明", "***"),
        ("birth", "64", "**"),
        ("birth", "abcdef", "abc***"),
        ("partner", "35013400", "35013400"),
        ("choice", "35013400", "350*****"),
    ],
)
def test_nothing_that_names_a_person_is_shown(kind: str, text: str, shown: str) -> None:
    assert masked(kind, text) == shown


@pytest.mark.parametrize(("length", "shown"), [(23, 23), (24, 24), (25, 24), (99, 24)])
def test_a_long_text_ends_in_dots(length: int, shown: int) -> None:
    text = masked("choice", "x" * length)
    assert len(text) == shown
    assert text.endswith("…") == (length > 24)
