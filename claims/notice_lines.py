"""The lines of a digest in words: what, how many, until when, what to do (zh-Hant, short, polite).

Counts, dates and codes of programmes only; never a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from claims.notices import (
    BY_NAME,
    CORRECTION_DUE,
    IMPORT_REFUSED,
    LAB,
    ORDER,
    ROUND_OPENED,
    UPLOAD_DUE,
)
from claims.periods import ROC_YEAR_0, date_of

PROGRAMMES_ZH = {"adult": "成人預防保健", "child": "兒童預防保健", "oral": "口腔黏膜檢查"}
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as a digest speaks of it.

    programme  adult, child, oral; empty when about several
    facts      further numbers and codes of its kind: ``pickup_from``, ``pickup_to`` and
               ``paper_deadline`` of a round, the ``change`` told about, the daily summary's numbers
    """

    kind: str
    programme: str
    count: int
    due_on: int | None
    days_left: int | None
    round_id: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that say the same thing, added up, in words.

    section    heading it stands under
    what       what it counts: a programme, or files
    due        the deadline in words, empty without one; ``left`` how near it is
    ask        what happened or what to do, a sentence
    """

    section: str
    what: str
    count: int
    unit: str
    ask: str
    due: str = ""
    left: str = ""
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A digest before it takes a form. ``more``: rows that are not named."""

    heading: str
    sub_heading: str
    rows: tuple[Row, ...]
    more: int
    link: str
    button: str
    closing: str

    @property
    def sections(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """Rows under their headings, in order."""
        titles = dict.fromkeys(row.section for row in self.rows)
        return tuple((title, tuple(r for r in self.rows if r.section == title)) for title in titles)


def programme_zh(programme: str) -> str:
    return PROGRAMMES_ZH.get(programme, programme or "預防保健")


def roc_words(day: int) -> str:
    """``114年5月31日（六）``."""
    when = date_of(day)
    year = when.year - ROC_YEAR_0
    return f"{year}年{when.month}月{when.day}日（{_WEEKDAYS[when.weekday()]}）"


def left_words(days: int | None) -> str:
    """``剩 14 天``; empty without a deadline, or after it."""
    if days is None or days < 0:
        return ""
    return ("今日截止", "明日截止")[days] if days < 2 else f"剩 {days} 天"


def rows_of(audience: str, lines: Sequence[Line]) -> tuple[Row, ...]:
    """In the order of the kinds, the nearest deadline first. Same kind, programme, deadline and
    change: one row."""
    together: dict[tuple[Any, ...], list[Line]] = {}
    for line in lines:
        same = (line.kind, line.programme, line.due_on, line.facts.get("change", ""))
        together.setdefault(same, []).append(line)
    ordered = sorted(together.values(), key=lambda same: _place(same[0]))
    return _asked_once([_row(audience, same) for same in ordered])


def _asked_once(rows: Sequence[Row]) -> tuple[Row, ...]:
    """What all rows of a heading ask stands under the last of them only."""
    following: list[Row | None] = [*rows[1:], None]
    return tuple(
        replace(row, ask="")
        if later is not None and (row.section, row.ask) == (later.section, later.ask)
        else row
        for row, later in zip(rows, following, strict=False)
    )


def without_repeats(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Who hears that a list was issued needs no reminder of the same list on the same day."""
    opened = {(line.programme, line.due_on) for line in lines if line.kind == ROUND_OPENED}
    return tuple(
        line
        for line in lines
        if line.kind != CORRECTION_DUE or (line.programme, line.due_on) not in opened
    )


def _place(line: Line) -> tuple[Any, ...]:
    far = 1 << 30
    due = far if line.due_on is None else line.due_on
    return ORDER[line.kind], due, line.programme, str(line.facts.get("change", ""))


def _row(audience: str, lines: Sequence[Line]) -> Row:
    first = lines[0]
    return Row(
        section=BY_NAME[first.kind].zh,
        what=_what(first, len(lines)),
        count=sum(line.count for line in lines),
        unit=unit_of(first.kind),
        ask=_lab_ask(first) if audience == LAB else _ask(first),
        due="" if first.due_on is None else roc_words(first.due_on),
        left=left_words(first.days_left),
        days_left=first.days_left,
    )


def _what(line: Line, lines: int) -> str:
    return (
        f"{lines} 個上傳檔之退件" if line.kind == IMPORT_REFUSED else programme_zh(line.programme)
    )


def unit_of(kind: str) -> str:
    """件 for cases, 筆 for rows of a file."""
    return "筆" if kind == IMPORT_REFUSED else "件"


def _ask(line: Line) -> str:
    match line.kind:
        case "correction_due":
            return "請於期限前完成補正。"
        case "round_opened":
            return f"已列入補正清單，請於期限前完成補正。{_pickup(line)}{_paper(line)}"
        case "upload_due":
            return "尚未上傳或內容待修正，請於期限前上傳。"
        case "import_refused":
            return "資料未收下，請更正後重新上傳。"
        case "case_overdue":
            return "補正期限已過，依規定得不予核付或追扣。"
        case _:
            return _CHANGE_ZH.get(str(line.facts.get("change", "")), "")


def _lab_ask(line: Line) -> str:
    """A laboratory cannot upload: it reminds the clinic (correction.md section 5, L)."""
    if line.kind == UPLOAD_DUE:
        return "貴單位代檢，申報院所尚未上傳或內容待修正，敬請提醒。"
    if line.kind == ROUND_OPENED:
        return f"貴單位代檢，已列入申報院所之補正清單，敬請提醒。{_pickup(line)}"
    return "貴單位代檢，申報院所尚未補正，敬請提醒。"


def _pickup(line: Line) -> str:
    begin, end = line.facts.get("pickup_from"), line.facts.get("pickup_to")
    if begin is None or end is None:
        return ""
    return f"清單下載期間：{roc_words(begin)}至{roc_words(end)}。"


def _paper(line: Line) -> str:
    until = line.facts.get("paper_deadline")
    if until is None:
        return ""
    return f"修改申請表請於{roc_words(until)}前掛號郵寄，以郵戳為憑。"


_CHANGE_ZH = {
    "note_approved": "無法補登說明經核可，無須再補正。",
    "note_refused": "無法補登說明未獲核可，依規定得不予核付或追扣。",
    "payment_denied": "經決定不予核付。",
    "recovery_ordered": "經決定追扣已核付之費用。",
    "decision_reversed": "原不予核付或追扣之決定已撤銷。",
}
