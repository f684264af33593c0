"""The columns of 補正清單 (correction.md section 6, "List columns"), one text each.

The note is empty and nothing is completed: the list shows the moment at which the round opened.
"""

from collections.abc import Callable, Iterable

from claims.events import CaseChanged
from claims.periods import from_iso, roc_text
from pipeline.sealing import Sealer
from services.match.words import programme_words, reasons_words, roc_or_blank

BIRTH_HEAD = "出生日期"
_BEFORE = ("醫事機構代碼", "案件編號", "身分證號")
_AFTER = (
    *("就醫日期", "醫令代碼", "預防保健項目", "系統狀態", "補登狀態", "原因", "期限"),
    *("無法補登說明", "補登完成日期"),
)
NOT_CORRECTED = "未補登"
BirthDates = Callable[[CaseChanged], str]
"""Birth date of a case in the ROC form; empty when the claim has none."""


def birth_dates(sealer: Sealer) -> BirthDates:
    """Opens what the events carry sealed; raises NotOpened."""

    def opened(entry: CaseChanged) -> str:
        text = sealer.open(entry.birth_date_sealed, entry.event_id).decode()
        return roc_text(from_iso(text)) if text else ""

    return opened


def in_order(entries: Iterable[CaseChanged]) -> list[CaseChanged]:
    """By facility, programme, visit date, claim id; a listed case has a visit date."""
    return sorted(entries, key=lambda e: (e.facility_id, e.programme, e.visit_date or 0, e.case_id))


def heads(with_birth_date: bool) -> tuple[str, ...]:
    return (*_BEFORE, *((BIRTH_HEAD,) if with_birth_date else ()), *_AFTER)


def line_of(entry: CaseChanged, births: BirthDates | None) -> tuple[str, ...]:
    """One text for each of ``heads``."""
    return (
        entry.facility_id,
        short_id(entry.case_id, entry.facility_id),
        entry.person_masked,
        *((births(entry),) if births is not None else ()),
        roc_or_blank(entry.visit_date),
        entry.order_code,
        programme_words(entry.programme),
        str(entry.system_status or ""),
        NOT_CORRECTED,
        reasons_words(entry.reasons, entry.programme),
        roc_or_blank(entry.due_on),
        "",
        roc_or_blank(entry.completed_on),
    )


def short_id(case_id: str, facility_id: str) -> str:
    """The claim id without the facility that stands in the first column."""
    return case_id.removeprefix(f"{facility_id}/")
