"""The check digit of every first letter and of every kind, worked out by hand's rule.

source: validation.md section 1: eleven digits (two of the first letter; of an old resident number
the units digit of the second letter's value), weighed 1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1.
"""

import pytest

from claims.codes import person_id_code, person_id_kind

# fmt: off
VALUES = {
    "A": 10, "B": 11, "C": 12, "D": 13, "E": 14, "F": 15, "G": 16, "H": 17, "I": 34, "J": 18,
    "K": 19, "L": 20, "M": 21, "N": 22, "O": 35, "P": 23, "Q": 24, "R": 25, "S": 26, "T": 27,
    "U": 28, "V": 29, "W": 32, "X": 30, "Y": 31, "Z": 33,
}
# fmt: on
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
BODIES = ("1000000", "9876543", "0246801", "7777777")


def check_digit(letter: str, second: str, body: str) -> str:
    """The one last digit with which the sum is divisible by ten."""
    units = second if second.isdigit() else str(VALUES[second] % 10)
    digits = [int(char) for char in f"{VALUES[letter]}{units}{body}"]
    return str(-sum(a * b for a, b in zip(digits, WEIGHTS[:10], strict=True)) % 10)


def test_the_example_of_the_specification() -> None:
    assert check_digit("A", "1", "2345678") == "9"
    assert person_id_code("A123456789") == "OK"


@pytest.mark.parametrize("letter", VALUES)
def test_one_last_digit_is_right_and_nine_are_wrong(letter: str) -> None:
    for second in "1289ABCD":
        for body in BODIES:
            right = check_digit(letter, second, body)
            for last in "0123456789":
                code = person_id_code(f"{letter}{second}{body}{last}")
                assert code == ("OK" if last == right else "ID_CHECKSUM")


@pytest.mark.parametrize(
    ("seconds", "kind"), [("12", "citizen"), ("89", "resident_new"), ("ABCD", "resident_old")]
)
def test_the_second_character_tells_the_kind(seconds: str, kind: str) -> None:
    assert {person_id_kind(f"F{second}00000000") for second in seconds} == {kind}


@pytest.mark.parametrize("second", "034567EFXYZ")
def test_any_other_second_character_is_no_number(second: str) -> None:
    text = f"F{second}00000000"
    assert (person_id_kind(text), person_id_code(text)) == ("", "ID_SHAPE")
