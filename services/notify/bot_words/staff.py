"""Words around 真人客服. After the first of them the bot is silent until the chat is closed."""

from services.notify import menu
from services.notify.replies import Action, Message, card, tap, text, with_quick


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _ways_out() -> tuple[Action, ...]:
    """What still works while staff have the chat."""
    unbind = tap(menu.LABELS[menu.UNBIND], menu.UNBIND)
    return (tap(menu.END_LABEL, menu.STAFF_END), unbind)


def handed_over(is_open: bool, hours: tuple[int, int]) -> tuple[Message, ...]:
    """``hours``: minutes since midnight in Taipei, Monday to Friday."""
    when = f"週一至週五 {clock(hours[0])}–{clock(hours[1])}"
    first = (
        "已轉接真人客服，請直接輸入您的問題，人員會在此回覆。"
        if is_open
        else f"現在不是服務時間（{when}）。請先留下問題，人員上班後在此回覆。"
    )
    lines = (
        first,
        "請勿輸入民眾姓名或身分證字號。",
        f"轉接期間自動回覆暫停，點選或輸入「{menu.END_LABEL}」即恢復。",
    )
    # A button of the card, too: quick replies are gone once something is written.
    made = card(menu.LABELS[menu.STAFF], lines, (tap(menu.END_LABEL, menu.STAFF_END),))
    return with_quick((made,), _ways_out())


def ended() -> tuple[Message, ...]:
    return with_quick((text("客服對話已結束，可繼續使用選單功能。"),), menu.everything())


def line(words: str) -> tuple[Message, ...]:
    """What a member of staff wrote; it goes as a push."""
    return with_quick((text(f"客服：{words}"),), _ways_out())


def tapped(label: str) -> str:
    """How a tap during a chat reads to staff."""
    return f"（點選：{label}）"


def sent(kind: str) -> str:
    """How a picture or a sticker reads to staff: its content is not fetched."""
    return f"（傳送：{kind}）"
