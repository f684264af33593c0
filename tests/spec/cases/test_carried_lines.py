"""Lines that are carried but not reconciled (programmes.md section 4): their own hints."""

import pytest

from claims.model import Reason
from claims.rules.carried import carried_hints
from tests.support.judge import day


@pytest.mark.parametrize(
    ("order", "born", "visit", "tooth", "said"),
    [
        ("81", "108-01-02", "114-01-01", "", ""),
        ("81", "108-01-01", "114-01-01", "", "AGE_NOT_ELIGIBLE"),
        ("85", "068-06-01", "113-12-31", "", "AGE_NOT_ELIGIBLE"),
        ("85", "068-06-01", "114-01-01", "", ""),  # from 45 since 114-01-01
        ("85", "074-12-31", "114-01-01", "", ""),  # from 40 with a relative who had it
        ("85", "075-01-01", "114-01-01", "", "AGE_NOT_ELIGIBLE"),
        ("8A", "106-01-01", "114-01-01", "16", ""),
        ("8A", "106-01-01", "114-01-01", "26", "TOOTH_INVALID"),
        ("8A", "106-01-01", "114-01-01", "", "TOOTH_INVALID"),
        ("8A", "080-01-01", "111-10-01", "16", ""),  # sealant-2: no verdict (U-11)
        ("8A", "080-01-01", "114-01-01", "1626", "AGE_NOT_ELIGIBLE TOOTH_INVALID"),
        ("38", "080-01-01", "114-01-01", "", ""),
        ("no code", "080-01-01", "114-01-01", "", ""),
    ],
)
def test_age_and_tooth(order: str, born: str, visit: str, tooth: str, said: str) -> None:
    hints = carried_hints(order, day(born), day(visit), tooth)
    assert " ".join(hint.code for hint in hints) == said


def test_without_a_birth_date_the_age_is_not_judged() -> None:
    assert carried_hints("81", None, day("114-01-01"), "") == ()
    assert carried_hints("81", day("080-01-01"), None, "") == ()


def test_a_tooth_is_told_beside_the_tooth_of_the_code() -> None:
    (hint,) = carried_hints("8B", None, None, "16")
    assert hint == Reason("TOOTH_INVALID", "tooth", "26", "16")
