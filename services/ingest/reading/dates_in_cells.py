"""Dates of spreadsheets, written in the style of their column (R-27).

A date cell is a date whatever the map's style; a slashed date with four digits in front is AD. Bare
serial numbers stay what they are: nobody can tell them from a number, so validate refuses them.
"""

import re
from datetime import date, datetime

from claims.periods import ROC_YEAR_0
from claims.texts import trimmed

_SLASHED_AD = re.compile(r"([12][0-9]{3})/([0-9]{1,2})/([0-9]{1,2})(?: 0{1,2}:00(?::00)?)?")


def in_style(when: date, style: str) -> str:
    """A date as text; ISO where the style cannot express it (before ROC 1) or is none."""
    if isinstance(when, datetime):
        when = when.date()
    if style == "roc" and when.year > ROC_YEAR_0:
        return f"{when.year - ROC_YEAR_0:03d}{when.month:02d}{when.day:02d}"
    return f"{when:%Y%m%d}" if style == "ad8" else when.isoformat()


def rewritten(text: str, style: str) -> str:
    """A slashed AD date of a spreadsheet in the column's style; any other text untouched."""
    match = _SLASHED_AD.fullmatch(trimmed(text)) if "/" in text or "／" in text else None
    if match is None:
        return text
    try:
        return in_style(date(int(match[1]), int(match[2]), int(match[3])), style)
    except ValueError:
        return text
