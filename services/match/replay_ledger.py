"""A ledger that keeps nothing: one partition's state in memory, for a look at the past.

What a Ledger promises about ``get``, ``put``, ``scan``, ``mark`` and ``undo`` holds; outputs are
dropped, nothing is packed, and a commit has nothing to do.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator

CHUNK = 512


class SortedKeys:
    """Keys in order, in short lists: one more or less costs two bisections and a short move."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        ordered = sorted(keys)
        self._chunks = [ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK)] or [[]]
        self._firsts = [chunk[0] for chunk in self._chunks if chunk] or [b""]

    def add(self, key: bytes) -> None:
        at = max(0, bisect_right(self._firsts, key) - 1)
        chunk = self._chunks[at]
        insort(chunk, key)
        if len(chunk) > 2 * CHUNK:
            self._chunks[at : at + 1] = [chunk[:CHUNK], chunk[CHUNK:]]
            self._firsts[at : at + 1] = [chunk[0], chunk[CHUNK]]
        else:
            self._firsts[at] = chunk[0]

    def remove(self, key: bytes) -> None:
        """The key must be there."""
        at = max(0, bisect_right(self._firsts, key) - 1)
        chunk = self._chunks[at]
        del chunk[bisect_left(chunk, key)]
        if chunk:
            self._firsts[at] = chunk[0]
        elif len(self._chunks) > 1:
            del self._chunks[at], self._firsts[at]

    def between(self, low: bytes, high: bytes) -> Iterator[bytes]:
        """Keys with low <= key < high, in order; they must not change meanwhile."""
        at = max(0, bisect_right(self._firsts, low) - 1)
        for chunk in self._chunks[at:]:
            for key in chunk[bisect_left(chunk, low) :]:
                if key >= high:
                    return
                yield key


class ReplayLedger:
    """A pipeline.ledger.Ledger over a dictionary.

    Keys of one kind (their first byte) are put in order when a range of that kind is first asked
    for, and kept so from then on: books and directories, which nobody scans, cost nothing.
    """

    restored_records = 0
    changes = 0

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self._values: dict[bytes, object] = {}
        # The dictionary's own method: a row asks three times, and a call around it costs as much.
        self.get: Callable[[bytes], object | None] = self._values.get
        self._ordered: dict[int, SortedKeys] = {}
        self._positions: dict[str, int] = {}
        self._before: list[tuple[bytes, object | None]] = []
        self._marked: dict[str, int] = {}

    def position(self, topic: str) -> int | None:
        return self._positions.get(topic)

    def put(self, key: bytes, value: object | None) -> None:
        values = self._values
        before = values.get(key)
        self._before.append((key, before))
        if value is not None and before is not None:
            values[key] = value
        else:
            self._come_or_go(key, value)

    def _come_or_go(self, key: bytes, value: object | None) -> None:
        """A key that is not there, or will not be."""
        ordered = self._ordered.get(key[0])
        if value is None:
            if self._values.pop(key, None) is not None and ordered is not None:
                ordered.remove(key)
            return
        if ordered is not None and key not in self._values:
            ordered.add(key)
        self._values[key] = value

    def scan(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, object]]:
        found: list[tuple[bytes, object]] = []
        if low >= high or limit <= 0:
            return found
        # No key of the kind ``high`` begins with lies below a bound of one byte.
        last = high[0] if len(high) > 1 else high[0] - 1
        for kind in range(low[0] if low else 0, last + 1):
            for key in self._in_order(kind).between(low, high):
                found.append((key, self._values[key]))
                if len(found) == limit:
                    return found
        return found

    def _in_order(self, kind: int) -> SortedKeys:
        ordered = self._ordered.get(kind)
        if ordered is None:
            ordered = SortedKeys(key for key in self._values if key[0] == kind)
            self._ordered[kind] = ordered
        return ordered

    def of_kind(self, kind: bytes) -> Iterator[object]:
        """Every object whose key begins with this byte, in no order."""
        return (value for key, value in self._values.items() if key[:1] == kind)

    def emit(self, topic: str, key: bytes, value: bytes) -> None:
        """A look at the past tells nobody."""

    def mark(self) -> None:
        self._before = []
        self._marked = dict(self._positions)

    def undo(self) -> None:
        for key, before in reversed(self._before):
            self._come_or_go(key, before)
        self._positions = self._marked
        self.mark()

    def advance(self, topic: str, next_offset: int) -> None:
        self._positions[topic] = next_offset

    async def commit(self) -> None: ...
    async def open(self) -> None: ...
    async def close(self) -> None: ...
