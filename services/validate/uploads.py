"""One part of an upload: every item to a result-item for ``records``, or to a refused outcome."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from claims.events import Finding, ResultItem, RowOutcome, UploadItem, Uploads
from claims.findings import finding
from claims.layouts import PROGRAMMES
from claims.results import deletion, note, record_id, reduced
from claims.rows import Checked, RowReader, row_reader
from services.validate.notes import NOTE, note_of, problems_of_note

REFUSED = "refused"
# 500 full adult rows make 420,000 bytes; a broker takes 1 MiB a message. Without these limits a
# file of gigantic fields could stop its partition: a commit that fails is tried for ever.
MOST_ROW_BYTES = 1_600
MOST_PART_BYTES = 950_000
_ITEM_BYTES = 300  # of a result-item besides its sealed row, missing columns and warnings
_WITH_CONTENT = ("row", "edit", "replace")
_ACTIONS = (*_WITH_CONTENT, "delete", NOTE)
_pack = msgspec.msgpack.Encoder().encode


class Seals(Protocol):
    """Deterministic sealing of bytes, bound to the id of the event that will carry them."""

    key_id: str

    def seal(self, data: bytes, bound_to: str) -> bytes: ...


class Judged(NamedTuple):
    results: list[ResultItem]
    refused: list[RowOutcome]


def content_hasher(key: bytes) -> Callable[[bytes], str]:
    """Keyed hash of a row's content, 32 hexadecimal digits; under that key no person's hash."""

    def content_hash(data: bytes) -> str:
        return hashlib.blake2b(data, digest_size=16, key=key, person=b"content").hexdigest()

    return content_hash


class UploadsJudge:
    """Field rules, ownership and reduction. All failing fields of a row are named at once."""

    def __init__(self, sealer: Seals, content_hash: Callable[[bytes], str]) -> None:
        self._sealer = sealer
        self._hash = content_hash

    def judge(self, part: Uploads) -> Judged:
        judged, room = Judged([], []), MOST_PART_BYTES
        reader = None
        if any(item.action in _WITH_CONTENT for item in part.items):
            reader = _reader_of(part)
        for item in part.items:
            record = record_id(part.submission_id, item.row_no)
            problems = _problems(part, item)
            if not problems:
                made, size = self._made(part, item, record, reader, room)
                if isinstance(made, ResultItem):
                    judged.results.append(made)
                    room -= size
                    continue
                problems = made
            judged.refused.append(
                RowOutcome(item.row_no, REFUSED, record, item.command_id, "", 0, (), problems)
            )
        return judged

    def _made(
        self, part: Uploads, item: UploadItem, record: str, reader: RowReader | None, room: int
    ) -> tuple[ResultItem | tuple[Finding, ...], int]:
        """The result-item and about how many bytes it takes, or why there is none."""
        key_id = self._sealer.key_id
        if item.action == "delete":
            return deletion(part.programme, item, record, key_id), _ITEM_BYTES
        if item.action == NOTE:
            text = note_of(part, item)
            return note(item, record, text, key_id), _ITEM_BYTES + 3 * len(text)
        assert reader is not None
        row = reader.check(item.cells, part.received_on, part.owner_codes)
        if row.errors:
            return row.findings, 0
        content = _pack(row.values)
        whole = self._with_extra(row, content, MOST_PART_BYTES // len(part.items))
        size = _size(row, whole)
        if len(content) > MOST_ROW_BYTES or size > room:
            return (_too_much(row),), 0
        # Bound to the event that will carry it; its version is not known yet.
        sealed = self._sealer.seal(whole, f"result-stored/{record}")
        return reduced(part.programme, item, record, row, self._hash(content), sealed, key_id), size

    @staticmethod
    def _with_extra(row: Checked, content: bytes, share: int) -> bytes:
        """The content, and what stands in columns of nobody's layout where it fits into the row's
        share of the part: such columns refuse no row, neither this nor a later one."""
        if not row.extra:
            return content
        whole = _pack(row.values | row.extra)
        if len(whole) <= MOST_ROW_BYTES and _size(row, whole) <= share:
            return whole
        row.warnings.append("EXTRA_LEFT_OUT:")
        return content


def _reader_of(part: Uploads) -> RowReader | None:
    if part.programme not in PROGRAMMES:
        return None
    return row_reader(part.programme, part.columns, part.styles)


def _problems(part: Uploads, item: UploadItem) -> tuple[Finding, ...]:
    """What makes an item unreadable before any of its cells is looked at."""
    if part.programme not in PROGRAMMES:
        return (finding("PROGRAMME_UNKNOWN"),)
    if item.problem:
        return (finding(item.problem),)
    if item.action not in _ACTIONS:
        return (finding("ACTION_UNKNOWN"),)
    if item.action != "row" and not item.target_id:
        return (finding("KEY_BLANK", "target_id"),)
    return problems_of_note(part, item) if item.action == NOTE else ()


def _size(row: Checked, packed: bytes) -> int:
    """About how many bytes a result-item takes."""
    return _ITEM_BYTES + len(packed) + sum(map(len, row.missing + tuple(row.warnings)))


def _too_much(row: Checked) -> Finding:
    """Names the column that holds most."""
    name = max(row.values, key=lambda column: len(row.values[column]))
    return finding("FIELD_TOO_LONG", name, f"{len(row.values[name])} 字")
