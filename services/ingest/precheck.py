"""預檢: a file is read as a submission would be, and the stages are asked what would become of it.

Nothing is kept: no row of Postgres, no receipt, nothing sealed. The parts travel wrapped, with a
submission id of their own kind, and no book ever takes them.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace as with_

from claims.events import Finding, RowOutcome
from claims.precheck_events import CaseStanding, PrecheckAnswered, PrecheckAsked
from pipeline.codec import Codec
from pipeline.errors import PipelineError, Retryable
from services.ingest import registry
from services.ingest.calendar import Calendar
from services.ingest.database import Connection
from services.ingest.findings import NOT_YOURS, UNREADABLE, said
from services.ingest.outbound import Outbound
from services.ingest.parts import FileLine, Part, cut
from services.ingest.precheck_answers import Answers
from services.ingest.reading.api import EXTRACT, Maps, Reading, Uploader, open_submission
from services.ingest.submissions import Offer, Submission, unsaved

MAX_ROWS = 5000
# While match tries a part, its partition takes nothing else.
MOST_OPEN = 2
TOPIC = "precheck-asked"
PREFIX = "P"  # of a request; a submission begins with S
_RANKS = {"validate": 1, "match": 2}


class TooManyRows(Exception):
    """More rows than a pre-check takes; a submission takes them."""

    def __init__(self) -> None:
        super().__init__(f"預檢一次最多 {MAX_ROWS:,} 列；請拆成數個檔案，或直接上傳。")


class TooManyOpen(Exception):
    """This facility waits for answers already, as many as it may at once."""

    def __init__(self) -> None:
        super().__init__(f"同一機構同時最多 {MOST_OPEN} 件預檢，請待前一件完成。")


class NoAnswer(Retryable):
    """The stages did not answer in time."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to try. ``owner_codes``: codes that may stand in it, canonical first."""

    owner_codes: tuple[str, ...]
    received_on: int
    kind: str
    map_version: str


