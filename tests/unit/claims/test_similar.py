"""Which IDs may be meant as one: the check digit, one character, two neighbours, old and new."""

import itertools

import pytest

from claims.codes import person_id_code
from claims.similar import ID_MISMATCH, ID_OLD_NEW, is_old_and_new, is_typing_error, likeness, parts

PERSON = "A123456789"
BORN, OTHER_BORN = 500, 501


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("A123456780", "check digit"),
        ("B123456789", "the letter"),
        ("A223456789", "1 for 2"),
        ("A123956789", "one digit"),
        ("A123456798", "the last two swapped"),
        ("A213456789", "neighbours swapped"),
        ("A123465789", "neighbours swapped across the middle"),
        ("1A23456789", "letter and digit swapped"),
    ],
)
def test_one_typing_error_is_recognised_from_both_sides(other: str, why: str) -> None:
    assert is_typing_error(PERSON, other) and is_typing_error(other, PERSON), why


@pytest.mark.parametrize(
    "other",
    ["A123456789", "A123956780", "A321456789", "A123456879"[:9], "A1234567899", "A213465789", ""],
)
def test_the_same_id_or_more_than_one_error_is_none(other: str) -> None:
    assert not is_typing_error(PERSON, other) and not is_typing_error(other, PERSON)


def test_every_substitution_and_swap_is_found_and_nothing_else() -> None:
    """All texts of four letters of three kinds, against the definition written out."""
    texts = ["".join(each) for each in itertools.product("AB1", repeat=4)]
    for one, other in itertools.product(texts, texts):
        places = [at for at in range(4) if one[at] != other[at]]
        swapped = (
            len(places) == 2
            and places[1] == places[0] + 1
            and one[places[0]] == other[places[1]]
            and one[places[1]] == other[places[0]]
        )
        assert is_typing_error(one, other) == (len(places) == 1 or swapped), (one, other)


def test_an_old_and_a_new_resident_number_are_one_person_only_with_the_same_birth_date() -> None:
    old, new = "AB23456789", "F912345678"
    assert is_old_and_new(old, new) and is_old_and_new(new, old)
    assert likeness(old, BORN, new, BORN) == likeness(new, BORN, old, BORN) == ID_OLD_NEW
    assert likeness(old, BORN, new, OTHER_BORN) == ""
    assert likeness(old, None, new, None) == ""


def test_two_numbers_of_one_kind_are_never_old_and_new() -> None:
    for one, other in itertools.permutations(["AB23456789", "AC23456780"]):
        assert likeness(one, BORN, other, BORN) == ""
    assert likeness("A812345678", BORN, "F912345678", BORN) == ""
    assert likeness(PERSON, BORN, "F912345678", BORN) == ""
    assert not is_old_and_new("AB2345678", "F912345678"), "a number too short has no shape"


def test_old_and_new_comes_before_a_typing_error_that_would_explain_it_too() -> None:
    assert likeness("AA12345678", BORN, "A812345678", BORN) == ID_OLD_NEW
    assert likeness("AA12345678", BORN, "A812345678", OTHER_BORN) == ID_MISMATCH


def test_a_typing_error_needs_no_birth_date() -> None:
    assert person_id_code(PERSON) == "OK" and person_id_code("A123456780") == "ID_CHECKSUM"
    assert likeness(PERSON, BORN, "A123456780", OTHER_BORN) == ID_MISMATCH
    assert likeness(PERSON, None, "A123456780", None) == ID_MISMATCH


def test_ids_that_are_alike_share_a_part() -> None:
    """So an index by parts misses none."""
    mine = set(parts(PERSON, BORN))
    for at, char in itertools.product(range(10), "A19"):
        assert mine & set(parts(PERSON[:at] + char + PERSON[at + 1 :], None))
    for at in range(9):
        swapped = PERSON[:at] + PERSON[at + 1] + PERSON[at] + PERSON[at + 2 :]
        assert is_typing_error(PERSON, swapped) and mine & set(parts(swapped, None))
    assert set(parts("AB23456789", BORN)) & set(parts("F912345678", BORN))
    assert not set(parts("AB23456789", BORN)) & set(parts("F912345678", OTHER_BORN))
    assert len(mine) == 3, "the birth date is no part of a citizen's number"
