"""The state of a partition of match: its keys, and its objects as bytes with a version.

b + facility + person key            book of one person at one facility
c + facility / case prefix / block   where the lines of a case lie (see directory.py)
r + facility / submission / block    where a result lies
d + due day + book key               due index, read and emptied by the sweep
t + programme + visit day + book key  open cases past their upload deadline, for rounds
l + facility / programme / day        who is unanswered (see loose_days.py)
a, n                                 aliases of persons, their facilities (see aliases.py)
f, e                                 facility codes, errands of the sweep (see facilities.py)
h                                    books that wait for a milestone (see arrivals.py)
m                                    milestones of the partition, in order
w                                    how far the sweep has come

No key holds an ID: a person key is a keyed hash.
"""

from functools import lru_cache
from typing import Any

import msgspec

from claims.model import Book, Milestone

BOOK, CASES, RESULTS, DUE, MILESTONES, SWEEP = b"b", b"c", b"r", b"d", b"m", b"w"
EXCEPTION = b"t"
FACILITY_BYTES = 10
_DAY_OFFSET = 1 << 31  # days before 1970 sort before those after it


class Sweep(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Milestones finished, where the current one continues, and its counts so far."""

    done: int = 0
    cursor: bytes = b""
    examined: int = 0
    changed: int = 0


@lru_cache(maxsize=2048)  # asked for a part's rows as they are read, and again as they are taken
def book_key(facility_id: str, person_key: str) -> bytes:
    """``person_key``: 32 hexadecimal digits."""
    return BOOK + facility_id.encode() + bytes.fromhex(person_key)


def facility_of(key: bytes) -> str:
    return key[1 : 1 + FACILITY_BYTES].decode()


def due_key(day: int, book: bytes = b"") -> bytes:
    return DUE + (day + _DAY_OFFSET).to_bytes(4, "big") + book


def book_of_due(key: bytes) -> bytes:
    return key[5:]


def exception_key(programme: str, visit: int, book: bytes = b"") -> bytes:
    """The programme's first letter is enough: adult, child, oral."""
    return EXCEPTION + programme[:1].encode() + (visit + _DAY_OFFSET).to_bytes(4, "big") + book


def book_of_exception(key: bytes) -> bytes:
    return key[6:]


STATE_KINDS: dict[bytes, Any] = {
    BOOK: Book,
    CASES: dict[int, bytes],
    RESULTS: dict[int, bytes],
    DUE: bool,
    EXCEPTION: bool,
    MILESTONES: tuple[Milestone, ...],
    SWEEP: Sweep,
}
