"""An order code (醫令代碼) as a claim file writes it."""

import pytest

from claims.codes import order_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("21", "21"),
        (" 3d\u3000", "3D"),
        ("２９", "29"),
        ("l1001c", "L1001C"),
        ("A" * 12, "A" * 12),
        # one character, thirteen, two codes in one, a sign, nothing
        ("2", ""),
        ("A" * 13, ""),
        ("21+L1001C", ""),
        ("2-1", ""),
        ("", ""),
    ],
)
def test_two_to_twelve_letters_and_digits(text: str, code: str) -> None:
    assert order_code(text) == code
