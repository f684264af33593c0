"""Every row of every family of vectors.json, as the specification computed it."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from claims.ages import days_old, full_months, full_years, month_diff, year_age
from claims.codes import facility_code, person_id, tooth_code
from claims.deadlines import upload_window
from claims.masks import is_masked, mask_person_id
from claims.periods import (
    ad8_date,
    iso_date,
    iso_text,
    roc_date,
    roc_datetime,
    roc_month,
    roc_text,
)
from claims.programmes import programmes

FAMILIES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors.json").read_text(encoding="utf-8")
)
COUNTS = {
    "person_id_citizen": 66,
    "person_id_resident_new": 64,
    "person_id_resident_old": 64,
    "mask_person_id": 62,
    "facility_code": 69,
    "roc_date": 93,
    "roc_month": 64,
    "roc_datetime": 67,
    "upload_deadline": 306,
    "age": 75,
    "tooth_code": 70,
}


def rows(*families: str) -> list[Any]:
    return [
        pytest.param(*row, id=f"{family}-{number}")
        for family in families
        for number, row in enumerate(FAMILIES[family]["rows"])
    ]


def day(text: str) -> int:
    value = roc_date(text).value
    assert value is not None
    return value


def test_every_family_has_as_many_rows_as_the_specification_says() -> None:
    assert {family: len(FAMILIES[family]["rows"]) for family in COUNTS} == COUNTS


@pytest.mark.parametrize(
    ("text", "ok", "code", "kind", "value"),
    rows("person_id_citizen", "person_id_resident_new", "person_id_resident_old"),
)
def test_person_id(text: str, ok: bool, code: str, kind: str | None, value: str) -> None:
    read = person_id(text)
    assert (read.ok, read.code, read.kind or None, read.reveal()) == (ok, code, kind, value)


@pytest.mark.parametrize(("text", "masked", "is_masked_already"), rows("mask_person_id"))
def test_mask(text: str, masked: str, is_masked_already: bool) -> None:
    assert (mask_person_id(text), is_masked(text)) == (masked, is_masked_already)


@pytest.mark.parametrize(("text", "ok", "value", "code"), rows("facility_code"))
def test_facility_code(text: str, ok: bool, value: str, code: str) -> None:
    read = facility_code(text)
    assert (read.ok, read.value, read.code) == (ok, value, code)


@pytest.mark.parametrize(("text", "style", "open_end", "ok", "iso", "code"), rows("roc_date"))
def test_date(text: str, style: str, open_end: bool, ok: bool, iso: str | None, code: str) -> None:
    parsers = {"roc": lambda text: roc_date(text, open_end), "ad8": ad8_date, "iso": iso_date}
    value, found = parsers[style](text)
    assert (value is not None, found) == (ok, code)
    assert (None if value is None else iso_text(value)) == iso


@pytest.mark.parametrize(("text", "ok", "iso_month", "code"), rows("roc_month"))
def test_month(text: str, ok: bool, iso_month: str | None, code: str) -> None:
    value, found = roc_month(text)
    shown = None if value is None else f"{value // 100}-{value % 100:02d}"
    assert (value is not None, shown, found) == (ok, iso_month, code)


@pytest.mark.parametrize(("text", "ok", "iso", "code"), rows("roc_datetime"))
def test_datetime(text: str, ok: bool, iso: str | None, code: str) -> None:
    value, found = roc_datetime(text)
    assert (value is not None, value, found) == (ok, iso, code)


@pytest.mark.parametrize(("service", "first", "last"), rows("upload_deadline"))
def test_upload_deadline(service: str, first: str, last: str) -> None:
    window = upload_window(day(service))
    assert (roc_text(window.first), roc_text(window.last)) == (first, last)


@pytest.mark.parametrize(("birth", "visit", "years", "full", "diff", "months", "days"), rows("age"))
def test_age(
    birth: str, visit: str, years: int, full: int, diff: int, months: int, days: int
) -> None:
    both = day(birth), day(visit)
    counted = (year_age, full_years, month_diff, full_months, days_old)
    assert [count(*both) for count in counted] == [years, full, diff, months, days]


@pytest.mark.parametrize(("text", "ok", "kind_or_code"), rows("tooth_code"))
def test_tooth_code(text: str, ok: bool, kind_or_code: str) -> None:
    read = tooth_code(text)
    assert (read.code == "OK", read.kind or read.code) == (ok, kind_or_code)


def test_the_dated_deadline_table_agrees_with_the_machine_twin() -> None:
    twin = programmes().twin.deadline
    assert (twin.start, twin.count) == ("first_of_month_after_service", "inclusive")
    window = upload_window(day("1140310"))
    assert window.last - window.first + 1 == twin.days


def test_the_vectors_ship_with_the_tests_and_the_tables_with_the_package() -> None:
    assert files("claims").joinpath("tables", "programmes.toml").is_file()
