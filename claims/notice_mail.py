"""A digest as plain text, and as the two bodies of a mail. Everything in HTML is escaped."""

from html import escape

from claims.notice_lines import Letter, Row

AUTOMATIC = "本郵件由系統自動寄發，請勿直接回覆。"
LEAVING = "不再以電子郵件接收通知"


def text_of(letter: Letter) -> str:
    """The digest where nothing but text is shown."""
    lines = [f"【{letter.heading}】", letter.sub_heading]
    for title, rows in letter.sections:
        lines += ["", f"■ {title}"]
        lines += [line for row in rows for line in _row_text(row)]
    if letter.more:
        lines += ["", f"另有 {letter.more} 項，請開啟連結查看。"]
    lines += ["", f"{letter.button}：{letter.link}", letter.closing]
    return "\n".join(lines).rstrip()


def mail_text_of(text: str, unsubscribe_link: str) -> str:
    lines = [text, "", AUTOMATIC]
    if unsubscribe_link:
        lines.append(f"{LEAVING}：{unsubscribe_link}")
    return "\n".join(lines) + "\n"


def _row_text(row: Row) -> list[str]:
    lines = [f"・{row.what} {row.count:,} {row.unit}"]
    if row.due:
        lines[0] += f"，期限 {row.due}" + (f"，{row.left}" if row.left else "")
    if row.ask:
        lines.append(f"　{row.ask}")
    return lines


def html_of(letter: Letter, unsubscribe_link: str) -> str:
    """A whole document: one column, styles inline, no picture, nothing fetched from anywhere."""
    blocks = "".join(_block(title, rows) for title, rows in letter.sections)
    more = f"<p>另有 {letter.more} 項，請開啟連結查看。</p>" if letter.more else ""
    closing = f"{escape(letter.closing)}<br>" if letter.closing else ""
    leaving = (
        f' <a href="{escape(unsubscribe_link)}" style="color:#5f6b7a">{LEAVING}</a>'
        if unsubscribe_link
        else ""
    )
    return f"""<!DOCTYPE html>
<html lang="zh-Hant"><head><meta charset="utf-8"><title>{escape(letter.heading)}</title></head>
<body style="margin:0;background:#eef2f4;font-family:sans-serif;color:#1f2933">
<div style="max-width:600px;margin:0 auto;background:#ffffff">
<div style="background:#0f4c5c;color:#ffffff;padding:20px 24px">
<div style="font-size:20px;font-weight:bold">{escape(letter.heading)}</div>
<div style="font-size:14px;margin-top:4px">{escape(letter.sub_heading)}</div></div>
<div style="padding:8px 24px 24px">{blocks}{more}
<p style="margin:24px 0">
<a href="{escape(letter.link)}" style="{_BUTTON}">{escape(letter.button)}</a></p>
<p style="font-size:13px;color:#5f6b7a">{closing}{AUTOMATIC}{leaving}</p>
</div></div></body></html>
"""


def _block(title: str, rows: tuple[Row, ...]) -> str:
    lines = "".join(_row_html(row) for row in rows)
    return (
        f'<h2 style="font-size:16px;color:#0f4c5c;margin:20px 0 4px">{escape(title)}</h2>'
        f'<table style="width:100%;border-collapse:collapse">{lines}</table>\n'
    )


def _row_html(row: Row) -> str:
    due = (
        f"期限 {row.due}" + (f"，<b>{escape(row.left)}</b>" if row.left else "") if row.due else ""
    )
    below = "<br>".join(filter(None, (due, escape(row.ask))))
    small = f'<div style="font-size:13px;color:#5f6b7a">{below}</div>' if below else ""
    return (
        f'<tr><td style="{_CELL}">{escape(row.what)}{small}</td>'
        f'<td style="{_CELL};text-align:right;white-space:nowrap;vertical-align:top">'
        f"<b>{row.count:,}</b> {escape(row.unit)}</td></tr>"
    )


_CELL = "padding:8px 0;border-bottom:1px solid #e4e7eb"
_BUTTON = (
    "display:inline-block;background:#0f4c5c;color:#ffffff;padding:12px 24px;"
    "border-radius:6px;text-decoration:none;font-weight:bold"
)