@dataclass(frozen=True)
class Read:
    """A file as its reader left it. ``refused`` is a code, or empty."""

    kind: str
    programme: str
    map_version: str
    refused: str
    lines: tuple[FileLine, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Row:
    """What would become of one row; ``outcome`` is None when no stage named it."""

    row_no: int
    person_masked: str
    outcome: RowOutcome | None
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        if self.outcome is None:
            return "waiting"
        if self.outcome.outcome == "refused":
            return "refused"
        return "warning" if self.findings else "accepted"


@dataclass(frozen=True)
class Checked:
    """The answer, row by row, and the cases of the persons named."""

    read: Read
    received_on: int
    rows: tuple[Row, ...]
    cases: tuple[CaseStanding, ...]

    @property
    def refused(self) -> bool:
        """Whether anything of it would be refused."""
        lines = any(line.refused for line in self.read.lines)
        return bool(self.read.refused) or lines or any(r.verdict == "refused" for r in self.rows)


@dataclass(frozen=True)
class Precheck:
    """Reads, asks, waits. ``wait_s`` bounds how long the stages may take."""

    outbound: Outbound
    codec: Codec
    maps: Maps
    reading_at_once: asyncio.Semaphore
    answers: Answers
    calendar: Calendar
    wait_s: float
    _open: Counter[str] = field(default_factory=Counter)

    async def wanted(
        self, connection: Connection, code: str, kind: str, map_version: str
    ) -> Wanted:
        """For a facility, received now; raises RegistryRefuses for a code that is none."""
        codes = await registry.owner_codes(connection, registry.checked(code))
        return Wanted(codes, await self.calendar.open_day(connection), kind, map_version)

    async def check(self, path: Path, wanted: Wanted) -> Checked:
        """Raises TooManyRows, TooManyOpen, NoAnswer, BrokerUnavailable."""
        facility_id = wanted.owner_codes[0]
        if self._open[facility_id] >= MOST_OPEN:
            raise TooManyOpen
        self._open[facility_id] += 1
        try:
            return await self._check(path, wanted)
        finally:
            self._open[facility_id] -= 1
            if not self._open[facility_id]:
                del self._open[facility_id]

    async def _check(self, path: Path, wanted: Wanted) -> Checked:
        request_id = PREFIX + secrets.token_hex(12)
        async with self.reading_at_once:
            read = await asyncio.to_thread(self._read, request_id, path, wanted)
        answers = await self._ask(request_id, read.parts) if read.parts else []
        return Checked(read, wanted.received_on, *put_together(read, answers))

    async def _ask(self, request_id: str, parts: Sequence[Part]) -> list[PrecheckAnswered]:
        await self.answers.open()
        with self.answers.expected(request_id, len(parts)) as waiting:
            sent = [
                await self.outbound.send(TOPIC, self._asked(request_id, part, len(parts)))
                for part in parts
            ]
            await self.outbound.settle(sent)
            try:
                return await waiting.whole(self.wait_s)
            except TimeoutError:
                raise NoAnswer("validate and match did not answer in time") from None

    def _asked(self, request_id: str, part: Part, part_count: int) -> PrecheckAsked:
        event = with_(part.event, part_count=part_count)
        return PrecheckAsked(
            event_id=f"{request_id}/{event.part_no}",
            request_id=request_id,
            part_no=event.part_no,
            part_count=part_count,
            facility_id=event.facility_id,
            message=self.codec.encode(event),
        )

    def _read(self, request_id: str, path: Path, wanted: Wanted) -> Read:
        """The whole file; runs in a thread."""
        codes = wanted.owner_codes
        offer = Offer(request_id, codes[0], codes, "", "", "", 0)
        submission = unsaved(offer, wanted.received_on, self.calendar.now())
        with open_submission(
            path,
            wanted.kind or None,
            Uploader(codes[0], codes),
            wanted.received_on,
            self.maps,
            wanted.map_version or None,
        ) as reading:
            if reading.kind == EXTRACT:  # found out from the content
                return _read_as(reading, NOT_YOURS, (FileLine(said(NOT_YOURS)),))
            if reading.refused is not None:
                lines = tuple(FileLine(finding) for finding in reading.file_findings)
                return _read_as(reading, reading.refused, lines)
            try:
                return _cut(submission, reading)
            except (TooManyRows, PipelineError, OSError):
                raise
            except Exception:  # as in production: content that no reader foresaw
                return _read_as(reading, UNREADABLE, (FileLine(said(UNREADABLE)),))


def _cut(submission: Submission, reading: Reading) -> Read:
    parts: list[Part] = []
    lines: list[FileLine] = []
    rows = 0
    for piece in cut(submission, reading, lambda code: submission.facility_id):
        lines.extend(piece.lines)
        if piece.part is not None:
            parts.append(piece.part)
            rows += len(piece.part.row_nos)
            if rows > MAX_ROWS:
                raise TooManyRows
    return _read_as(reading, "", tuple(lines), tuple(parts))


def _read_as(
    reading: Reading, refused: str, lines: tuple[FileLine, ...], parts: tuple[Part, ...] = ()
) -> Read:
    return Read(reading.kind, reading.programme, reading.map_version, refused, lines, parts)


def put_together(
    read: Read, answers: Sequence[PrecheckAnswered]
) -> tuple[tuple[Row, ...], tuple[CaseStanding, ...]]:
    """Every row of the file, and every case that an answer names."""
    return tuple(_rows(read, answers)), _cases(answers)


def _rows(read: Read, answers: Sequence[PrecheckAnswered]) -> Iterator[Row]:
    """Every row that was asked about, in the order of the file."""
    last: dict[int, RowOutcome] = {}
    for answer in sorted(answers, key=lambda one: _RANKS[one.stage]):
        last.update((row.row_no, row) for row in answer.rows)
    own: dict[int, list[Finding]] = {}
    for line in read.lines:
        if line.row_no is not None:
            own.setdefault(line.row_no, []).append(line.finding)
    for part in read.parts:
        for row_no, person in zip(part.row_nos, part.persons, strict=True):
            outcome = last.get(row_no)
            findings = outcome.findings if outcome else ()
            told = {(one.code, one.column) for one in findings}
            first = [one for one in own.get(row_no, ()) if (one.code, one.column) not in told]
            yield Row(row_no, person, outcome, (*first, *findings))


def _cases(answers: Sequence[PrecheckAnswered]) -> tuple[CaseStanding, ...]:
    """Each case once. Parts are asked one by one: what one of them matches is matched."""
    found: dict[str, CaseStanding] = {}
    for answer in sorted(answers, key=lambda one: one.part_no):
        for case in answer.cases:
            before = found.get(case.case_id)
            if before is None or before.state != "matched":
                found[case.case_id] = case
    return tuple(found.values())
