"""What one partition has applied and not yet made durable, above any store of bytes."""

import asyncio
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections import OrderedDict
from typing import NamedTuple

from pipeline.handler import Packer
from pipeline.message import Output

ENGINE_PREFIX = 0  # first byte of the engine's own keys; their values are bytes already


class Commit(NamedTuple):
    """What has to become durable together; ``writes`` in the order of the keys' first change."""

    writes: list[tuple[bytes, bytes | None]]
    outputs: list[Output]
    positions: dict[str, int]


class Layer:
    """Changed keys and their objects, with the keys in order when somebody asks for a range."""

    __slots__ = ("_keys", "_new", "values")

    def __init__(self) -> None:
        self.values: dict[bytes, object | None] = {}
        self._keys: list[bytes] = []
        self._new: list[bytes] = []

    def put(self, key: bytes, value: object | None) -> None:
        if key not in self.values:
            self._new.append(key)
        self.values[key] = value

    def drop(self, key: bytes) -> None:
        del self.values[key]
        self._keys, self._new = [], list(self.values)

    def between(self, low: bytes, high: bytes) -> dict[bytes, object | None]:
        if self._new:
            self._keys += self._new
            self._keys.sort()  # almost in order already: linear
            self._new = []
        keys = self._keys[bisect_left(self._keys, low) : bisect_left(self._keys, high)]
        return {key: self.values[key] for key in keys}


class _Absent:
    """Stands for 'this layer knows nothing of the key'; None means deleted."""


ABSENT = _Absent()


class OverlayLedger(ABC):
    """The part of every Ledger that lives in memory: layers of changes over committed bytes.

    Reads look at the open changes, then at those under commit (without that layer a message applied
    during a commit would read what was true before it), then at recently used objects, then at the
    store. A subclass stores: ``_read``, ``_read_range`` and ``_write``.
    """

    def __init__(self, partition: int, packer: Packer, cached_objects: int = 0) -> None:
        self.partition = partition
        self._packer = packer
        self._open = Layer()
        self._in_flight = Layer()
        self._cache: OrderedDict[bytes, object] = OrderedDict()
        self._cached_objects = cached_objects
        self._outputs: list[Output] = []
        self._positions: dict[str, int] = {}
        self._advances = 0
        self._undo_log: list[tuple[bytes, object | None]] | None = None
        self._marked: tuple[int, dict[str, int], int] = (0, {}, 0)
        self._committing = asyncio.Lock()
        self.restored_records = 0

    @abstractmethod
    async def open(self) -> None: ...
    @abstractmethod
    async def close(self) -> None: ...
    @abstractmethod
    def _read(self, key: bytes) -> bytes | None: ...
    @abstractmethod
    def _read_range(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, bytes]]: ...
    @abstractmethod
    async def _write(self, commit: Commit) -> None:
        """Make all of it durable; raises CommitFailed."""

    @property
    def changes(self) -> int:
        return len(self._open.values) + len(self._outputs) + self._advances

    def position(self, topic: str) -> int | None:
        return self._positions.get(topic)

    def get(self, key: bytes) -> object | None:
        value = self._open.values.get(key, ABSENT)
        if value is ABSENT:
            value = self._in_flight.values.get(key, ABSENT)
            if value is ABSENT:
                value = self._cache.get(key, ABSENT)
                if value is ABSENT:
                    packed = self._read(key)
                    if packed is None:
                        return None
                    value = self._unpack(key, packed)
                    self._remember(key, value)
        return value

    def put(self, key: bytes, value: object | None) -> None:
        if self._undo_log is not None:
            self._undo_log.append((key, self._open.values.get(key, ABSENT)))
        self._open.put(key, value)

    def scan(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, object]]:
        changed = self._in_flight.between(low, high) | self._open.between(low, high)
        hidden = sum(1 for value in changed.values() if value is None)
        # A deleted key may hide as many stored ones; a changed one only replaces its own.
        found: dict[bytes, object] = {}
        for key, packed in self._read_range(low, high, limit + hidden):
            if key in changed:
                continue
            known = self._cache.get(key, ABSENT)
            found[key] = self._unpack(key, packed) if known is ABSENT else known
        found.update((key, value) for key, value in changed.items() if value is not None)
        return [(key, found[key]) for key in sorted(found)[:limit]]

    def emit(self, topic: str, key: bytes, value: bytes) -> None:
        self._outputs.append(Output(topic, key, value))

    def advance(self, topic: str, next_offset: int) -> None:
        self._positions[topic] = next_offset
        self._advances += 1

    def mark(self) -> None:
        self._undo_log = []
        self._marked = (len(self._outputs), dict(self._positions), self._advances)

    def undo(self) -> None:
        assert self._undo_log is not None, "undo without a mark"
        for key, before in reversed(self._undo_log):
            if before is ABSENT:
                self._open.drop(key)
            else:
                self._open.put(key, before)
        outputs, self._positions, self._advances = self._marked
        del self._outputs[outputs:]
        self.mark()

    async def commit(self) -> None:
        async with self._committing:
            if not self.changes:
                return
            commit = self._seal()
            await self._write(commit)
            for key, value in self._in_flight.values.items():
                if value is None:
                    self._cache.pop(key, None)
                else:
                    self._remember(key, value)
            self._in_flight = Layer()

    def _seal(self) -> Commit:
        """Move the open changes under commit, each packed once."""
        writes = [
            (key, None if value is None else self._pack(key, value))
            for key, value in self._open.values.items()
        ]
        commit = Commit(writes, self._outputs, dict(self._positions))
        self._in_flight, self._open = self._open, Layer()
        self._outputs, self._advances, self._undo_log = [], 0, None
        return commit

    def _pack(self, key: bytes, value: object) -> bytes:
        if key[0] == ENGINE_PREFIX:
            assert isinstance(value, bytes)
            return value
        return self._packer.pack(key, value)

    def _unpack(self, key: bytes, packed: bytes) -> object:
        return packed if key[0] == ENGINE_PREFIX else self._packer.unpack(key, packed)

    def _remember(self, key: bytes, value: object) -> None:
        """Keep an object that equals its committed bytes; the oldest of too many is forgotten."""
        if self._cached_objects:
            self._cache.pop(key, None)
            self._cache[key] = value
            if len(self._cache) > self._cached_objects:
                self._cache.popitem(last=False)
