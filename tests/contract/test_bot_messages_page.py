"""docs/bot-messages.md says what the bot says; messages keep LINE's limits and name nobody."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.notify.bot_messages_page import page, samples
from services.notify.menu import VERBS
from services.notify.replies import Message, units

WRITTEN = Path(__file__).parents[2] / "docs" / "bot-messages.md"
SAMPLES = samples()
# The only numbers of a telephone: a system's own support line, which the letter names, and the
# example beside the form's field.
PUBLIC = ("(02)2559-1971", "0222345678#12")
PERSONAL = {
    "ID": re.compile(r"(?<![A-Za-z0-9])[A-Z][12A-D89][0-9*]{8}(?![0-9])"),
    "date of birth": re.compile(r"出生[^，、。]{0,4}[0-9]{2,}|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"),
    "phone": re.compile(r"(?<![0-9])\(?0[2-9][0-9)-]{7,10}(?![0-9])"),
    "e-mail": re.compile(r"[\w.]+@[\w.]+"),
    "LINE user id": re.compile(r"U[0-9a-f]{32}"),
    "name": re.compile(r"[王李張陳林]\w{0,2}(?:先生|女士|小姐|醫師)"),
}


def personal(text: str) -> list[str]:
    for number in PUBLIC:
        text = text.replace(number, "")
    return [what for what, pattern in PERSONAL.items() if pattern.search(text)]


def every_part(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from every_part(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from every_part(one)


def actions(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    return [part for part in every_part(messages) if part.get("type") in ("postback", "uri")]


def test_the_page_is_what_the_words_say() -> None:
    """After a change: python -m services.notify.bot_messages_page > docs/bot-messages.md"""
    assert WRITTEN.read_text(encoding="utf-8") == page()


def test_nothing_on_the_page_names_a_person() -> None:
    assert personal(page()) == []


@pytest.mark.parametrize(
    "bad", ["A123456789", "A1234*****", "出生日期 0750310", "02-22345678", "a@b.tw", "王小姐"]
)
def test_what_names_a_person_is_found(bad: str) -> None:
    assert personal(f"您的個案 {bad}。")


@pytest.mark.parametrize("messages", SAMPLES.values(), ids=list(SAMPLES))
def test_a_message_keeps_the_limits_of_line(messages: tuple[Message, ...]) -> None:
    assert 1 <= len(messages) <= 5
    for message in messages:
        assert units(message.get("text", "x")) <= 5000
        assert units(message.get("altText", "")) <= 1500
        if message["type"] == "flex":
            assert len(json.dumps(message["contents"], ensure_ascii=False).encode()) <= 30_000
            assert len(message["contents"].get("contents", ())) <= 12
    assert len(messages[-1]["quickReply"]["items"]) <= 13
    for action in actions(messages):
        assert 1 <= len(action["label"]) <= 20


@pytest.mark.parametrize("messages", SAMPLES.values(), ids=list(SAMPLES))
def test_a_button_carries_a_verb_and_an_opaque_id_only(messages: tuple[Message, ...]) -> None:
    for action in actions(messages):
        if action["type"] == "postback":
            verb, _, about = action["data"].partition("/")
            assert verb in VERBS
            assert re.fullmatch(r"[a-z0-9.\-]*", about) and not re.search(r"[0-9]{10}", about)


def test_an_alternative_text_says_more_than_nothing() -> None:
    found = [m for messages in SAMPLES.values() for m in messages if m["type"] == "flex"]
    assert all(message["altText"].strip() for message in found)
