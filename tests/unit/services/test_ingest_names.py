"""Ids that follow from content, and file names that name nobody."""

import pytest

from services.ingest.names import LONGEST_NAME, harmless_name, submission_id


def test_a_submission_is_named_by_facility_and_bytes() -> None:
    one = submission_id("3501340006", "aa")
    assert one == submission_id("3501340006", "aa")
    assert len({one, submission_id("3501340015", "aa"), submission_id("3501340006", "ab")}) == 3
    assert one[0] == "S" and len(one) == 25


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("成人 檢查.csv", "成人 檢查.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\clinic\\a.xml", "a.xml"),
        ("A123456789.csv", "A1234*****.csv"),
        ("chart-0912345678.xlsx", "chart-0912******.xlsx"),
        ("3501340006121140311B.zip", "3501340006121140311B.zip"),
        ("a\x00\r\nb\u202e.csv", "ab.csv"),
        ("", "unnamed"),
    ],
)
def test_a_file_name_is_made_harmless(given: str, kept: str) -> None:
    assert harmless_name(given) == kept


def test_a_long_name_keeps_both_ends() -> None:
    name = harmless_name("x" * 5000 + ".csv")
    assert len(name) <= LONGEST_NAME and name.endswith(".csv")
