"""Words of 帳號連結: binding through an address that the agency has already.

source: line-bot.md section 3: users must be told, when linking, that they can unlink at any time.
"""

from services.notify import menu
from services.notify.replies import Message, card, link, tap, with_quick

_ANY_TIME = "連結後可隨時點選「解除綁定」解除。"


def offer(url: str, minutes: int) -> tuple[Message, ...]:
    lines = (
        "承辦單位已登錄貴院所信箱者，可由該信箱確認身分，直接完成綁定，不需等候審核。",
        f"連結 {minutes} 分鐘內有效，限用一次。{_ANY_TIME}",
    )
    made = card("帳號連結", lines, (link("開始連結", url),))
    return with_quick((made,), menu.everything(menu.LINK))


def linked(facility_id: str) -> tuple[Message, ...]:
    lines = (
        f"已與醫事機構代碼 {facility_id} 連結，之後會在這裡收到待補正件數與期限提醒。",
        "可隨時點選「解除綁定」解除。",
    )
    buttons = (
        tap(menu.LABELS[menu.COUNT], menu.COUNT),
        tap(menu.LABELS[menu.UNBIND], menu.UNBIND),
    )
    return with_quick((card("帳號已連結", lines, buttons),), menu.everything(menu.LINK))


def failed() -> tuple[Message, ...]:
    lines = (
        "帳號沒有連結：連結逾時、已使用過，或不是申請連結的 LINE 帳號。",
        "請再點選一次「帳號連結」，或改用「審核申請」。",
    )
    buttons = (
        tap(menu.LABELS[menu.LINK], menu.LINK),
        tap(menu.LABELS[menu.APPLY], menu.APPLY),
    )
    return with_quick((card("帳號未連結", lines, buttons),), menu.everything(menu.LINK))
