"""Limits: LINE takes 5,000 UTF-16 units of text (line-bot.md section 3), a digest names 12 rows."""

import pytest

from claims.notice_flex import AMBER, GREEN, RED
from claims.notice_lines import Line
from claims.notice_words import Digest, digest, utf16_units
from claims.notices import CLAIMING
from claims.periods import from_iso

TODAY = from_iso("2025-05-17")
LINK = "https://gouji.invalid/cases"


def said(*programmes: str) -> Digest:
    """A digest with a row for each programme; an unknown one is named as it is."""
    lines = [Line("upload_due", name, 1, TODAY + 7, 7, "", {}) for name in programmes]
    return digest({CLAIMING: lines}, TODAY, LINK)


def of_units(units: int, letter: str) -> Digest:
    """A digest whose text would have so many UTF-16 units, by the name of a programme."""
    rest = units - utf16_units(said("x").text) + 1
    return said(letter * (rest // utf16_units(letter)) + "x" * (rest % utf16_units(letter)))


def test_a_character_beyond_the_basic_plane_counts_twice() -> None:
    assert [utf16_units(text) for text in ("", "a", "補", "𠮷", "補𠮷a")] == [0, 1, 1, 2, 4]


@pytest.mark.parametrize("letter", ["補", "𠮷"])
def test_a_text_of_exactly_the_limit_is_whole_and_one_more_is_cut(letter: str) -> None:
    whole, cut = of_units(5000, letter).text, of_units(5001, letter).text
    assert utf16_units(whole) == 5000 and whole.endswith("敬請略過。")
    assert utf16_units(cut) == 5000 and cut.endswith("…")


def test_half_a_character_is_never_left() -> None:
    for units in range(5001, 5009):
        cut = said("x" * (units % 2) + "𠮷" * 3000).text
        assert utf16_units(cut) in (4999, 5000) and cut.endswith("…")
        assert cut.encode("utf-8").decode("utf-8") == cut


def test_twelve_rows_are_named_and_the_others_counted() -> None:
    names = [f"p{number:02}" for number in range(14)]
    for count, more in ((12, ""), (13, "另有 1 項"), (14, "另有 2 項")):
        text = said(*names[:count]).text
        assert text.count("・") == 12
        assert (f"\n\n{more}，" in text) if more else ("另有" not in text)
        last = said(*names[:count]).flex["body"]["contents"][-1]
        assert (last.get("text") == f"{more}，請開啟連結查看。") is bool(more)
        assert not more or (last["size"], last["margin"]) == ("sm", "lg")


@pytest.mark.parametrize(
    ("days", "colour"),
    [(0, RED), (3, RED), (4, AMBER), (7, AMBER), (8, GREEN), (None, GREEN)],
)
def test_the_colour_of_a_deadline_says_how_near_it_is(days: int | None, colour: str) -> None:
    """Up to three days red, up to seven amber."""
    due = TODAY + 1 if days is None else TODAY + days
    line = Line("upload_due", "adult", 1, due, days, "", {})
    shown = str(digest({CLAIMING: [line]}, TODAY, LINK).flex)
    assert [one for one in (RED, AMBER, GREEN) if one in shown] == [colour]


def test_who_names_no_facility_and_no_link_to_leave_reads_of_neither() -> None:
    message = said("adult")
    everything = " ".join((message.text, message.subject, message.mail_text, message.mail_html))
    assert "醫事機構代碼" not in everything and "不再以電子郵件" not in everything
    assert "請勿直接回覆。</p>" in message.mail_html
