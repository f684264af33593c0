"""Cuts what a reader yields into parts for the topics, the same way every time.

A part holds at most 500 rows of one facility and never cuts a case. Cutting looks at nothing but
the rows, so a submission that is read again after a crash gives the same parts.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from claims.agency_events import Actions
from claims.codes import person_id_kind
from claims.events import ClaimLine, Claims, Finding, UploadItem, Uploads
from claims.masks import mask_person_id
from claims.texts import normalised
from services.ingest.reading.api import CaseRead, Reading, RowRead
from services.ingest.reading.claim_case import PREVENTIVE
from services.ingest.reading.findings import CASE_WARNINGS, WARNING
from services.ingest.submissions import Submission

MAX_ROWS = 500
# Below the 1 MiB a producer takes: the estimate is generous, and validate adds sealed rows.
MAX_WEIGHT = 700_000
# Rows of an extract that wait for more of their facility; then the fullest part leaves as it is.
MAX_WAITING = 20_000
LINES_AT_ONCE = 1000
ROW_WEIGHT = 400  # numbers, dates and codes of a row, generously
_HEAVY_ROW = 1 << 18


class FileLine(msgspec.Struct, frozen=True, gc=False):
    """One line of the report that ingest itself writes; about the file when no row is named."""

    finding: Finding
    row_no: int | None = None
    case_position: int | None = None
    byte_offset: int | None = None
    person_masked: str = ""
    refused: bool = False

    def __repr__(self) -> str:
        return f"FileLine({self.finding.code})"


class Part(NamedTuple):
    """One message to be, and what the report keeps of it; ``part_count`` may still be 0."""

    topic: str
    event: Claims | Uploads | Actions
    row_nos: list[int]
    persons: list[str]


class Piece(NamedTuple):
    """A part that is ready, or none; and what there is to say meanwhile."""

    part: Part | None
    lines: list[FileLine]
    case_keys: list[str]


def shown(person_id: str) -> str:
    """A person's number as a report may show it; stars alone when it is none (a shifted column)."""
    text = normalised(person_id)
    if person_id_kind(text):
        return mask_person_id(text)
    return "*" * min(len(text), 10)


def text_weight(texts: Iterable[str]) -> int:
    """Bytes that texts take in a message, at most."""
    return sum(2 + (len(text) if text.isascii() else 3 * len(text)) for text in texts)


def _light(line: ClaimLine) -> tuple[ClaimLine, int]:
    """The line and its weight; absurdly long details are dropped (no rule reads them)."""
    weight = ROW_WEIGHT + text_weight(line.details) + text_weight(line.details.values())
    if weight <= _HEAVY_ROW:
        return line, weight
    return msgspec.structs.replace(line, details={}), ROW_WEIGHT


class _Waiting:
    """Rows of one facility that wait for their part to be full."""

    __slots__ = ("rows", "weight")

    def __init__(self) -> None:
        self.rows: list[ClaimLine] = []
        self.weight = 0


class ClaimCutter:
    """Claim lines of one facility (claim file) or of many (extract)."""

    def __init__(
        self, submission: Submission, source: str, canonical: Callable[[str], str]
    ) -> None:
        self._submission, self._source, self._canonical = submission, source, canonical
        self._waiting: dict[str, _Waiting] = {}
        self._held = 0
        self._parts = 0

    def add(self, case: CaseRead) -> Iterator[Part]:
        """Take a case in; parts that are full leave."""
        lines = [_light(line) for line in case.lines]
        weight = sum(each for _, each in lines)
        facility = self._canonical(case.facility_id)
        waiting = self._waiting.setdefault(facility, _Waiting())
        full = len(waiting.rows) + len(lines) > MAX_ROWS or waiting.weight + weight > MAX_WEIGHT
        if waiting.rows and full:
            yield self._leave(facility)
            waiting = self._waiting.setdefault(facility, _Waiting())
        waiting.rows.extend(line for line, _ in lines)
        waiting.weight += weight
        self._held += len(lines)
        while self._held > MAX_WAITING:
            # The code settles a draw, so that the choice does not hang on a dictionary's order.
            yield self._leave(max(self._waiting, key=lambda f: (len(self._waiting[f].rows), f)))

    def rest(self) -> Iterator[Part]:
        for facility in sorted(self._waiting):
            if self._waiting[facility].rows:
                yield self._leave(facility)

    def _leave(self, facility: str) -> Part:
        rows = self._waiting.pop(facility).rows
        self._held -= len(rows)
        self._parts += 1
        submission = self._submission
        event = Claims(
            event_id=f"{submission.submission_id}/{self._parts}",
            submission_id=submission.submission_id,
            part_no=self._parts,
            part_count=0,
            facility_id=facility,
            received_on=submission.received_on,
            source=self._source,
            rows=tuple(rows),
            withdrawals=(),
        )
        persons = [shown(line.person_id) for line in rows]
        return Part("claims", event, [line.row_no for line in rows], persons)


