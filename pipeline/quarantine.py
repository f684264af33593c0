"""Books set aside: which, and the facts that wait for them, in the state of the partition."""

import struct
from collections.abc import Iterator

from pipeline.ledger import Ledger

_BOOK, _PARKED = b"\x00qb", b"\x00qf"
_END = b"\x00qc"  # just after every key of _BOOK
_NUMBER = struct.Struct(">Q")


def is_parked(ledger: Ledger, book: bytes) -> bool:
    """True while the book is in quarantine."""
    return ledger.get(_BOOK + book) is not None


def park(ledger: Ledger, book: bytes, fact: bytes | None) -> None:
    """Set the book aside, and let ``fact`` wait behind those that wait already."""
    packed = ledger.get(_BOOK + book)
    (number,) = _NUMBER.unpack(packed) if isinstance(packed, bytes) else (0,)
    if fact is not None:
        ledger.put(_parked_key(book, number), fact)
        number += 1
    ledger.put(_BOOK + book, _NUMBER.pack(number))


def unpark(ledger: Ledger, book: bytes) -> Iterator[bytes]:
    """End the quarantine; the waiting facts in their order."""
    packed = ledger.get(_BOOK + book)
    assert isinstance(packed, bytes), "the book is not in quarantine"
    ledger.put(_BOOK + book, None)
    for number in range(_NUMBER.unpack(packed)[0]):
        key = _parked_key(book, number)
        fact = ledger.get(key)
        assert isinstance(fact, bytes), "a parked fact is missing"
        ledger.put(key, None)
        yield fact


def parked_books(ledger: Ledger) -> list[bytes]:
    """Every book in quarantine."""
    books: list[bytes] = []
    low = _BOOK
    while found := ledger.scan(low, _END, 1000):
        books += [key[len(_BOOK) :] for key, _ in found]
        low = found[-1][0] + b"\x00"
    return books


def _parked_key(book: bytes, number: int) -> bytes:
    return _PARKED + book + _NUMBER.pack(number)
