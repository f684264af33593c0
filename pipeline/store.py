"""One partition of committed state bytes: on disk with its checkpoint, or in memory."""

import shutil
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec
from rocksdict import Options, Rdict, WriteBatch

from pipeline.errors import StoreUnavailable

_CHECKPOINT_KEY = b"\x00c"  # stays on this disk; never in the changelog
WRITE_BUFFER_BYTES = 16 << 20


class Checkpoint(msgspec.Struct, frozen=True):
    """Everything of the changelog below ``offset`` is in the folder.

    ``position_at`` is the offset of the last position record among that, ``at_ms`` says when all
    this was known to be so.
    """

    offset: int
    position_at: int
    at_ms: int


class MemoryStore:
    """The bytes in a dictionary, with the keys in order once somebody asks for a range."""

    def __init__(self, values: Mapping[bytes, bytes] | None = None) -> None:
        self._values = dict(values or {})
        self._keys: list[bytes] | None = None

    def get(self, key: bytes) -> bytes | None:
        return self._values.get(key)

    def scan(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        """Up to ``limit`` entries with low <= key < high, in key order."""
        if self._keys is None:
            self._keys = sorted(self._values)
        first, end = bisect_left(self._keys, low), bisect_left(self._keys, high)
        keys = self._keys[first : min(end, first + max(limit, 0))]
        return [(key, self._values[key]) for key in keys]

    def apply(self, writes: Iterable[tuple[bytes, bytes | None]]) -> None:
        for key, value in writes:
            if (value is None) == (key in self._values):
                self._keys = None  # a key comes or goes
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value


class RocksStore:
    """RocksDB in one folder. A batch and its checkpoint reach the disk together.

    The log of RocksDB is written and not synced: a killed process loses nothing, and after a crash
    of the machine the folder stands at an earlier checkpoint, from which the changelog leads on.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._db = self._opened()

    def _opened(self) -> Rdict:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_keep_log_file_num(2)
        options.set_max_open_files(256)
        # 64 MiB by default, and a worker owns several partitions: all of it would stay in memory.
        options.set_write_buffer_size(WRITE_BUFFER_BYTES)
        try:
            return Rdict(str(self.folder), options)
        except Exception as problem:  # rocksdict raises plain Exception, for a held lock too
            raise StoreUnavailable(f"state folder: {type(problem).__name__}") from problem

    def get(self, key: bytes) -> bytes | None:
        value: bytes | None = self._db.get(key)
        return value

    def scan(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        """Up to ``limit`` entries with low <= key < high, in key order."""
        found: list[tuple[bytes, bytes]] = []
        if limit <= 0:
            return found
        for key, value in self._items(low):
            if key >= high:
                break
            found.append((key, value))
            if len(found) == limit:
                break
        return found

    def _items(self, low: bytes) -> Iterator[tuple[bytes, bytes]]:
        return cast(Iterator[tuple[bytes, bytes]], self._db.items(from_key=low))

    @property
    def checkpoint(self) -> Checkpoint | None:
        packed = self.get(_CHECKPOINT_KEY)
        return None if packed is None else msgspec.msgpack.decode(packed, type=Checkpoint)

    def apply(self, writes: Iterable[tuple[bytes, bytes | None]], checkpoint: Checkpoint) -> None:
        """Take records of the changelog in their order, and where that leads to."""
        batch = WriteBatch(raw_mode=True)
        for key, value in writes:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(_CHECKPOINT_KEY, msgspec.msgpack.encode(checkpoint))
        self._db.write(batch)

    def throw_away(self) -> None:
        """Empty the folder: what it holds can no longer be trusted."""
        self._db.close()
        shutil.rmtree(self.folder)
        self._db = self._opened()

    def close(self, at_ms: int) -> None:
        """Close, and note that the folder was good until now."""
        known = self.checkpoint
        if known is not None:
            self.apply((), msgspec.structs.replace(known, at_ms=at_ms))
        self._db.close()
