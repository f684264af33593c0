"""Dates and months as clinics write them, and as we write them."""

import pytest

from claims.periods import (
    ad8_date,
    date_of,
    day_of,
    from_iso,
    iso_date,
    iso_text,
    month_of,
    roc_date,
    roc_datetime,
    roc_month,
    roc_month_text,
    roc_text,
)

DAY = day_of(2025, 3, 10)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("1140310", DAY, "OK"),
        (" 1140310 ", DAY, "OK"),
        ("114/3/10", DAY, "OK"),
        ("114.03.10", DAY, "OK"),
        ("114-3/10", None, "DATE_SHAPE"),
        ("940310", day_of(2005, 3, 10), "DATE_6_DIGITS"),
        ("", None, "DATE_BLANK"),
        ("0000310", None, "DATE_RANGE"),
        ("0010101", day_of(1912, 1, 1), "OK"),
        ("1141301", None, "DATE_RANGE"),
        ("20250310", None, "DATE_GREGORIAN"),
        ("19850310", None, "DATE_GREGORIAN"),
        ("30250310", None, "DATE_SHAPE"),
        ("2025/03/10", None, "DATE_GREGORIAN"),
        ("1985/03/10", None, "DATE_GREGORIAN"),
        ("3025/03/10", None, "DATE_SHAPE"),
        ("9991231", None, "DATE_OPEN_END"),
        ("9991230", day_of(2910, 12, 30), "OK"),
        ("9991131", None, "DATE_RANGE"),
        ("9981231", day_of(2909, 12, 31), "OK"),
        ("11403", None, "DATE_SHAPE"),
        ("１１４０３１０", DAY, "OK"),
    ],
)
def test_a_roc_date(text: str, value: int | None, code: str) -> None:
    read = roc_date(text)
    assert (read.value, read.code) == (value, code)


def test_the_open_end_is_a_day_where_it_is_allowed() -> None:
    read = roc_date("9991231", open_end=True)
    assert read.value is not None
    assert (iso_text(read.value), read.code) == ("9999-12-31", "DATE_OPEN_END")


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("20250310", DAY, "OK"),
        ("", None, "DATE_BLANK"),
        ("2025031", None, "DATE_SHAPE"),
        ("2025031x", None, "DATE_SHAPE"),
        ("20250230", None, "DATE_RANGE"),
    ],
)
def test_an_ad_date_of_eight_digits(text: str, value: int | None, code: str) -> None:
    read = ad8_date(text)
    assert (read.value, read.code) == (value, code)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("2025-03-10", DAY, "OK"),
        ("", None, "DATE_BLANK"),
        ("2025-3-10", None, "DATE_SHAPE"),
        ("2025-02-30", None, "DATE_RANGE"),
    ],
)
def test_an_iso_date(text: str, value: int | None, code: str) -> None:
    read = iso_date(text)
    assert (read.value, read.code) == (value, code)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("11403", 202503, "OK"),
        ("9403", 200503, "DATE_4_DIGITS"),
        ("114/3", 202503, "OK"),
        ("94/12", 200512, "OK"),
        ("", None, "DATE_BLANK"),
        ("114", None, "DATE_SHAPE"),
        ("114031", None, "DATE_SHAPE"),
        ("00003", None, "DATE_RANGE"),
        ("00101", 191201, "OK"),
        ("19912", 211012, "OK"),
        ("20001", None, "DATE_RANGE"),
        ("11400", None, "DATE_RANGE"),
        ("11413", None, "DATE_RANGE"),
    ],
)
def test_a_roc_month(text: str, value: int | None, code: str) -> None:
    read = roc_month(text)
    assert (read.value, read.code) == (value, code)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("11403101230", "2025-03-10T12:30:00", "OK"),
        ("1140310123045", "2025-03-10T12:30:45", "OK"),
        ("", None, "DATE_BLANK"),
        ("114031012304", None, "DATE_SHAPE"),
        ("1140310123x", None, "DATE_SHAPE"),
        ("00003101230", None, "DATE_RANGE"),
        ("00103101230", "1912-03-10T12:30:00", "OK"),
        ("11403102400", None, "DATE_RANGE"),
        ("1140310123060", None, "DATE_RANGE"),
    ],
)
def test_a_roc_moment(text: str, value: str | None, code: str) -> None:
    read = roc_datetime(text)
    assert (read.value, read.code) == (value, code)


def test_days_are_counted_from_1970_01_01_on() -> None:
    """As Avro counts a date: another service reads the same number as the same day."""
    assert (day_of(1970, 1, 1), day_of(1970, 1, 2), day_of(2025, 3, 10)) == (0, 1, 20_157)
    assert (date_of(0).isoformat(), from_iso("1969-12-31")) == ("1970-01-01", -1)


def test_days_and_months_are_written_as_claim_files_do() -> None:
    assert (roc_text(DAY), iso_text(DAY)) == ("1140310", "2025-03-10")
    assert roc_text(day_of(1912, 1, 1)) == "0010101"
    assert (month_of(DAY), roc_month_text(202503)) == (202503, "11403")
    assert roc_month_text(191201) == "00101"
