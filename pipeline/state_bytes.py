"""State bytes carry a version: older ones are read, newer ones refused."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.errors import NewerState

Unpack = Callable[[bytes], Any]


class Versioned:
    """One byte of version, then the payload.

    ``readers`` holds one decoder per version; ``write`` is the version written, by default the
    newest. An image that still shares partitions with the image before it writes that one's
    version, until a setting says otherwise: going back then loses nothing.
    """

    def __init__(
        self, pack: Callable[[Any], bytes], readers: Mapping[int, Unpack], write: int | None = None
    ) -> None:
        self._version = max(readers) if write is None else write
        if self._version not in readers:
            raise ValueError(f"no reader for version {self._version}")
        self._pack, self._readers = pack, dict(readers)
        self._mark = bytes((self._version,))

    def pack(self, value: object) -> bytes:
        return self._mark + self._pack(value)

    def unpack(self, packed: bytes) -> Any:
        """Raises NewerState for a version without a reader."""
        reader = self._readers.get(packed[0])
        if reader is None:
            raise NewerState(f"state bytes of version {packed[0]}")
        return reader(packed[1:])


class PackerByPrefix:
    """A Packer that knows by the first byte of the key which kind of value it is."""

    def __init__(self, kinds: Mapping[bytes, Versioned]) -> None:
        self._kinds = {prefix[0]: kind for prefix, kind in kinds.items()}

    def pack(self, key: bytes, value: object) -> bytes:
        return self._kinds[key[0]].pack(value)

    def unpack(self, key: bytes, packed: bytes) -> object:
        value: object = self._kinds[key[0]].unpack(packed)
        return value
