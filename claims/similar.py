"""Are two IDs (身分證號, 統一證號) a typing error apart? A likeness is shown, and never a match.

source: programmes.md section 5 (near misses); R-30
"""

from claims.codes import person_id_kind

ID_MISMATCH, ID_OLD_NEW = "ID_MISMATCH", "ID_OLD_NEW"
_OLD, _NEW = frozenset("ABCD"), frozenset("89")
_RESIDENT = _OLD | _NEW
_KINDS = {"resident_old", "resident_new"}
_HALF = 5


def likeness(one: str, born: int | None, other: str, other_born: int | None) -> str:
    """How two different IDs may be meant as one; empty when nothing speaks for it.

    ID_OLD_NEW   an old and a new resident number, and the same birth date
    ID_MISMATCH  a typing error; the birth dates do not matter
    """
    if born is not None and born == other_born and is_old_and_new(one, other):
        return ID_OLD_NEW
    return ID_MISMATCH if is_typing_error(one, other) else ""


def is_typing_error(one: str, other: str) -> bool:
    """One character differs, the check digit included, or two neighbours are swapped."""
    if len(one) != len(other):
        return False
    for at, char in enumerate(one):
        if char != other[at]:
            break
    else:
        return False  # the same ID
    after = at + 1
    if one[after:] == other[after:]:
        return True
    return (
        one[after : after + 1] == other[at]
        and other[after : after + 1] == char
        and one[after + 1 :] == other[after + 1 :]
    )


def is_old_and_new(one: str, other: str) -> bool:
    """One has the shape of an old resident number, the other that of a new one (統一證號)."""
    first, second = one[1:2], other[1:2]
    if not ((first in _OLD and second in _NEW) or (first in _NEW and second in _OLD)):
        return False
    return {person_id_kind(one), person_id_kind(other)} == _KINDS


def parts(person_id: str, born: int | None) -> tuple[str, ...]:
    """Texts of which two IDs that are alike share at least one.

    A typing error leaves one half alone, or crosses the middle and leaves the rest; a number that
    was changed keeps its birth date.
    """
    left, right = person_id[:_HALF], person_id[_HALF:]
    whole = (left, "-" + right, left[:-1] + "-" + right[1:])
    if born is None or person_id[1:2] not in _RESIDENT:
        return whole
    return (*whole, f"={born}")
