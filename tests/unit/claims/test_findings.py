"""What a finding shows: enough to put the row right, nothing that names a person."""

import pytest

from claims.codes import order_code, person_id
from claims.findings import CODES, LONGEST_FOUND, finding, from_warnings, masked
from claims.masks import mask_birth_date
from claims.periods import day_of, roc_month_text


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("person", "A123456789", "A1234*****"),
        ("name", "王小明", "王**"),
        ("name", "王", "*"),
        ("birth", "0740310", "074****"),
        ("phone", "0912345678", "091*******"),
        # a day of service is shown; what may be a birth date in its place is not
        ("service", "1140310", "1140310"),
        ("service", "0840301", "0840301"),
        ("service", "0990231", "0990231"),
        ("service", "0740231", "074****"),
        ("service", "19850310", "198*****"),
        ("service", "1985-03-10", "198*******"),
        ("service", "85/3/100", "85/****0"),
        ("service", "74/03/10", "74/*****"),
        ("service", "生日0740310", "生*074****"),
        ("facility", "35013400", "35013400"),
        ("facility", "A123456789", "A1234*****"),
        ("choice", "A12345678", "A1234****"),
        ("choice", "王小明", "王**"),
        ("choice", "陰性", "陰性"),
        ("choice", "9", "9"),
        ("choice", "ok 王小明 0740310", "ok 王** 074****"),
        ("number", "0740310", "074****"),
        ("choice", "64/03/10", "64/*****"),
        ("choice", "740310", "740***"),
        ("text", "生日 064年3月10日", "生* 064*****日"),
        ("facility", "0740310", "074****"),
        ("partner", "19850310", "198*****"),
        ("text", "a\x00b\u202e", "a?b?"),
    ],
)
def test_found_texts_are_masked_by_kind(kind: str, text: str, shown: str) -> None:
    assert masked(kind, text) == shown


def test_a_gigantic_text_is_cut() -> None:
    assert len(masked("text", "x" * 100_000)) == LONGEST_FOUND


def test_every_code_says_what_to_do_in_chinese() -> None:
    for code, meaning in CODES.items():
        assert any("一" <= char <= "鿿" for char in meaning.hint), code
        assert code == code.upper()


def test_warnings_travel_as_code_and_column_and_become_a_finding_a_code() -> None:
    made = from_warnings(["FIELD_BLANK:height_cm", "SEX_MISMATCH:sex", "FIELD_BLANK:sbp"])
    assert [(one.code, one.level, one.column) for one in made] == [
        ("FIELD_BLANK", "warning", "height_cm,sbp"),
        ("SEX_MISMATCH", "warning", "sex"),
    ]


def test_a_code_of_a_reader_that_is_not_registered_is_an_error() -> None:
    assert (finding("ROW_DAMAGED").level, finding("ROW_DAMAGED").hint) == ("error", "")


def test_a_person_id_never_prints_whole() -> None:
    read = person_id("A172949959")
    assert "949959" not in f"{read} {read!r} {[read]}"
    assert read.shown() == "A1729*****"


def test_order_codes_are_upper_case_letters_and_digits() -> None:
    read = [order_code(text) for text in (" l1001c ", "２１", "21+L1001C", "1", "")]
    assert read == ["L1001C", "21", "", "", ""]


def test_a_birth_date_shows_its_year() -> None:
    assert (mask_birth_date(day_of(1985, 3, 10)), mask_birth_date(None)) == ("074****", "")
    assert roc_month_text(202503) == "11403"
