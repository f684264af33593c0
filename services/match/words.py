"""How states, changes, reasons and fields read in Chinese, wherever this service shows them.

A reason is shown with both values, which are masked in the events and books already.
"""

from collections.abc import Iterable
from typing import Protocol

from claims.layouts import PROGRAMMES, layout
from claims.periods import iso_text, roc_text
from claims.reasons import BY_CODE
from claims.states import ZH

PROGRAMMES_ZH = {"adult": "成人預防保健", "child": "兒童預防保健", "oral": "口腔黏膜檢查"}
ACTORS_ZH = {"C": "院所", "A": "機關", "L": "代檢單位", "C calls A": "院所致電機關",
             "C, then A": "院所，再由機關"}  # fmt: skip

# Fields of a claim or an event that are no column of an upload, or go by another name there.
FIELDS_ZH = {
    "person_id": "身分證號",
    "birth_date": "出生日期",
    "subject_birth_date": "出生日期",
    "visit_date": "就醫日期",
    "stage1_date": "第一階段檢查日期",
    "stage2_date": "第二階段檢查日期",
    "facility_id": "醫事機構代碼",
    "order_code": "醫令代碼",
    "newborn_mark": "新生兒註記",
    "note": "無法補登說明",
}


class Because(Protocol):
    """A reason of an event or of a book."""

    @property
    def code(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def expected(self) -> str: ...
    @property
    def found(self) -> str: ...


def state_words(state: str) -> str:
    """``逾期未上傳 late``; a case that is new has none yet."""
    return f"{ZH[state]} {state}" if state in ZH else state or "新案 new"


def programme_words(programme: str) -> str:
    return PROGRAMMES_ZH.get(programme, programme)


def field_words(names: str, programme: str) -> str:
    """``身高 height_cm``: as in the clinic's own header, and as in ours; several after commas."""
    known = layout(programme) if programme in PROGRAMMES else None
    words = []
    for name in filter(None, names.split(",")):
        column = known.column(name) if known else None
        zh = column.zh if column else FIELDS_ZH.get(name, "")
        words.append(f"{zh} {name}".strip())
    return "、".join(words)


def reason_words(reason: Because, programme: str) -> str:
    """``檢查日期不同 DATE_MISMATCH（就醫日期 visit_date：應為 1140310，查得 1140311）``."""
    known = BY_CODE.get(reason.code)
    said = f"{known.zh} {reason.code}" if known else reason.code
    values = "，".join(
        f"{word} {value}"
        for word, value in (("應為", reason.expected), ("查得", reason.found))
        if value
    )
    inside = "：".join(filter(None, (field_words(reason.field, programme), values)))
    return f"{said}（{inside}）" if inside else said


def reasons_words(reasons: Iterable[Because], programme: str) -> str:
    return "；".join(reason_words(reason, programme) for reason in reasons)


def roc_or_blank(day: int | None) -> str:
    return "" if day is None else roc_text(day)


def both_calendars(day: int | None) -> str:
    """``2025-03-10（民國 1140310）``; a dash for no day."""
    return "－" if day is None else f"{iso_text(day)}（民國 {roc_text(day)}）"
