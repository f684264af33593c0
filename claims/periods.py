"""Days, months, ages and windows: all calendar arithmetic.

A day is an int, days since 1970-01-01; a month is AD year * 100 + month. Parsers never raise: they
return ``Read(value, code)``, the value None when refused. All times are UTC+8, as printed.
source: validation.md sections 4 to 6.
"""

import re
from datetime import date, datetime
from typing import NamedTuple

from claims.texts import trimmed

EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()
ROC_YEAR_0 = 1911
FIRST_ROC_DAY = date(1912, 1, 1).toordinal() - EPOCH_ORDINAL
NHI_START = date(1995, 3, 1).toordinal() - EPOCH_ORDINAL  # 84-03-01: no NHI service is older
OPEN_END = date(9999, 12, 31).toordinal() - EPOCH_ORDINAL

_SLASHED = re.compile(r"([0-9]{2,4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{2,3})/([0-9]{1,2})")


class Read(NamedTuple):
    """What a parser made of a text: ``code`` is OK, a warning (with value) or a refusal."""

    value: int | None
    code: str


class ReadTime(NamedTuple):
    """The same for a moment, as ISO text ``2025-03-10T12:00:00``."""

    value: str | None
    code: str


BLANK = Read(None, "DATE_BLANK")
SHAPE = Read(None, "DATE_SHAPE")
RANGE = Read(None, "DATE_RANGE")
GREGORIAN = Read(None, "DATE_GREGORIAN")


def day_of(year: int, month: int, day: int) -> int:
    """The day of an AD date; raises ValueError when there is no such day."""
    return date(year, month, day).toordinal() - EPOCH_ORDINAL


def date_of(day: int) -> date:
    """The calendar date of a day; raises ValueError or OverflowError outside AD 1 to 9999."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def from_iso(text: str) -> int:
    """The day of ``2025-03-10``; raises ValueError. For our own texts, not for a clinic's."""
    return date.fromisoformat(text).toordinal() - EPOCH_ORDINAL


def iso_text(day: int) -> str:
    return date_of(day).isoformat()


def roc_text(day: int) -> str:
    """``1140310``: the form of claim files and of messages to clinics."""
    when = date_of(day)
    return f"{when.year - ROC_YEAR_0:03d}{when.month:02d}{when.day:02d}"


def month_of(day: int) -> int:
    when = date_of(day)
    return when.year * 100 + when.month


def roc_month_text(month: int) -> str:
    """``11403`` of 202503."""
    return f"{month // 100 - ROC_YEAR_0:03d}{month % 100:02d}"


def _read(year: int, month: int, day: int, code: str = "OK") -> Read:
    try:
        return Read(date(year, month, day).toordinal() - EPOCH_ORDINAL, code)
    except ValueError:
        return RANGE


def _read_roc(year: int, month: int, day: int, open_end: bool, code: str = "OK") -> Read:
    if year == 999 and month == 12 and day == 31:
        return Read(OPEN_END if open_end else None, "DATE_OPEN_END")
    return _read(year + ROC_YEAR_0, month, day, code) if year else RANGE


def roc_date(text: str, open_end: bool = False) -> Read:
    """A ROC date: ``yyyMMdd``, ``yyMMdd`` (warning DATE_6_DIGITS) or ``yyy/M/d`` (also - .).

    open_end   whether 999-12-31 is accepted (as 9999-12-31, code DATE_OPEN_END)
    codes      OK, DATE_6_DIGITS, DATE_OPEN_END; refused: DATE_BLANK, DATE_GREGORIAN, DATE_SHAPE,
               DATE_RANGE (no such day), DATE_OPEN_END
    """
    text = trimmed(text)
    if not text:
        return BLANK
    if text.isascii() and text.isdigit():
        size = len(text)
        if size == 7:
            return _read_roc(int(text[:3]), int(text[3:5]), int(text[5:]), open_end)
        if size == 6:
            return _read_roc(
                int(text[:2]), int(text[2:4]), int(text[4:]), open_end, "DATE_6_DIGITS"
            )
        return GREGORIAN if size == 8 and text[:2] in ("19", "20") else SHAPE
    match = _SLASHED.fullmatch(text)
    if match is None:
        return SHAPE
    year = match[1]
    if len(year) == 4:
        return GREGORIAN if year[:2] in ("19", "20") else SHAPE
    return _read_roc(int(year), int(match[3]), int(match[4]), open_end)


def ad8_date(text: str) -> Read:
    """``yyyyMMdd``, AD; only where a column map says so."""
    text = trimmed(text)
    if not text:
        return BLANK
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return SHAPE
    return _read(int(text[:4]), int(text[4:6]), int(text[6:]))


def iso_date(text: str) -> Read:
    """``yyyy-MM-dd``, AD; only where a column map says so."""
    text = trimmed(text)
    if not text:
        return BLANK
    match = _ISO.fullmatch(text)
    return _read(int(match[1]), int(match[2]), int(match[3])) if match else SHAPE


DATE_STYLES = {"roc": roc_date, "ad8": ad8_date, "iso": iso_date}


def roc_month(text: str) -> Read:
    """A ROC month ``yyyMM``, ``yyMM`` with warning DATE_4_DIGITS, or ``yyy/MM``; value AD yyyyMM.

    Years from ROC 200 on are DATE_RANGE: an AD year that lost its last digits is more likely than a
    fee month of AD 2111.
    """
    text = trimmed(text)
    if not text:
        return BLANK
    code = "OK"
    if text.isascii() and text.isdigit() and len(text) in (4, 5):
        year, month = int(text[:-2]), int(text[-2:])
        code = "OK" if len(text) == 5 else "DATE_4_DIGITS"
    else:
        match = _MONTH.fullmatch(text)
        if match is None:
            return SHAPE
        year, month = int(match[1]), int(match[2])
    if not 0 < year < 200 or not 0 < month < 13:
        return RANGE
    return Read((year + ROC_YEAR_0) * 100 + month, code)


def roc_datetime(text: str) -> ReadTime:
    """``yyyMMddHHmm`` or ``yyyMMddHHmmss``; 24:00 and second 60 are DATE_RANGE."""
    text = trimmed(text)
    if not text:
        return ReadTime(None, "DATE_BLANK")
    if len(text) not in (11, 13) or not (text.isascii() and text.isdigit()):
        return ReadTime(None, "DATE_SHAPE")
    roc_year, *rest = (int(text[:3]), *(int(text[at : at + 2]) for at in range(3, len(text), 2)))
    if not roc_year:
        return ReadTime(None, "DATE_RANGE")
    try:
        moment = datetime(roc_year + ROC_YEAR_0, *rest)  # type: ignore[arg-type]
    except ValueError:
        return ReadTime(None, "DATE_RANGE")
    return ReadTime(moment.isoformat(), "OK")
