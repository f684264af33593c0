"""Which characters the bytes mean: tried strictly over the whole file, first success wins.

Claim files: BOM, declared name, cp950, big5hkscs, utf-8. Result files: BOM, utf-8, cp950, unless
the column map names one. In all of these ``<``, ``>``, ``&``, ``"``, ``,`` and line ends never
stand inside a longer character, so files may be cut as bytes and each piece decoded alone.
source: claim-file.md section 1, uploads.md section 1.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from services.ingest.reading.container import Container

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']", re.I)
# Code pages where a byte below 0x40 is always the ASCII character, by Python's name.
_KNOWN = {
    "big5": "cp950",
    "cp950": "cp950",
    "big5hkscs": "big5hkscs",
    "utf-8": "utf-8",
    "ascii": "ascii",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "iso8859-1": "iso8859-1",
    "cp1252": "cp1252",
}
_ALIASES = {"ms950": "cp950", "x-windows-950": "cp950", "windows-950": "cp950", "cp-950": "cp950"}


class Decoding(NamedTuple):
    """How to read a file.

    encoding    Python's name; utf-8 when ``wide``: the chunks are re-encoded on the way
    skip        bytes of the BOM
    first_bad   offset of the first byte that no candidate could read, None when all were read
    wide        utf-16-le or utf-16-be in the file; empty else
    """

    encoding: str
    skip: int
    first_bad: int | None
    wide: str = ""

    def text(self, piece: bytes) -> str:
        """A piece cut at ASCII characters; unreadable bytes become U+FFFD."""
        return piece.decode(self.encoding, "replace")

    def width(self, piece: bytes) -> int:
        """How many bytes of the file a piece stands for."""
        return len(piece.decode().encode(self.wide)) if self.wide else len(piece)


def claim_decoding(container: Container) -> Decoding:
    """The decode order of claim files."""
    head = container.head()
    declared = _DECLARED.search(head[:1024])
    candidates = [_named(declared[1].decode())] if declared else []
    return _decide(container, head, [*candidates, "cp950", "big5hkscs", "utf-8"])


def table_decoding(container: Container, encoding: str) -> Decoding:
    """The decode order of result files and extracts; ``encoding`` is auto, utf-8 or cp950."""
    candidates = ["utf-8", "cp950"] if encoding == "auto" else [encoding]
    decoding = _decide(container, container.head(), candidates)
    if decoding.first_bad is None or encoding != "auto" or decoding.skip:
        return decoding
    # Neither fits: the clinic's code page is the better guess for a file with a few broken bytes.
    return _decide(container, container.head(), ["cp950"])


def chunks(container: Container, decoding: Decoding) -> Iterator[bytes]:
    """The content without BOM, in pieces of about a mebibyte; UTF-16 re-encoded as UTF-8."""
    skip = decoding.skip
    wide = codecs.getincrementaldecoder(decoding.wide)("replace") if decoding.wide else None
    for chunk in container.chunks():
        if skip:
            chunk, skip = chunk[skip:], max(0, skip - len(chunk))
        if wide is not None:
            # Lone surrogates cannot be written in UTF-8.
            chunk = wide.decode(chunk).encode("utf-8", "replace")
        if chunk:
            yield chunk


def _named(name: str) -> str:
    """Python's name of a declared encoding; cp950 for one that cannot be cut as bytes."""
    try:
        found = codecs.lookup(_ALIASES.get(name.lower(), name)).name
    except LookupError:
        return "cp950"
    return _KNOWN.get(found, "cp950")


def _decide(container: Container, head: bytes, candidates: list[str]) -> Decoding:
    skip = 0
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            bad = _first_bad(container, encoding, len(bom))
            if encoding != "utf-8":
                return Decoding("utf-8", len(bom), bad, encoding)
            skip, candidates = len(bom), [encoding, *candidates]
            break
    first_bad = None
    for encoding in dict.fromkeys(candidates):
        bad = _first_bad(container, encoding, skip)
        if bad is None:
            return Decoding(encoding, skip, None)
        first_bad = bad if first_bad is None else first_bad
    return Decoding(candidates[0], skip, first_bad)


def _first_bad(container: Container, encoding: str, skip: int) -> int | None:
    """Offset of the first byte that ``encoding`` cannot read; None when it reads all."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    plain = not encoding.startswith("utf-16")
    read, pending = 0, 0
    for chunk in container.chunks():
        piece = chunk[skip - read :] if read < skip else chunk
        read += len(chunk)
        if plain and not pending and piece.isascii():
            continue
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as bad:
            return read - len(piece) - pending + bad.start
        pending = len(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read - pending
    return None
