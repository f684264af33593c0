"""A digest (通知) in words: plain text, LINE Flex, and a mail. From plain data; no I/O.

A facility is named by its code, a case by nothing at all. One link, where the cases can be seen.
source of the limits: line-bot.md section 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from claims.notice_flex import bubble_of
from claims.notice_lines import Letter, Line, Row, roc_words, rows_of, unit_of, without_repeats
from claims.notice_mail import html_of, mail_text_of, text_of
from claims.notice_summary import summary_rows
from claims.notices import AGENCY, AUDIENCES, BY_NAME, CLAIMING, DAILY_SUMMARY, LAB, ORDER

__all__ = ["ALT_UNITS", "MOST_ROWS", "TEXT_UNITS", "Digest", "Line", "digest", "utf16_units"]

TEXT_UNITS, ALT_UNITS = 5000, 1500
MOST_ROWS = 12
"""A digest names so many rows; how many more there are, it says."""

HEADINGS = {
    CLAIMING: "預防保健勾稽通知",
    LAB: "預防保健代檢通知",
    AGENCY: "預防保健勾稽每日摘要",
}
BESIDE = "代檢"
"""Marks what a facility hears as the laboratory of others."""
BUTTONS = {CLAIMING: "查看並補正", LAB: "查看清單", AGENCY: "開啟管理頁"}


class Digest(NamedTuple):
    """All that one facility, laboratory or the agency is told on one day.

    flex       content of a LINE Flex message: a bubble
    alt_text   what LINE shows where it cannot show the bubble
    """

    text: str
    flex: dict[str, Any]
    alt_text: str
    subject: str
    mail_text: str
    mail_html: str


def digest(
    parts: Mapping[str, Sequence[Line]],
    today: int,
    link: str,
    facility_id: str = "",
    unsubscribe_link: str = "",
) -> Digest:
    """Raises KeyError for a kind that is not in the register.

    parts             lines by audience: a facility can be told as the one that claimed, and as the
                      laboratory of others, in one digest
    today             business day it is for
    link              the one place to go, https
    facility_id       醫事機構代碼, for those who answer for several
    unsubscribe_link  for mails: ends them with one step
    """
    told = {who: without_repeats(parts[who]) for who in AUDIENCES if parts.get(who)}
    audience = next(iter(told))
    rows = [row for who in told for row in _rows(who, told[who], beside=who != audience)]
    letter = Letter(
        HEADINGS[audience],
        f"民國{roc_words(today)}" + (f"　醫事機構代碼 {facility_id}" if facility_id else ""),
        tuple(rows[:MOST_ROWS]),
        len(rows[MOST_ROWS:]),
        link,
        BUTTONS[audience],
        "" if audience == AGENCY else "本通知僅列件數與期限；已處理完畢者，敬請略過。",
    )
    text, short = text_of(letter), "，".join(_in_short(who, told[who]) for who in told)
    return Digest(
        text=_cut(text, TEXT_UNITS),
        flex=bubble_of(letter, asks_counts=CLAIMING in told),
        alt_text=_cut(f"【{letter.heading}】{short}", ALT_UNITS),
        subject=f"【{letter.heading}】{f'{facility_id} ' if facility_id else ''}{short}",
        mail_text=mail_text_of(text, unsubscribe_link),
        mail_html=html_of(letter, unsubscribe_link),
    )


def utf16_units(text: str) -> int:
    """Length as LINE counts it."""
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, units: int) -> str:
    """At most so many UTF-16 units; no half of a pair is left."""
    if utf16_units(text) <= units:
        return text
    kept = text.encode("utf-16-le")[: 2 * (units - 1)].decode("utf-16-le", "ignore")
    return f"{kept}…"


def _in_short(audience: str, lines: Sequence[Line]) -> str:
    """``補正期限將至 15 件，代檢上傳期限將至 3 件``; a summary is named by the heading."""
    counts: dict[str, int] = {}
    for line in sorted(lines, key=lambda line: ORDER[line.kind]):
        if line.kind != DAILY_SUMMARY:
            counts[line.kind] = counts.get(line.kind, 0) + line.count
    lab = BESIDE if audience == LAB else ""
    return "，".join(
        f"{lab}{BY_NAME[kind].zh} {count:,} {unit_of(kind)}" for kind, count in counts.items()
    )


def _rows(audience: str, lines: Sequence[Line], *, beside: bool) -> list[Row]:
    """``beside``: under headings of their own, after those of what the facility itself claimed."""
    rows = [row for line in lines if line.kind == DAILY_SUMMARY for row in summary_rows(line.facts)]
    rows += rows_of(audience, [line for line in lines if line.kind != DAILY_SUMMARY])
    return [replace(row, section=f"{BESIDE}：{row.section}") for row in rows] if beside else rows
