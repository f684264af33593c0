"""One accepted submission from its sealed bytes to parts on the topics: the same way every time.

Everything the database keeps of it is written in one transaction, at whose end it is settled. A
process that dies before leaves the submission as it was, begun; whoever comes next does all of it
again, with the same ``received_on`` and the same parts, and validate drops the parts it has seen.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from claims.agency_events import Actions
from claims.events import Wire
from pipeline.codec import stem_of
from pipeline.errors import PipelineError
from services.ingest import registry, submissions, vault
from services.ingest.action_events import action_events
from services.ingest.agency_actions import KIND as ACTION
from services.ingest.agency_actions import ActionFile
from services.ingest.commands import KIND as COMMAND
from services.ingest.commands import CommandFile, cut_commands
from services.ingest.database import Connection
from services.ingest.file_report import FileReport
from services.ingest.findings import FACILITY_UNKNOWN, NOT_YOURS, UNREADABLE, said
from services.ingest.names import AGENCY
from services.ingest.outbound import Outbound
from services.ingest.parts import FileLine, Part, Piece, cut
from services.ingest.reading.api import EXTRACT, Maps, Reading, Uploader, open_submission
from services.ingest.spool import Spool
from services.ingest.submissions import PRODUCED, REFUSED, Settled, Submission

UNSETTLED_SENDS = 200  # parts in flight before the oldest must be acknowledged: bounds memory
T = TypeVar("T")
Progress = Callable[[int], None]


def no_progress(rows: int) -> None:
    """For whoever does not watch."""


@dataclass(frozen=True)
class Production:
    """Reads, cuts, sends, settles. ``reading_at_once`` bounds the memory of the process."""

    outbound: Outbound
    sealer: vault.Seals
    maps: Maps
    reading_at_once: asyncio.Semaphore

    async def settle(
        self, connection: Connection, submission: Submission, progress: Progress = no_progress
    ) -> None:
        """Do all that is left to do for a begun submission; the caller holds its facility's lock.

        Raises BrokerUnavailable, or what the database raises: then it stays begun.
        """
        async with self.reading_at_once, connection.transaction():
            with tempfile.TemporaryDirectory(prefix="gouji-ingest-") as folder:
                path = Path(folder) / "file"
                await vault.restore(connection, self.sealer, submission.submission_id, path)
                attempt = _Attempt(self, connection, submission, path, progress)
                settled = await attempt.run()
            await submissions.settle(connection, submission.submission_id, settled)


class _Attempt:
    """One try at one submission."""

    def __init__(
        self,
        production: Production,
        connection: Connection,
        submission: Submission,
        path: Path,
        progress: Progress,
    ) -> None:
        self._production, self._connection = production, connection
        self._submission, self._path, self._progress = submission, path, progress
        self._report = FileReport(connection, submission)
        self._keys: list[str] = []
        self._sent: list[Any] = []
        self._parts = 0

    async def run(self) -> Settled:
        if self._submission.kind_asked == COMMAND:
            return await self._run_commands()
        if self._submission.kind_asked == ACTION:
            return await self._run_actions()
        reading = await _elsewhere(self._open)
        try:
            if reading.refused is None and self._foreign(reading):
                return await self._refuse(reading, NOT_YOURS, [FileLine(said(NOT_YOURS))])
            if reading.refused is not None:
                lines = [FileLine(finding) for finding in reading.file_findings]
                return await self._refuse(reading, reading.refused, lines)
            if reading.kind == EXTRACT:
                return await self._stream(reading)
            return await self._whole(reading)
        finally:
            await asyncio.to_thread(reading.close)

    def _open(self) -> Reading:
        submission = self._submission
        agency = submission.facility_id == AGENCY
        uploader = None if agency else Uploader(submission.facility_id, submission.owner_codes)
        return open_submission(
            self._path,
            submission.kind_asked or None,
            uploader,
            submission.received_on,
            self._production.maps,
            submission.map_asked or None,
        )

    def _foreign(self, reading: Reading) -> bool:
        """Only the agency brings lines of many facilities, and nothing else."""
        return (reading.kind == EXTRACT) != (self._submission.facility_id == AGENCY)

    # -- a claim or result file: read to its end, then sent

    async def _whole(self, reading: Reading) -> Settled:
        canonical = self._submission.facility_id
        with Spool() as spool:
            try:
                await self._spool(reading, spool)
            except (PipelineError, OSError):
                raise
            except Exception:
                # A bug of ours, or content that no reader foresaw. Nothing was sent yet: refused,
                # so that it holds up neither the facility's other files nor the end of the day.
                return await self._unreadable(reading)
            parts = iter(spool.parts())
            while (part := await _elsewhere(lambda: next(parts, None))) is not None:
                await self._send(part)
            await self._acknowledged()
        await self._compare_cases(reading)
        if await registry.find(self._connection, canonical) is None:
            await self._report.add_lines([FileLine(said(FACILITY_UNKNOWN, canonical))])
        return self._produced(reading, spool.count)

    async def _spool(self, reading: Reading, spool: Spool) -> None:
        canonical = self._submission.facility_id
        async with self._connection.transaction():
            async for piece in _pieces(cut(self._submission, reading, lambda code: canonical)):
                if piece.part is not None:
                    await _elsewhere(spool.add, piece.part)
                await self._keep(piece)

    async def _unreadable(self, reading: Reading) -> Settled:
        self._report = FileReport(self._connection, self._submission)
        return await self._refuse(reading, UNREADABLE, [FileLine(said(UNREADABLE))])

    async def _compare_cases(self, reading: Reading) -> None:
        header = reading.header
        if reading.kind == "claim-xml" and header.get("appl_type") == "1":
            appl_date = int(header["appl_date"])
            await self._report.compare_cases(header["fee_month"], appl_date, self._keys)

    # -- an extract: sent while it is read, in bounded memory

    async def _stream(self, reading: Reading) -> Settled:
        known = await registry.canonical_codes(self._connection, self._submission.received_at)
        async for piece in _pieces(
            cut(self._submission, reading, lambda code: known.get(code, code))
        ):
            if piece.part is not None:
                await self._send(piece.part)
            await self._keep(piece)
        await self._acknowledged()
        strange = sorted(set(self._report.rows_by_facility) - set(known))
        lines = [FileLine(said(FACILITY_UNKNOWN, code)) for code in strange]
        await self._report.add_lines(lines)
        return self._produced(reading, self._parts)

    # -- commands

    async def _run_commands(self) -> Settled:
        file = CommandFile.from_bytes(await asyncio.to_thread(self._path.read_bytes))
        submission = self._submission
        if submission.facility_id == AGENCY:  # on behalf of the facility whose codes it has
            submission = replace(submission, facility_id=submission.owner_codes[0])
        for part in cut_commands(submission, file):
            await self._send(part)
            await self._keep(Piece(part, [], []))
        await self._acknowledged()
        counts = {"commands": len(file.commands), "rows_sent": self._report.rows}
        return Settled(PRODUCED, COMMAND, "", "", "", counts, self._parts, self._report.rows)

    async def _run_actions(self) -> Settled:
        file = ActionFile.from_bytes(await asyncio.to_thread(self._path.read_bytes))
        submission = self._submission
        known = await registry.canonical_codes(self._connection, submission.received_at)
        for facility, event in action_events(
            file.actions,
            submission.submission_id,
            submission.received_on,
            submission.actor,
            lambda code: known.get(code, code),
        ):
            await self._send_action(facility, event)
        await self._acknowledged()
        counts = {"actions": len(file.actions), "rows_sent": self._report.rows}
        return Settled(PRODUCED, ACTION, "", "", "", counts, self._parts, self._report.rows)

    async def _send_action(self, facility: str | None, event: Wire) -> None:
        outbound = self._production.outbound
        if isinstance(event, Actions):
            rows = [item.row_no for item in event.items]
            part = Part("actions", event, rows, [""] * len(rows))
            await self._send(part)
            await self._keep(Piece(part, [], []))
        elif facility is None:
            key = stem_of(type(event)).encode()
            self._sent.extend(await outbound.send_to_all("actions", key, event))
        else:
            self._sent.append(await outbound.send("actions", event))

    # -- sending and keeping

    async def _keep(self, piece: Piece) -> None:
        await self._report.add_lines(piece.lines)
        self._keys.extend(piece.case_keys)
        if piece.part is not None:
            await self._report.add_part(piece.part)
            self._progress(len(piece.part.row_nos))

    async def _send(self, part: Part) -> None:
        self._parts += 1
        self._sent.append(await self._production.outbound.send(part.topic, part.event))
        if len(self._sent) >= UNSETTLED_SENDS:
            await self._acknowledged()

    async def _acknowledged(self) -> None:
        sent, self._sent = self._sent, []
        await self._production.outbound.settle(sent)

    # -- the end

    async def _refuse(self, reading: Reading, code: str, lines: list[FileLine]) -> Settled:
        await self._report.add_lines(lines)
        counts = _counts(reading)
        return Settled(
            REFUSED, reading.kind, reading.programme, reading.map_version, code, counts, 0, 0
        )

    def _produced(self, reading: Reading, part_count: int) -> Settled:
        counts = _counts(reading) | {"parts": part_count, "rows_sent": self._report.rows}
        if reading.kind == EXTRACT:
            counts["facilities"] = len(self._report.rows_by_facility)
        return Settled(
            PRODUCED,
            reading.kind,
            reading.programme,
            reading.map_version,
            "",
            counts,
            part_count,
            self._report.rows,
        )


def _counts(reading: Reading) -> dict[str, int]:
    counts: dict[str, int] = msgspec.to_builtins(reading.counts)
    return counts


async def _elsewhere(call: Callable[..., T], *arguments: Any) -> T:
    """In a thread: reading files must not hold up the requests of others."""
    return await asyncio.to_thread(call, *arguments)


async def _pieces(pieces: Iterator[Piece]) -> AsyncIterator[Piece]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
