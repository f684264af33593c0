"""Words of 解除綁定: at any time, with a choice of facility and a confirmation."""

from collections.abc import Sequence

from services.notify import menu
from services.notify.replies import Message, bubble, card, carousel, tap, with_quick

# A carousel holds 12 cards.
_A_CARD = 5


def which(bound: Sequence[tuple[str, str]]) -> tuple[Message, ...]:
    """``bound``: binding_id and facility_id of each."""
    groups = [bound[at : at + _A_CARD] for at in range(0, len(bound), _A_CARD)]
    cards = [
        bubble(
            "解除綁定",
            ("請選擇要解除的醫事機構。",),
            [tap(facility_id, f"{menu.UNBIND}/{name}") for name, facility_id in group],
        )
        for group in groups
    ]
    return with_quick((carousel("請選擇要解除的醫事機構", cards),), menu.everything(menu.UNBIND))


def sure(binding_id: str, facility_id: str) -> tuple[Message, ...]:
    lines = (
        f"確定要解除與醫事機構代碼 {facility_id} 的綁定嗎？",
        "解除後不再收到此院所的提醒，日後可重新申請。",
    )
    buttons = (tap("不解除", menu.MENU), tap("確定解除", f"{menu.UNBIND_YES}/{binding_id}"))
    return with_quick((card("解除綁定", lines, buttons),), menu.everything(menu.UNBIND))


def done(facility_id: str) -> tuple[Message, ...]:
    lines = (f"已解除與醫事機構代碼 {facility_id} 的綁定。",)
    return with_quick((card("解除綁定", lines, ()),), menu.everything(menu.UNBIND))


def nothing_bound() -> tuple[Message, ...]:
    lines = ("您目前沒有綁定的醫事機構。",)
    buttons = (tap(menu.LABELS[menu.APPLY], menu.APPLY),)
    return with_quick((card("解除綁定", lines, buttons),), menu.everything(menu.UNBIND))
