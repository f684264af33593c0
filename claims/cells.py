"""Cells of result rows: one compiled judge a column, text in, canonical value or a finding out.

A judge is called only for a text its column has not accepted before: the caller looks into
``known`` first. A value is never empty; "" means blank, or refused (then a finding says so).
source: uploads.md sections 1 to 4; validation.md; R-19, R-26, R-27.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from claims.codes import facility_code, person_id_code
from claims.events import Finding
from claims.findings import CODES, ERROR, finding, masked
from claims.layouts import Column
from claims.periods import DATE_STYLES, iso_text
from claims.texts import normalised, trimmed

MOST_KNOWN = 4096  # a column forgets what it knows at this size: bounded memory, still fast
LONGEST_KNOWN = 32
LONGEST_TEXT = 255  # where the layout names no limit
LONGEST_PARTNER = 12

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,6})?")
_EXPECTED_DATE = {
    "roc": "民國日期 yyyMMdd",
    "ad8": "西元日期 yyyyMMdd",
    "iso": "西元日期 yyyy-MM-dd",
}


class Notes:
    """What is being found about one row; warnings travel as ``CODE:column``."""

    __slots__ = ("errors", "warnings")

    def __init__(self) -> None:
        self.errors: list[Finding] = []
        self.warnings: list[str] = []

    def add(self, code: str, column: Column, text: str, expected: str = "") -> None:
        if CODES[code].level == ERROR:
            found = masked(column.kind, text)
            self.errors.append(finding(code, column.name, found, expected))
        else:
            self.warnings.append(f"{code}:{column.name}")


Judge = Callable[[str, Notes], str]


class Cell(NamedTuple):
    """A column ready for use: texts accepted before with their values, judge of the others."""

    name: str
    known: dict[str, str]
    judge: Judge


def compiled(column: Column, style: str) -> Cell:
    """The cell of a column; ``style`` of dates is roc (also when empty), ad8 or iso."""
    known = {"": ""} | {value: value for value in column.values}
    if column.is_date:
        return Cell(column.name, known, _date_judge(column, style or "roc", known))
    return Cell(column.name, known, _JUDGES[column.kind](column, known))


def _remember(known: dict[str, str], text: str, value: str) -> str:
    if len(text) > LONGEST_KNOWN:
        return value
    if len(known) >= MOST_KNOWN:
        known.clear()
        known[""] = ""
    known[text] = value
    return value


def _person_judge(column: Column, known: dict[str, str]) -> Judge:
    def judge(text: str, notes: Notes) -> str:
        value = normalised(text)
        code = person_id_code(value)
        if code == "OK":
            return value  # nearly every row has another person: not worth remembering
        if value:
            notes.add(code, column, text)
        return ""

    return judge


def _facility_judge(column: Column, known: dict[str, str]) -> Judge:
    def judge(text: str, notes: Notes) -> str:
        if column.kind == "partner" and normalised(text).startswith("JY"):
            # Laboratory partners with such codes occur in claims (p24): kept, not validated.
            return _text(normalised(text), LONGEST_PARTNER, column, notes)
        value, ok, code = facility_code(text)
        if code == "OK":
            return _remember(known, text, value)
        if value:
            notes.add(code, column, text)
        return value if ok else ""

    return judge


def _date_judge(column: Column, style: str, known: dict[str, str]) -> Judge:
    read = DATE_STYLES[style]

    def judge(text: str, notes: Notes) -> str:
        day, code = read(text)
        if day is not None:
            if code == "OK":
                return _remember(known, text, iso_text(day))
            notes.add(code, column, text)
            return iso_text(day)
        if code != "DATE_BLANK":
            notes.add(code, column, text, _EXPECTED_DATE[style])
        return ""

    return judge


def _choice_judge(column: Column, known: dict[str, str]) -> Judge:
    allowed = frozenset(column.values)
    refusal = "ORDER_CODE_NOT_ALLOWED" if column.kind == "order" else "VALUE_NOT_ALLOWED"

    def judge(text: str, notes: Notes) -> str:
        value = normalised(text)
        if not value or value in allowed:
            return _remember(known, text, value)
        notes.add(refusal, column, text, "、".join(column.values))
        return ""

    return judge


def _number_judge(column: Column, known: dict[str, str]) -> Judge:
    low, high = column.min, column.max
    expected = "" if low is None or high is None else f"{low:g}–{high:g}"

    def judge(text: str, notes: Notes) -> str:
        value = trimmed(text)
        if not value:
            return ""
        if _NUMBER.fullmatch(value) is None:
            notes.add("VALUE_NOT_ALLOWED", column, text, expected or "數字")
            return ""
        number = Decimal(value) + 0  # -0 is 0
        canonical = f"{number.normalize():f}"
        places = len(canonical.partition(".")[2])
        fine = True
        if low is not None and high is not None and not low <= number <= high:
            notes.add("VALUE_OUT_OF_RANGE", column, text)
            fine = False
        if column.decimals is not None and places > column.decimals:
            notes.add("VALUE_DECIMALS", column, text)
            fine = False
        return _remember(known, text, canonical) if fine else canonical

    return judge


def _digits_judge(column: Column, known: dict[str, str]) -> Judge:
    shape = re.compile(f"[0-9]{{{column.size}}}")

    def judge(text: str, notes: Notes) -> str:
        value = trimmed(text)
        if not value or shape.fullmatch(value):
            return _remember(known, text, value)
        notes.add("VALUE_NOT_ALLOWED", column, text, f"{column.size} 碼數字")
        return ""

    return judge


def _text_judge(column: Column, known: dict[str, str]) -> Judge:
    longest = column.size or LONGEST_TEXT

    def judge(text: str, notes: Notes) -> str:
        return _text(text, longest, column, notes)

    return judge


def _text(text: str, longest: int, column: Column, notes: Notes) -> str:
    value = trimmed(text)
    if len(value) > longest:
        notes.add("FIELD_TOO_LONG", column, text, f"至多 {longest} 字")
        return ""
    if "\ufffd" in value:
        # A cut through a two-byte character leaves its halves at the ends of the field.
        inside = "\ufffd" in value[1:-1]
        notes.add("W_BYTES" if inside else "W_SPLIT_CHAR", column, text)
    return value


_JUDGES: dict[str, Callable[[Column, dict[str, str]], Judge]] = {
    "person": _person_judge,
    "facility": _facility_judge,
    "partner": _facility_judge,
    "choice": _choice_judge,
    "order": _choice_judge,
    "number": _number_judge,
    "digits": _digits_judge,
    "name": _text_judge,
    "phone": _text_judge,
    "text": _text_judge,
}
