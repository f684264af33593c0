"""What a file is: XML, ZIP with one XML, XLSX, gzip or text; and whether it is safe to unpack.

Nothing is unpacked to disk. ``Container.chunks`` opens the content again and again, from its first
byte, and refuses while reading once the real size passes the limit, whatever the archive declared.
source: claim-file.md section 1 (safety), rulings.md R-18.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from services.ingest.reading.findings import FileRefused

MIB = 1024 * 1024
MAX_UNPACKED = 512 * MIB
MAX_EXTRACT = 16 * 1024 * MIB
# Claim XML shrinks 20 to 100 times; deflate cannot pass 1032 times, which only a bomb comes near.
MAX_RATIO, RATIO_COUNTS_FROM = 250, 10 * MIB
MAX_ENTRIES = 1000
# zipfile keeps half a kilobyte for every entry of the directory: bound it before it is read.
MAX_DIRECTORY = MIB
CHUNK = MIB

_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
_FOREIGN = (*_ARCHIVES[3:], b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_ARCHIVE_NAMES = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".xlsx", ".jar")
READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError)


class Container:
    """One file. packed: zip, gzip or empty; content: xml, xlsx or text; limit: in bytes."""

    def __init__(self, path: Path, packed: str, content: str, member: str = "") -> None:
        self.path = path
        self.packed = packed
        self.content = content
        self.limit = MAX_EXTRACT if packed == "gzip" else MAX_UNPACKED
        self._member = member

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        if self.packed == "zip":
            with zipfile.ZipFile(self.path) as archive, archive.open(self._member) as member:
                yield io.BufferedReader(member, CHUNK)  # type: ignore[type-var]
        elif self.packed == "gzip":
            with gzip.open(self.path) as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            with self.path.open("rb") as plain:
                yield plain

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The content in pieces, from its first byte.

        Raises FileRefused: F_UNSAFE over the limit, F_CONTAINER when it cannot be unpacked.
        """
        total, packed_size = 0, max(self.path.stat().st_size, 1)
        try:
            with self._opened() as stream:
                while chunk := stream.read(size):
                    total += len(chunk)
                    if self.packed:
                        self._check(total, packed_size)
                    yield chunk
        except READ_ERRORS as damage:
            raise FileRefused("F_CONTAINER", type(damage).__name__) from None

    def _check(self, total: int, packed_size: int) -> None:
        if total > self.limit:
            raise FileRefused("F_UNSAFE", f"> {self.limit} bytes", hint="解壓縮後過大。")
        if total > RATIO_COUNTS_FROM and total > packed_size * MAX_RATIO:
            raise FileRefused("F_UNSAFE", f"> {MAX_RATIO}:1", hint="壓縮比異常。")

    def head(self, size: int = 4096) -> bytes:
        for chunk in self.chunks(size):
            return chunk
        return b""


def look_inside(path: Path) -> Container:
    """Find out what ``path`` is. Raises FileRefused: F_CONTAINER, F_UNSAFE."""
    with path.open("rb") as file:
        start = file.read(512)
    if start[:4] in _ARCHIVES[:2]:
        return _zip(path)
    if start.startswith(b"\x1f\x8b"):
        return Container(path, "gzip", "text")
    if start.startswith(_FOREIGN):
        raise FileRefused("F_CONTAINER", hint="不支援此種檔案格式，或檔案有密碼保護。")
    if not start:
        raise FileRefused("F_CONTAINER", hint="檔案是空的。")
    return Container(path, "", "xml" if _looks_like_xml(start) else "text")


def _looks_like_xml(start: bytes) -> bool:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") or start[:4] in (
        b"\xff\xfe<\x00",
        b"\xfe\xff\x00<",
    )


def _zip(path: Path) -> Container:
    _bound_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if any(entry.filename == "xl/workbook.xml" for entry in entries):
                _check_entries(entries, workbook=True)
                return Container(path, "zip", "xlsx", "xl/workbook.xml")
            _check_entries(entries, workbook=False)
            return Container(path, "zip", "xml", _the_xml(archive, entries))
    except (*READ_ERRORS, ValueError, RuntimeError, OSError) as damage:
        raise FileRefused("F_CONTAINER", type(damage).__name__) from None


def _bound_directory(path: Path) -> None:
    """Refuse a ZIP whose directory would not fit: a 64 MiB file can list a million entries."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 65_557 - 20))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise FileRefused("F_CONTAINER", hint="ZIP 檔不完整。")
    zip64 = tail[max(0, at - 20) : at].startswith(b"PK\x06\x07")
    if zip64 or int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_DIRECTORY:
        raise FileRefused("F_UNSAFE", hint="ZIP 目錄過大。")


def _check_entries(entries: list[zipfile.ZipInfo], workbook: bool) -> None:
    if len(entries) > MAX_ENTRIES:
        raise FileRefused("F_UNSAFE", str(len(entries)), hint="ZIP 內檔案過多。")
    for entry in entries:
        name = _name(entry)
        if entry.flag_bits & 0x1:
            raise FileRefused("F_CONTAINER", hint="ZIP 有密碼保護。")
        rooted = name.startswith(("/", "\\")) or ".." in name or ":" in name or "\x00" in name
        if rooted or (not workbook and ("/" in name or "\\" in name)):
            raise FileRefused("F_UNSAFE", hint="ZIP 內的檔名含有路徑。")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("F_CONTAINER", hint="ZIP 的壓縮方式不支援。")
    total = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if total > MAX_UNPACKED or (total > RATIO_COUNTS_FROM and total > packed * MAX_RATIO):
        raise FileRefused("F_UNSAFE", f"{total} bytes", hint="解壓縮後過大或壓縮比異常。")


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was given: cp950 unless marked as UTF-8. Half of a Chinese character may look
    like the backslash of a path when it is read as cp437, as zipfile does."""
    name = entry.orig_filename
    if not entry.flag_bits & 0x800:
        try:
            return name.encode("cp437").decode("cp950")
        except UnicodeError:
            return name
    return name


def _the_xml(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str:
    """Name of the one XML; never trusts names alone (claim-file.md section 1)."""
    found = []
    for entry in entries:
        with archive.open(entry) as member:
            start = member.read(512)
        if start.startswith(_ARCHIVES) or entry.filename.lower().endswith(_ARCHIVE_NAMES):
            raise FileRefused("F_UNSAFE", hint="ZIP 內還有壓縮檔。")
        if _looks_like_xml(start) or entry.filename.lower().endswith(".xml"):
            found.append(entry.filename)
    if len(found) != 1:
        raise FileRefused("F_CONTAINER", str(len(found)), "1", hint="ZIP 內必須正好有一個 XML。")
    return found[0]
