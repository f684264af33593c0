"""Words of the guides: how to get the correction list, questions and answers, links, a file.

source: correction.md section 1 (the two ways, 30 days, the password); contents for the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.notice_lines import PROGRAMMES_ZH, programme_zh, roc_words
from claims.periods import roc_text
from services.notify import menu
from services.notify.replies import (
    LABEL_MOST,
    Message,
    bubble,
    card,
    carousel,
    link,
    shortened,
    tap,
    text,
    with_quick,
)

PPORTAL, VPN = "https://pportal.hpa.gov.tw", "https://medvpn.nhi.gov.tw"
PLACES = (("預防保健整合系統", PPORTAL), ("健保資訊網 VPN", VPN))
WAYS = (
    "方法一：登入預防保健整合系統，點「預防保健服務補正清單下載」再點「下載」。",
    "方法二：登入健保資訊網（VPN），進「院所資料交換」，輸入上列提供下載日期後查詢。",
    "檔案為 ZIP。選「加密下載」時，密碼是執行者的身分證字號，首碼英文大寫。",
    "檔案保留 30 天；逾期請先申請，次日到「下載捷徑專區」取檔。",
)
# Buttons in one card, cards in one carousel.
_A_CARD = 6


@dataclass(frozen=True)
class Pickup:
    """When the list of an open round can be fetched, days since 1970, both days included."""

    programme: str
    pickup_from: int
    pickup_to: int
    correction_deadline: int


@dataclass(frozen=True)
class Content:
    """A link, a video, or a question with its answer, as the agency keeps it."""

    content_id: str
    kind: str
    programme: str
    title: str
    body: str
    url: str


def dates(rounds: Sequence[Pickup]) -> list[str]:
    """A line a round."""
    return [
        f"{programme_zh(one.programme)}：提供下載日期 {roc_text(one.pickup_from)}～"
        f"{roc_text(one.pickup_to)}，{roc_words(one.correction_deadline)}前補正"
        for one in rounds
    ] or ["目前沒有開放中的補正期。"]


def list_help(rounds: Sequence[Pickup]) -> tuple[Message, ...]:
    """The two ways to the list, and the dates of the rounds that are open."""
    buttons = tuple(link(label, url) for label, url in PLACES)
    made = card(menu.LABELS[menu.LIST], (*dates(rounds), *WAYS), buttons)
    return with_quick((made,), menu.everything(menu.LIST))


def lessons(contents: Sequence[Content]) -> tuple[Message, ...]:
    """Videos and questions, each a button, by programme."""
    cards = []
    for programme in ("", *PROGRAMMES_ZH):
        ours = [one for one in contents if one.programme == programme and one.kind != "link"]
        title = PROGRAMMES_ZH.get(programme, "共同事項")
        groups = [ours[at : at + _A_CARD] for at in range(0, len(ours), _A_CARD)]
        for number, group in enumerate(groups, start=1):
            of = f"（{number}/{len(groups)}）" if len(groups) > 1 else ""
            cards.append(bubble(title + of, (), [_lesson(one) for one in group]))
    if not cards:
        return _nothing_yet(menu.TEACH)
    made = carousel(menu.LABELS[menu.TEACH], cards)
    return with_quick((made,), menu.everything(menu.TEACH))


def _lesson(one: Content) -> dict[str, str]:
    label = shortened(one.title, LABEL_MOST)
    if one.kind == "video":
        return link(label, one.url)
    return tap(label, f"{menu.ANSWER}/{one.content_id}")


def answer(one: Content | None) -> tuple[Message, ...]:
    """An answer; None when the agency took it back meanwhile."""
    if one is None:
        return _nothing_yet(menu.TEACH)
    buttons = [link("相關網頁", one.url)] if one.url else []
    made = card(one.title, one.body.split("\n"), [*buttons, tap("其他問題", menu.TEACH)])
    return with_quick((made,), menu.everything())


def links(contents: Sequence[Content]) -> tuple[Message, ...]:
    ours = [one for one in contents if one.kind == "link"]
    if not ours:
        return _nothing_yet(menu.LINKS)
    groups = [ours[at : at + _A_CARD] for at in range(0, len(ours), _A_CARD)]
    cards = [
        bubble(
            menu.LABELS[menu.LINKS],
            [one.body for one in group if one.body],
            [link(shortened(one.title, LABEL_MOST), one.url) for one in group],
        )
        for group in groups
    ]
    return with_quick((carousel(menu.LABELS[menu.LINKS], cards),), menu.everything(menu.LINKS))


def _nothing_yet(verb: str) -> tuple[Message, ...]:
    words = f"{menu.LABELS[verb]}的內容整理中，急需時請點選「真人客服」。"
    return with_quick((text(words),), menu.everything(verb))


def file_form(url: str, minutes: int) -> tuple[Message, ...]:
    """電子檔申請 (adult Q11)."""
    lines = (
        "上傳資料量大時，可申請補正清單電子檔。",
        f"請填寫聯絡資料（連結 {minutes} 分鐘內有效，限用一次），由專人以 e-mail 寄送；"
        "加密檔的密碼另行通知。",
    )
    made = card(menu.LABELS[menu.FILE], lines, (link("填寫申請", url),))
    return with_quick((made,), menu.everything(menu.FILE))


def file_not_bound() -> tuple[Message, ...]:
    lines = ("電子檔含院所資料，請先完成審核申請。",)
    buttons = (tap(menu.LABELS[menu.APPLY], menu.APPLY),)
    return with_quick((card(menu.LABELS[menu.FILE], lines, buttons),), menu.everything(menu.FILE))


def short_help() -> tuple[Message, ...]:
    """For whatever we do not understand, and for 選單: every function as a button."""
    lines = ("請點選下列功能，或直接輸入功能名稱。需要人員協助請選「真人客服」。",)
    made = card("可以這樣使用", lines, menu.everything())
    return with_quick((made,), menu.everything())
