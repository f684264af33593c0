"""Words of a decision of the agency about a user: they go as a push."""

from services.notify import menu
from services.notify.replies import Message, card, tap, with_quick


def approved(facility_id: str) -> tuple[Message, ...]:
    lines = (
        f"您已綁定醫事機構代碼 {facility_id}。",
        "補正與上傳期限前會提醒您，訊息只有件數與日期。隨時可以「解除綁定」。",
    )
    first = tap(menu.LABELS[menu.COUNT], menu.COUNT)
    return with_quick((card("審核通過", lines, (first,)),), menu.everything())


def refused(facility_id: str, reason: str) -> tuple[Message, ...]:
    lines = (f"醫事機構代碼 {facility_id} 的申請未通過。", f"原因：{reason}", "修正後可再次申請。")
    buttons = (tap("重新申請", menu.APPLY), tap(menu.LABELS[menu.STAFF], menu.STAFF))
    return with_quick((card("審核結果", lines, buttons),), menu.everything())


def unbound_by_agency(facility_id: str) -> tuple[Message, ...]:
    lines = (f"醫事機構代碼 {facility_id} 的綁定已由承辦單位解除，不再發送提醒。",)
    buttons = (tap(menu.LABELS[menu.STAFF], menu.STAFF),)
    return with_quick((card("綁定已解除", lines, buttons),), menu.everything())
