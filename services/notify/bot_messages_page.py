"""docs/bot-messages.md: what the bot says, with sample data. `python -m` prints it."""

from collections.abc import Iterator, Sequence
from typing import Any

from claims.periods import day_of
from services.notify import menu
from services.notify.bot_words import (
    counting,
    decided,
    guiding,
    joining,
    linking,
    mails,
    pages,
    staff,
    unlinking,
)
from services.notify.bot_words.counting import Count
from services.notify.bot_words.guiding import Content, Pickup
from services.notify.first_contents import first_contents
from services.notify.form_fields import FIELDS
from services.notify.replies import Message

INTRO = """# What the bot says

Written from services/notify/bot_words by `python -m services.notify.bot_messages_page`; do not
edit. Sample data. ▸ is a button, ◦ a quick reply; behind each stands what it sends us or opens. A
facility is named by its code; no message holds an ID, a name or a date of birth.
"""
OURS, THEIRS = "3501340006", "3501340015"
_LINK, _HOURS = "https://gouji.invalid/forms/apply/...", (8 * 60 + 30, 17 * 60 + 30)
_DUE = day_of(2025, 5, 31)


def contents() -> tuple[Content, ...]:
    """What an empty database starts with."""
    return tuple(Content(*row[:6]) for row in first_contents())


def samples() -> dict[str, tuple[Message, ...]]:
    """Heading to messages."""
    counts = (
        Count(OURS, "adult", 31, _DUE + 7, 12, _DUE),
        Count(OURS, "oral", 0, None, 3, _DUE, 2),
    )
    rounds = (Pickup("adult", day_of(2025, 5, 1), _DUE, _DUE),)
    answers = {f"補正教學：{one.title}": guiding.answer(one) for one in contents() if one.body
               and one.kind == "answer"}  # fmt: skip
    return {
        "加入好友 follow": joining.welcome(False),
        "加入好友，已綁定": joining.welcome(True),
        "審核申請": joining.form(_LINK, 30),
        "審核申請，已有一筆，信箱未確認": joining.under_review(OURS, False),
        "審核申請，已有一筆，信箱已確認": joining.under_review(OURS, True),
        "帳號連結": linking.offer("https://gouji.invalid/forms/link/...", 30),
        "帳號連結，完成": linking.linked(OURS),
        "帳號連結，失敗": linking.failed(),
        "撤回申請": joining.sure_to_withdraw(OURS),
        "撤回申請，確定": joining.withdrawn(),
        "撤回申請，沒有申請": joining.nothing_to_withdraw(),
        "審核通過（推播）": decided.approved(OURS),
        "審核不通過（推播）": decided.refused(OURS, "代碼與院所名稱不符"),
        "承辦單位解除綁定（推播）": decided.unbound_by_agency(OURS),
        "待補件數": counting.counts((OURS, THEIRS), counts, "https://portal.invalid"),
        "待補件數，未綁定": counting.not_bound(),
        "補正清單下載": guiding.list_help(rounds),
        "補正教學": guiding.lessons(contents()),
        **answers,
        "相關連結": guiding.links(contents()),
        "內容整理中": guiding.answer(None),
        "電子檔申請": guiding.file_form(_LINK, 30),
        "電子檔申請，未綁定": guiding.file_not_bound(),
        "真人客服，服務時間": staff.handed_over(True, _HOURS),
        "真人客服，非服務時間": staff.handed_over(False, _HOURS),
        "真人客服，人員回覆（推播）": staff.line("請先確認就醫日期與第一階段檢查日期是否一致。"),
        "真人客服，結束": staff.ended(),
        "解除綁定": unlinking.sure("b...", OURS),
        "解除綁定，多個機構": unlinking.which((("b...", OURS), ("b...", THEIRS))),
        "解除綁定，確定": unlinking.done(OURS),
        "解除綁定，沒有綁定": unlinking.nothing_bound(),
        "其他文字、選單": guiding.short_help(),
    }