class UploadCutter:
    """Rows of a result file."""

    def __init__(self, submission: Submission, reading: Reading) -> None:
        self._submission, self._reading = submission, reading
        self._person = reading.columns.index("person_id") if "person_id" in reading.columns else -1
        self._items: list[UploadItem] = []
        self._weight = 0
        self._parts = 0

    def add(self, item: UploadItem) -> Iterator[Part]:
        weight = ROW_WEIGHT + text_weight(item.cells)
        if weight > _HEAVY_ROW:
            item = msgspec.structs.replace(item, problem="FIELD_TOO_LONG", cells=())
            weight = ROW_WEIGHT
        full = len(self._items) == MAX_ROWS or self._weight + weight > MAX_WEIGHT
        if self._items and full:
            yield self._leave()
        self._items.append(item)
        self._weight += weight

    def rest(self) -> Iterator[Part]:
        if self._items:
            yield self._leave()

    def _leave(self) -> Part:
        items, self._items, self._weight = self._items, [], 0
        self._parts += 1
        submission = self._submission
        event = Uploads(
            event_id=f"{submission.submission_id}/{self._parts}",
            submission_id=submission.submission_id,
            part_no=self._parts,
            part_count=0,
            facility_id=submission.facility_id,
            received_on=submission.received_on,
            programme=self._reading.programme,
            map_version=self._reading.map_version,
            owner_codes=submission.owner_codes,
            columns=tuple(self._reading.columns),
            styles=tuple(self._reading.styles),
            items=tuple(items),
        )
        return Part("uploads", event, [item.row_no for item in items], self._persons(items))

    def _persons(self, items: list[UploadItem]) -> list[str]:
        at = self._person
        return [shown(item.cells[at]) if 0 <= at < len(item.cells) else "" for item in items]


def cut(
    submission: Submission, reading: Reading, canonical: Callable[[str], str]
) -> Iterator[Piece]:
    """Parts and report lines of one file, in bounded memory."""
    if reading.kind == "results":
        pieces = _cut_results(submission, reading)
    else:
        pieces = _cut_claims(submission, reading, canonical)
    yield from pieces
    yield Piece(None, [FileLine(finding) for finding in reading.file_findings], [])


def _cut_results(submission: Submission, reading: Reading) -> Iterator[Piece]:
    cutter = UploadCutter(submission, reading)
    lines: list[FileLine] = []
    for read in reading:
        assert isinstance(read, RowRead)
        lines.extend(FileLine(finding, row_no=read.item.row_no) for finding in read.findings)
        for part in cutter.add(read.item):
            yield Piece(part, lines, [])
            lines = []
    for part in cutter.rest():
        yield Piece(part, lines, [])
        lines = []
    yield Piece(None, lines, [])


def _cut_claims(
    submission: Submission, reading: Reading, canonical: Callable[[str], str]
) -> Iterator[Piece]:
    cutter = ClaimCutter(submission, reading.kind, canonical)
    lines: list[FileLine] = []
    keys: list[str] = []
    for case in reading:
        assert isinstance(case, CaseRead)
        lines.extend(_said_of(case))
        if reading.kind == "claim-xml" and _told_of_always(case):
            keys.append(case.case_key)
        for part in cutter.add(case) if case.lines else ():
            yield Piece(part, lines, keys)
            lines, keys = [], []
        if len(lines) >= LINES_AT_ONCE:
            yield Piece(None, lines, keys)
            lines, keys = [], []
    yield Piece(None, lines, keys)
    for part in cutter.rest():
        yield Piece(part, [], [])


def _told_of_always(case: CaseRead) -> bool:
    """Whether a newer file would name this case too. One of another type comes out only while there
    is something to say about it; once put right, it is not gone (W_CASE_GONE)."""
    return case.case_key.split("/")[-2:-1] == [PREVENTIVE]


def _said_of(case: CaseRead) -> Iterator[FileLine]:
    """Findings of a case stand at its first line, warnings of a line there, each code once."""
    first = case.lines[0].row_no if case.lines else None
    told = set()
    for finding in case.findings:
        told.add((first, finding.code))
        yield FileLine(
            finding, first, case.position, case.byte_offset, case.person_masked, case.refused
        )
    for line in case.lines:
        for code in line.warnings:
            if (line.row_no, code) not in told:
                told.add((line.row_no, code))
                yield FileLine(
                    Finding(code, WARNING, "", "", "", CASE_WARNINGS.get(code, "")),
                    line.row_no,
                    case.position,
                    case.byte_offset,
                    case.person_masked,
                )
