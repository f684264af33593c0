"""Where a case or a result lies: its name gives the person key of its book.

Commands name a claim or a result, not a person, and a new version of a case may name another one.
Neighbouring numbers share an entry, so that a part of 500 rows costs a few writes and not 500.
"""

from pipeline.ledger import Ledger

BLOCK_BITS = 8


def _numbered(name: str) -> tuple[str, int]:
    """``.../A3/129`` and ``S...:129`` end in a number."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    if not digits or len(digits) > 9 or (digits[0] == "0" and len(digits) > 1):
        return name, 0
    return stem, int(digits)


class Directory:
    """Entries of one kind; what is set during a message is written by ``flush``."""

    def __init__(self, kind: bytes) -> None:
        self._kind = kind
        self._open: dict[bytes, dict[int, bytes]] = {}
        self._last: tuple[str, str, tuple[bytes, int]] = ("", "", (b"", 0))
        self._block: tuple[str, str, int] = ("", "", 0)
        self._key = b""

    def _at(self, facility_id: str, name: str) -> tuple[bytes, int]:
        """What was looked for is often set next: the last place is remembered."""
        facility, known, place = self._last
        if known != name or facility != facility_id:
            stem, number = _numbered(name)
            place = self._entry_key((facility_id, stem, number >> BLOCK_BITS)), number
            self._last = facility_id, name, place
        return place

    def _entry_key(self, block: tuple[str, str, int]) -> bytes:
        """Rows of a part follow each other, so mostly that of the row before."""
        if block != self._block:
            facility_id, stem, number = self._block = block
            self._key = b"%s%s/%s\0%d" % (self._kind, facility_id.encode(), stem.encode(), number)
        return self._key

    def forget(self) -> None:
        """Drop what was not flushed: the message begins anew."""
        self._open = {}

    def find(self, ledger: Ledger, facility_id: str, name: str) -> str | None:
        """The person key (hexadecimal) of the book that holds the name; None when none does."""
        key, number = self._at(facility_id, name)
        entry = self._entry(ledger, key)
        found = entry.get(number) if entry else None
        return found.hex() if found else None

    def set(self, ledger: Ledger, facility_id: str, name: str, person_key: str) -> None:
        key, number = self._at(facility_id, name)
        known = self._open.get(key)
        if known is None:
            known = self._open[key] = dict(self._entry(ledger, key) or {})
        known[number] = bytes.fromhex(person_key)

    def remove(self, ledger: Ledger, facility_id: str, name: str) -> None:
        key, number = self._at(facility_id, name)
        known = self._open.get(key)
        if known is None:
            known = self._open[key] = dict(self._entry(ledger, key) or {})
        known.pop(number, None)

    def flush(self, ledger: Ledger) -> None:
        for key, entry in self._open.items():
            ledger.put(key, entry or None)
        self._open = {}

    def _entry(self, ledger: Ledger, key: bytes) -> dict[int, bytes] | None:
        known = self._open.get(key)
        if known is not None:
            return known
        entry = ledger.get(key)
        assert entry is None or isinstance(entry, dict)
        return entry
