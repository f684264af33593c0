"""Parts on their way from the reader to the broker, in an unnamed temporary file.

A claim or result file is read to its end before its first part leaves: only then is the number of
parts known, and a file that cannot be read to its end is refused as a whole.
"""

import tempfile
from collections.abc import Iterator
from types import TracebackType

import msgspec

from claims.events import Claims, Uploads
from services.ingest.parts import Part

_KINDS: dict[str, type[Claims] | type[Uploads]] = {"claims": Claims, "uploads": Uploads}
_LENGTH_BYTES = 8


class Spool:
    """Write all parts, then read them back with their ``part_count``."""

    def __init__(self) -> None:
        # Unlinked as soon as it exists: a killed process leaves nothing behind.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self.count = 0

    def add(self, part: Part) -> None:
        packed = msgspec.msgpack.encode((part.topic, part.event, part.row_nos, part.persons))
        self._file.write(len(packed).to_bytes(_LENGTH_BYTES, "big"))
        self._file.write(packed)
        self.count += 1

    def parts(self) -> Iterator[Part]:
        self._file.seek(0)
        while header := self._file.read(_LENGTH_BYTES):
            packed = self._file.read(int.from_bytes(header, "big"))
            topic, raw, row_nos, persons = msgspec.msgpack.decode(
                packed, type=tuple[str, msgspec.Raw, list[int], list[str]]
            )
            event = msgspec.msgpack.decode(raw, type=_KINDS[topic])
            whole = msgspec.structs.replace(event, part_count=self.count)
            yield Part(topic, whole, row_nos, persons)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
