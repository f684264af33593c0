"""Words of the mail that asks to confirm an address."""

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
    shown = (
        f'<p><a href="{escape(url)}">確認信箱</a></p>' if line == url else f"<p>{escape(line)}</p>"
        for line in lines
    )
    return Mail("請確認您的信箱－預保行政助手通", "\n\n".join(lines) + "\n", "".join(shown))
