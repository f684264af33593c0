"""Words of joining: welcome, the way to the form, an application under review.

source: line-bot.md section 2; leaflet, steps 2 to 5.
"""

from services.notify import menu
from services.notify.replies import Message, card, link, tap, with_quick

ACCOUNT = "預保行政助手通"


def welcome(is_bound: bool) -> tuple[Message, ...]:
    """On follow; ``is_bound``: somebody who comes back and is still bound to a facility."""
    if is_bound:
        lines = ("您先前綁定的院所仍然有效，提醒將恢復發送。", "不需要時可隨時「解除綁定」。")
        first = tap(menu.LABELS[menu.COUNT], menu.COUNT)
        made = card("歡迎回來", lines, (first, tap(menu.LABELS[menu.UNBIND], menu.UNBIND)))
    else:
        lines = (
            "這裡提供預防保健最新消息、相關連結、補正教學與客服。",
            "院所請先完成「審核申請」，通過後即可收到待補正件數與期限提醒；日後可隨時解除綁定。",
        )
        first = tap(menu.LABELS[menu.APPLY], menu.APPLY)
        made = card(f"歡迎加入{ACCOUNT}", lines, (first,))
    return with_quick((made,), menu.everything())


def form(url: str, minutes: int) -> tuple[Message, ...]:
    """The button 申請表單; the link works once. Beside it the shorter way, for who has one."""
    lines = (
        f"請點選下方按鈕填寫，連結 {minutes} 分鐘內有效，限用一次。",
        "送出後請至信箱點選確認連結，我們才能開始審核。",
    )
    shorter = tap(menu.LABELS[menu.LINK], menu.LINK)
    made = card("審核申請", lines, (link("申請表單", url), shorter))
    return with_quick((made,), menu.everything(menu.APPLY))


def under_review(facility_id: str, is_confirmed: bool) -> tuple[Message, ...]:
    """A second application while one is open."""
    lines = (
        f"醫事機構代碼 {facility_id} 的申請正在審核中。",
        "信箱已確認，審核結果會在這裡通知您。"
        if is_confirmed
        else "信箱尚未確認：請點選確認信中的連結，確認後才會開始審核。",
        "若資料有誤，可撤回後重新申請。",
    )
    buttons = (tap(menu.WITHDRAW_LABEL, menu.WITHDRAW),)
    return with_quick((card("已有一筆申請", lines, buttons),), menu.everything(menu.APPLY))


def sure_to_withdraw(facility_id: str) -> tuple[Message, ...]:
    lines = (f"要撤回醫事機構代碼 {facility_id} 的申請嗎？",)
    buttons = (tap("確定撤回", menu.WITHDRAW_YES),)
    return with_quick((card("撤回申請", lines, buttons),), menu.everything())


def withdrawn() -> tuple[Message, ...]:
    buttons = (tap("重新申請", menu.APPLY),)
    return with_quick((card("申請已撤回", (), buttons),), menu.everything())


def nothing_to_withdraw() -> tuple[Message, ...]:
    lines = ("目前沒有審核中的申請。",)
    buttons = (tap(menu.LABELS[menu.APPLY], menu.APPLY),)
    return with_quick((card("撤回申請", lines, buttons),), menu.everything())
