"""docs/messages.md says what the words say, and no message names a person."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.notice_words import Digest
from claims.notices import BY_NAME
from services.notify.messages_page import FACILITY, LABORATORY, SAMPLES, page, samples

WRITTEN = Path(__file__).parents[2] / "docs" / "messages.md"

# A date in the words is a deadline or the day of the message: the only ones a digest may hold, and
# written as nobody writes a date of birth in our data.
OUR_DATES = re.compile(r"[0-9]{3}年[0-9]{1,2}月[0-9]{1,2}日（[一二三四五六日]）")
PERSONAL = {
    "ID or residence number, whole or masked": re.compile(r"[A-Z][A-D1289*][0-9*]{3,8}", re.I),
    "date of birth": re.compile(
        r"(?<![0-9])(?:(?:19|20)[0-9]{2}|0?[0-9]{2}|1[01][0-9])[-/.年]?(?:0?[1-9]|1[0-2])[-/.月]?"
        r"(?:0?[1-9]|[12][0-9]|3[01])日?(?![0-9])"
    ),
    "phone": re.compile(r"(?<![0-9])0[2-9][0-9-]{6,9}(?![0-9])"),
    "e-mail": re.compile(r"[\w.]+@[\w.]+"),
    "LINE user id": re.compile(r"U[0-9a-f]{32}"),
    "case id": re.compile(r"[0-9]{10}/[0-9]{5}/"),
    "name": re.compile(r"姓名|先生|女士|小姐|君(?![子])"),
}
# What is no text of ours: colours, sizes, codes of facilities, links.
HARMLESS = re.compile(
    rf"#[0-9a-fA-F]{{6}}\b|https?://[^\s\"<]+|\b(?:{FACILITY}|{LABORATORY})\b(?!/)"
)


def personal(text: str) -> Iterator[str]:
    """What in a text may name a person."""
    rest = HARMLESS.sub(" ", OUR_DATES.sub(" ", text))
    for what, pattern in PERSONAL.items():
        for found in pattern.finditer(rest):
            yield f"{what}: {found.group()}"


def texts_of(part: Any) -> Iterator[str]:
    """Every text a Flex message shows or sends."""
    if isinstance(part, dict):
        for name, value in part.items():
            if isinstance(value, str) and name in ("text", "label", "data", "displayText", "uri"):
                yield value
            else:
                yield from texts_of(value)
    elif isinstance(part, list):
        for each in part:
            yield from texts_of(each)


def forms_of(message: Digest) -> Iterator[str]:
    yield message.text
    yield message.alt_text
    yield message.subject
    yield message.mail_text
    yield html.unescape(re.sub(r"<[^>]*>", "\n", message.mail_html))
    yield "\n".join(texts_of(message.flex))
    yield json.dumps(message.flex, ensure_ascii=False)


def test_the_page_is_the_one_rendered_from_the_words() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_there_is_a_sample_of_every_kind() -> None:
    assert SAMPLES.keys() == BY_NAME.keys()


@pytest.mark.parametrize(
    "message", [pytest.param(m, id=f"{title.split()[-1]}-{who}") for title, who, m in samples()]
)
def test_no_rendering_names_a_person(message: Digest) -> None:
    for form in forms_of(message):
        assert list(personal(form)) == []


@pytest.mark.parametrize(
    "bad",
    [
        *("A123456789", "A1234*****", "a123456789", "AB12345678", "身分證 F228888888。"),
        *("生日 0750312", "75/03/12", "1986-03-12", "民國75年3月12日", "19860312"),
        *("02-23456789", "0912345678", "someone@clinic.invalid", "U" + "0123456789abcdef" * 2),
        *("3501340006/11403/1/A3/129/1", "王先生"),
    ],
)
def test_what_would_name_a_person_is_found(bad: str) -> None:
    assert list(personal(f"案件 {bad} 請補正"))
