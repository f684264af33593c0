"""A piece of news as LINE shows it and as a mail. Pure: the words are the agency's."""

from html import escape
from typing import NamedTuple

from services.notify import menu
from services.notify.replies import Message, card, link, with_quick

ACCOUNT = "預保行政助手通"
AUTOMATIC = "本郵件由系統自動寄發，請勿直接回覆。"
LEAVING = "不再以電子郵件接收通知"
MORE = "詳細內容"


class Words(NamedTuple):
    """As kept in notify.news. ``url`` is https, or empty."""

    title: str
    body: str
    url: str


class NewsMail(NamedTuple):
    subject: str
    text: str
    html: str


def line_messages(words: Words) -> tuple[Message, ...]:
    """One card; every function hangs below it, for LINE for PC shows no menu."""
    buttons = (link(MORE, words.url),) if words.url else ()
    # One text with its line breaks: a component for each line could grow past LINE's 30 KB.
    made = card(words.title, (words.body,), buttons)
    return with_quick((made,), menu.everything())


def mail(words: Words, unsubscribe_url: str) -> NewsMail:
    """Text and HTML that say the same; nothing is fetched from anywhere."""
    more = f"\n{MORE}：{words.url}\n" if words.url else ""
    text = f"{words.title}\n\n{words.body}\n{more}\n{AUTOMATIC}\n{LEAVING}：{unsubscribe_url}\n"
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in words.body.split("\n") if line)
    button = f'<p><a href="{escape(words.url)}">{MORE}</a></p>' if words.url else ""
    html = (
        '<!DOCTYPE html>\n<html lang="zh-Hant"><head><meta charset="utf-8">'
        f"<title>{escape(words.title)}</title></head>"
        '<body style="font-family:sans-serif;color:#1f2933;max-width:600px;margin:0 auto">'
        f'<h1 style="font-size:20px">{escape(words.title)}</h1>{paragraphs}{button}'
        f'<p style="font-size:13px;color:#5f6b7a">{AUTOMATIC}<br>'
        f'<a href="{escape(unsubscribe_url)}">{LEAVING}</a></p></body></html>\n'
    )
    return NewsMail(f"{' '.join(words.title.split())}－{ACCOUNT}", text, html)
