"""Texts of one case or order line by tag: trimmed, bounded, the named ones sorted into details.

A value over its length or not a number leaves its field empty; its text is kept under the tag, and
the line carries W_FIELD (claim-file.md section 9).
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from claims.periods import iso_text, roc_date, roc_datetime
from claims.texts import trimmed
from services.ingest.reading.claim_tags import (
    COUNT,
    DATE,
    DROPPED,
    MAX_EXTRA,
    MAX_TEXT,
    NUMBER,
    PLACE,
    TIME,
    Tag,
)

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_COUNT = re.compile(r"[0-9]{1,10}")


class Values:
    """fields    texts the reader judges itself, by tag
    details   the other non-blank texts: by name in code, unknown and unusable ones by tag
    warnings  W_FIELD, once
    """

    __slots__ = ("details", "fields", "room", "warnings")

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.details: dict[str, str] = {}
        self.warnings: list[str] = []
        self.room = MAX_EXTRA

    def get(self, tag: str) -> str:
        return self.fields.get(tag, "")

    def raw(self, tag: str) -> str:
        """The text of a field even when it is unusable."""
        return self.fields.get(tag) or self.details.get(tag, "")


class TagReader:
    """Sorts the texts of cases, or of order lines. Tags come in lower case.

    fields   tags whose usable text goes to Values.fields, not to details
    """

    def __init__(self, known: Mapping[str, Tag], fields: frozenset[str]) -> None:
        self._rules = {
            tag: (rule.name, tag in fields, _USABLE.get(rule.kind), rule.longest)
            for tag, rule in known.items()
        }

    def read(self, tags: Mapping[str, str]) -> Values:
        values = Values()
        fields, details, rules = values.fields, values.details, self._rules
        for tag, raw in tags.items():
            text = raw.strip() if raw.isascii() else trimmed(raw)
            if not text or tag in DROPPED:
                continue
            rule = rules.get(tag)
            if rule is None:
                _keep(values, tag, text)
                continue
            name, is_field, check, longest = rule
            usable = text if len(text) <= longest else ""
            if check is not None and usable:
                usable = check(usable)
            if not usable:
                values.warnings = ["W_FIELD"]
                _keep(values, tag, text)
            elif is_field:
                fields[tag] = usable
            else:
                details[name] = usable
        return values


def _keep(values: Values, tag: str, text: str) -> None:
    """Under its own tag, as far as there is room."""
    text = text[:MAX_TEXT]
    if values.room >= len(text):
        values.room -= len(text) + len(tag)
        values.details[tag[:40]] = text


@lru_cache(maxsize=16_384)
def _date(text: str) -> str:
    day = roc_date(text, open_end=True).value
    return "" if day is None else iso_text(day)


@lru_cache(maxsize=16_384)
def _time(text: str) -> str:
    return roc_datetime(text).value or ""


def _number(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else ""


def _count(text: str) -> str:
    return str(int(text)) if _COUNT.fullmatch(text) else ""


def _place(text: str) -> str:
    count = _count(text)
    return "" if count == "0" else count


_USABLE: dict[str, Callable[[str], str]] = {
    DATE: _date,
    TIME: _time,
    NUMBER: _number,
    COUNT: _count,
    PLACE: _place,
}
