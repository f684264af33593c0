"""Words of 待補件數: counts and dates by programme; a facility by its code alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.notice_lines import programme_zh, roc_words
from services.notify import menu
from services.notify.replies import (
    BUBBLES_MOST,
    Message,
    bubble,
    card,
    carousel,
    link,
    tap,
    with_quick,
)


@dataclass(frozen=True)
class Count:
    """Open cases of one facility and programme; the days are days since 1970, None: no deadline.

    to_upload   still within the time for uploads
    to_correct  past it, or on a list
    overdue     past the deadline of the list: named, but counted as nothing to be done
    """

    facility_id: str
    programme: str
    to_upload: int
    upload_due_on: int | None
    to_correct: int
    correction_due_on: int | None
    overdue: int = 0


def counts(bound: Sequence[str], found: Sequence[Count], portal_url: str) -> tuple[Message, ...]:
    """``bound``: the facilities of the user; one without open cases says so.

    Of more than LINE shows at once, those with open cases come first; how many are left out is
    said.
    """
    busy = {count.facility_id for count in found}
    bound = sorted(bound, key=lambda facility_id: facility_id not in busy)
    most = BUBBLES_MOST if len(bound) <= BUBBLES_MOST else BUBBLES_MOST - 1
    cards = []
    for facility_id in bound[:most]:
        lines = [
            line for count in found if count.facility_id == facility_id for line in _lines(count)
        ]
        buttons = (link("前往處理", portal_url),) if lines else ()
        title = f"待補件數 {facility_id}"
        cards.append(bubble(title, lines or ("目前沒有待處理的個案。",), buttons))
    if rest := bound[most:]:
        more = (f"另有 {len(rest)} 家院所未列出，請至網站查看。",)
        cards.append(bubble("其他院所", more, (link("前往處理", portal_url),)))
    total = sum(count.to_upload + count.to_correct for count in found)
    made = carousel(f"待補件數：共 {total} 件", cards)
    return with_quick((made,), menu.everything(menu.COUNT))


def _lines(count: Count) -> list[str]:
    name = programme_zh(count.programme)
    lines = []
    if count.to_correct:
        lines.append(f"{name}：待補正 {count.to_correct} 件{_until(count.correction_due_on)}")
    if count.to_upload:
        lines.append(f"{name}：待上傳 {count.to_upload} 件{_until(count.upload_due_on)}")
    if count.overdue:
        lines.append(f"{name}：屆期仍未補正 {count.overdue} 件，補正期限已過")
    return lines


def _until(day: int | None) -> str:
    return "" if day is None else f"，最近期限 {roc_words(day)}"


def not_bound() -> tuple[Message, ...]:
    lines = ("完成審核申請後，才能查詢院所的待補件數。",)
    buttons = (tap(menu.LABELS[menu.APPLY], menu.APPLY),)
    return with_quick((card("待補件數", lines, buttons),), menu.everything(menu.COUNT))
