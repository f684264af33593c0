"""Words of the mails of the bot: confirm an address, go on with 帳號連結."""

from html import escape
from typing import NamedTuple


class Mail(NamedTuple):
    subject: str
    text: str
    html: str


def confirm(facility_id: str, url: str, hours: int) -> Mail:
    """The applicant is not addressed by name: the address may be somebody else's."""
    lines = (
        f"有人以此信箱申請綁定醫事機構代碼 {facility_id}（預保行政助手通）。",
        f"若是您本人，請於 {hours} 小時內點選下列連結確認信箱，我們才會開始審核：",
        url,
        "若不是您，請忽略此信，不會再寄信到這個信箱。",
    )
    return _mail("請確認您的信箱－預保行政助手通", lines, url, "確認信箱")


def login(facility_id: str, url: str, minutes: int) -> Mail:
    """Whoever reads the address decides: without the link nothing is bound."""
    lines = (
        f"有 LINE 使用者要與醫事機構代碼 {facility_id} 連結帳號（預保行政助手通）。",
        f"若是貴院所人員，請於 {minutes} 分鐘內，在該 LINE 帳號的手機上點選下列連結：",
        url,
        "連結後可隨時在 LINE 點選「解除綁定」。若不是，請忽略此信，不會有任何連結。",
    )
    return _mail("請確認帳號連結－預保行政助手通", lines, url, "連結帳號")


def _mail(subject: str, lines: tuple[str, ...], url: str, label: str) -> Mail:
    shown = (
        f'<p><a href="{escape(url)}">{label}</a></p>' if line == url else f"<p>{escape(line)}</p>"
        for line in lines
    )
    return Mail(subject, "\n\n".join(lines) + "\n", "".join(shown))