def page() -> str:
    """The whole page."""
    lines = [INTRO]
    for heading, messages in samples().items():
        lines += [f"## {heading}", ""]
        for message in messages:
            lines += [*(f"> {line}  " for line in shown(message)), ""]
    return "\n".join([*lines, *_form(), *_pages(), *_mail()])


def shown(message: Message) -> Iterator[str]:
    """What a phone shows of a message, line by line, quick replies last."""
    if message["type"] == "text":
        yield from message["text"].split("\n")
    else:
        yield from _flex(message["contents"])
    quick = [item["action"]["label"] for item in message["quickReply"]["items"]]
    yield "◦ " + " ◦ ".join(quick)


def _flex(part: dict[str, Any]) -> Iterator[str]:
    if part["type"] == "text":
        yield f"**{part['text']}**" if part.get("weight") == "bold" else part["text"]
    elif part["type"] == "button":
        action = part["action"]
        yield f"▸ {action['label']} `{action.get('data') or action['uri']}`"
    inner: Sequence[dict[str, Any]] = part.get("contents", ())
    for one in (*inner, *(part[name] for name in ("body", "footer") if name in part)):
        yield from _flex(one)


def _form() -> list[str]:
    rows = [
        f"| {field.label} | {field.name} | {'必填' if field.is_mandatory else ''} | {field.most} |"
        f" {field.hint} |"
        for field in FIELDS
    ]
    head = ["| 欄位 | name | 必填 | 字數 | 說明 |", "|---|---|---|---|---|"]
    return ["## 申請表單", "", pages.APPLY_INTRO, "", *head, *rows, "", pages.STATEMENT, ""]


def _pages() -> list[str]:
    told = (
        (pages.SENT_TITLE, pages.SENT),
        (pages.OPEN_TITLE, pages.OPEN),
        (pages.EXPIRED_TITLE, pages.EXPIRED),
        (pages.FILE_TITLE, (pages.FILE_INTRO, pages.FILE_STATEMENT)),
        (pages.FILE_SENT_TITLE, pages.FILE_SENT),
        (pages.NOT_BOUND_TITLE, pages.NOT_BOUND),
        (pages.CONFIRM_TITLE, (*pages.CONFIRM, f"▸ {pages.CONFIRM_BUTTON}")),
        (pages.CONFIRMED_TITLE, pages.CONFIRMED),
        (f"{pages.EXPIRED_TITLE}（{pages.CONFIRM_TITLE}）", pages.CONFIRM_EXPIRED),
        (pages.LINK_LOGIN_TITLE, (pages.LINK_LOGIN_INTRO, pages.LINK_STATEMENT)),
        (pages.LINK_ASKED_TITLE, pages.LINK_ASKED),
        (pages.LINK_TITLE, (*pages.LINK, f"▸ {pages.LINK_BUTTON}")),
        (pages.LINK_ON_TITLE, (*pages.LINK_ON, f"▸ {pages.LINK_ON_BUTTON}")),
        (f"{pages.EXPIRED_TITLE}（{pages.LINK_TITLE}）", pages.LINK_EXPIRED),
        (pages.LINK_LATER_TITLE, pages.LINK_LATER),
        (pages.UNSUBSCRIBE_TITLE, (*pages.UNSUBSCRIBE, f"▸ {pages.UNSUBSCRIBE_BUTTON}")),
        (pages.UNSUBSCRIBED_TITLE, pages.UNSUBSCRIBED),
    )
    return [
        line
        for title, words in told
        for line in (f"## 網頁：{title}", "", *(f"> {one}  " for one in words), "")
    ]


def _mail() -> list[str]:
    mail = mails.confirm(OURS, "https://gouji.invalid/mail/confirm/...", 72)
    body = [f"> {line}  " for line in mail.text.split("\n")]
    others = (menu.WITHDRAW_LABEL, menu.END_LABEL, menu.MENU_LABEL)
    typed = "、".join((*menu.LABELS.values(), *others))
    head = ["## 郵件：確認信箱", "", f"主旨：{mail.subject}", ""]
    return [*head, *body, "", "## 也可以直接輸入", "", typed, ""]


if __name__ == "__main__":
    print(page(), end="")
