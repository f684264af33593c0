"""Official codes: person ID, facility code, order code, tooth. Each has one reader; none raises.

source: validation.md sections 1, 3 and 7.
"""

import re
from typing import NamedTuple

import msgspec

from claims.masks import mask_person_id
from claims.texts import normalised

# ---- person ID (身分證號, 統一證號) ----

_PERSON = re.compile(r"[A-Z](?:([12])|([89])|[A-D])[0-9]{8}")
# fmt: off
_LETTERS = {
    "A": 10, "B": 11, "C": 12, "D": 13, "E": 14, "F": 15, "G": 16, "H": 17, "I": 34, "J": 18,
    "K": 19, "L": 20, "M": 21, "N": 22, "O": 35, "P": 23, "Q": 24, "R": 25, "S": 26, "T": 27,
    "U": 28, "V": 29, "W": 32, "X": 30, "Y": 31, "Z": 33,
}
# fmt: on
# The first letter's two digits weigh 1 and 9.
_FIRST = {letter: value // 10 + value % 10 * 9 for letter, value in _LETTERS.items()}
_WEIGHTS = 8 + 7 + 6 + 5 + 4 + 3 + 2 + 1 + 1


class PersonId(msgspec.Struct, frozen=True, gc=False, repr_omit_defaults=True):
    """A person's number as it was read, and what is wrong with it. Prints masked.

    code   OK, ID_BLANK, ID_MASKED, ID_SHAPE or ID_CHECKSUM
    kind   citizen, resident_new, resident_old; empty when no shape fits
    """

    _text: str
    code: str
    kind: str

    @property
    def ok(self) -> bool:
        return self.code == "OK"

    def __repr__(self) -> str:
        return f"PersonId({self.shown()}, {self.code})"

    __str__ = __repr__

    def shown(self) -> str:
        return mask_person_id(self._text)

    def reveal(self) -> str:
        """The normalised number, whole."""
        return self._text


def person_id_code(text: str) -> str:
    """The code alone, of a text that is normalised already: the fast path of ``person_id``."""
    match = _PERSON.fullmatch(text)
    if match is None:
        if not text:
            return "ID_BLANK"
        return "ID_MASKED" if "*" in text or "#" in text else "ID_SHAPE"
    _, c1, c2, c3, c4, c5, c6, c7, c8, c9 = text.encode()
    if c1 >= 65:
        c1 = 48 + _LETTERS[text[1]] % 10  # an old resident number: the units digit of its letter
    weighed = c1 * 8 + c2 * 7 + c3 * 6 + c4 * 5 + c5 * 4 + c6 * 3 + c7 * 2 + c8 + c9 - 48 * _WEIGHTS
    return "ID_CHECKSUM" if (weighed + _FIRST[text[0]]) % 10 else "OK"


def person_id(text: str) -> PersonId:
    """Read a person's number of any kind.

    ID_CHECKSUM keeps kind and text: claim readers keep such a record (R-17), uploads refuse it.
    """
    text = normalised(text)
    code = person_id_code(text)
    return PersonId(text, code, person_id_kind(text))


def person_id_kind(text: str) -> str:
    """citizen, resident_new or resident_old by shape alone; empty when none fits."""
    match = _PERSON.fullmatch(text)
    if match is None:
        return ""
    return "citizen" if match[1] else "resident_new" if match[2] else "resident_old"


# ---- facility code (醫事機構代碼) ----

_FACILITY = re.compile(r"[0-9]{6}[0-9A-Z][0-9]{3}")
_ENOTATION = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+?[0-9]+")


class FacilityRead(NamedTuple):
    """``value`` is the code in its canonical shape when ``ok``, else the normalised text.

    codes   OK; with a warning FACILITY_PADDED, FACILITY_CHECK; refused FACILITY_BLANK,
            FACILITY_ENOTATION, FACILITY_SHAPE. When padded, the check digit says nothing.
    """

    value: str
    ok: bool
    code: str


def facility_code(text: str) -> FacilityRead:
    """Read a facility code.

    The tenth character behaves like a check digit, but about 155 of 33,500 public codes break it
    and no official text is known (U-13): so FACILITY_CHECK is never more than a warning.
    """
    text = normalised(text)
    if not text:
        return FacilityRead(text, False, "FACILITY_BLANK")
    if len(text) == 9 and text.isascii() and text.isdigit():
        return FacilityRead("0" + text, True, "FACILITY_PADDED")
    if _FACILITY.fullmatch(text) is None:
        damaged = _ENOTATION.fullmatch(text) is not None
        return FacilityRead(text, False, "FACILITY_ENOTATION" if damaged else "FACILITY_SHAPE")
    weighed = sum(place * int(char, 36) for place, char in enumerate(text[:9], start=1))
    return FacilityRead(text, True, "OK" if weighed % 10 == int(text[9]) else "FACILITY_CHECK")


# ---- order code (醫令代碼, p4) ----

_ORDER = re.compile(r"[0-9A-Z]{2,12}")


def order_code(text: str) -> str:
    """The order code in upper case without blanks at its ends; empty when it is none.

    2 to 12 letters and digits. A joined ``21+L1001C`` is none: its reader splits it first.
    """
    text = normalised(text)
    return text if _ORDER.fullmatch(text) else ""


# ---- tooth (牙位, p6) ----

_ZONES = frozenset(["FM", "UR", "UL", "LR", "LL", "UA", "LA", "UB", "LB"])


class ToothRead(NamedTuple):
    """kind: permanent, deciduous, odd, supernumerary, zone or several; empty when refused."""

    value: str
    kind: str
    code: str


def _tooth_kind(text: str) -> str:
    if text == "99":
        return "supernumerary"
    if text in _ZONES:
        return "zone"
    if not text.isascii() or not text.isdigit() or len(text) != 2:
        return ""
    quadrant, place = int(text[0]), int(text[1])
    if 1 <= quadrant <= 4:
        return "permanent" if 1 <= place <= 8 else "odd" if place == 9 else ""
    return "deciduous" if 5 <= quadrant <= 8 and 1 <= place <= 5 else ""


def tooth_code(text: str) -> ToothRead:
    """Read 診療部位: one tooth or zone, or several teeth joined without a separator.

    codes   OK, TOOTH_BLANK, TOOTH_INVALID; a claim with a bad tooth is kept, warned (R-18)
    """
    text = normalised(text)
    if not text:
        return ToothRead(text, "", "TOOTH_BLANK")
    kind = _tooth_kind(text)
    if not kind and len(text) > 2 and len(text) % 2 == 0:
        kinds = {_tooth_kind(text[at : at + 2]) for at in range(0, len(text), 2)}
        kind = "" if kinds & {"", "zone"} else "several"
    return ToothRead(text, kind, "OK" if kind else "TOOTH_INVALID")
