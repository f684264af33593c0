"""What of a person may be shown (validation.md section 2)."""

import pytest

from claims.masks import is_masked, mask_birth_date, mask_person_id, mask_start
from claims.periods import from_iso


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A123456789", "A1234*****"),
        ("a123456789\u3000", "A1234*****"),
        ("A12345", "A1234*"),
        ("A1234", "*****"),
        ("A", "*"),
        ("", ""),
    ],
)
def test_a_number_shows_five_characters_and_a_short_text_none(text: str, shown: str) -> None:
    assert mask_person_id(text) == shown


@pytest.mark.parametrize("text", ["A100#*****", "A12325****", "D222#00000"])
def test_a_mask_of_another_system_is_seen(text: str) -> None:
    assert is_masked(text)


def test_a_whole_number_is_no_mask() -> None:
    assert not is_masked("A123456789")


def test_a_birth_date_shows_its_year_alone() -> None:
    assert mask_birth_date(from_iso("1986-05-05")) == "075****"
    assert mask_birth_date(None) == ""


@pytest.mark.parametrize(
    ("text", "shown"), [("王小明", "王**"), ("王", "*"), ("", ""), ("ab", "a*")]
)
def test_the_start_of_a_text_is_shown_when_there_is_a_rest(text: str, shown: str) -> None:
    assert mask_start(text, 1) == shown
