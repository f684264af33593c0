"""load: files from disk, as a clinic or the agency would hand them in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline.clock import SystemClock
from services.ingest import cli
from services.ingest.assembly import Door, maps_of, open_door
from services.ingest.calendar import Calendar
from services.ingest.intake import Answer, HandedIn
from services.ingest.names import AGENCY
from services.ingest.production import Progress as Progressed
from services.ingest.reading.api import (
    CLAIM_XML,
    EXTRACT,
    PROGRAMMES,
    RESULTS,
    Maps,
    open_submission,
)
from services.ingest.submissions import REFUSED

KINDS = (CLAIM_XML, RESULTS, EXTRACT)


@dataclass(frozen=True)
class Wanted:
    """The options of load."""

    facility: str | None
    kind: str | None
    programme: str | None
    map_version: str | None

    def kind_asked(self) -> str:
        return self.programme or self.kind or ""


@dataclass(frozen=True)
class Unreadable:
    """Nobody can be found in it who could have handed it in."""

    code: str


def load(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Files to hand in, in order.")
    ],
    facility: Annotated[
        str | None,
        typer.Option(
            help="醫事機構代碼 of the uploader. Not needed for claim XML (its t2) and extracts."
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="claim-xml, results or extract; found out when left out.")
    ] = None,
    programme: Annotated[
        str | None, typer.Option(help="adult, child or oral, for result files.")
    ] = None,
    map_version: Annotated[
        str | None, typer.Option("--map", help="Version of the column map, for example A-2026.1.")
    ] = None,
    business_day: Annotated[
        bool, typer.Option("--business-day", help="Received on the day after the last closed one.")
    ] = False,
) -> None:
    """Hand in claim files, result files or the agency's extract. 載入申報檔、結果檔或抽檔。

    The same file twice is the same submission. Loading also finishes what a killed process left.
    Exit code 1 when at least one file was refused.
    """
    if kind is not None and kind not in KINDS:
        cli.leave(f"--kind: {' | '.join(KINDS)}", 2)
    if programme is not None and programme not in PROGRAMMES:
        cli.leave(f"--programme: {' | '.join(PROGRAMMES)}", 2)
    settings = cli.read_ingest(business_day)
    wanted = Wanted(facility, kind, programme, map_version)

    async def work() -> int:
        async with open_door(settings) as door:
            await door.intake.resume()
            return await _load_all(door, files, wanted, maps_of(settings))

    if cli.run(work):
        raise typer.Exit(cli.REFUSED)


async def _load_all(door: Door, files: list[Path], wanted: Wanted, maps: Maps) -> int:
    """How many were refused."""
    refused = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(
        *columns, TextColumn("{task.fields[rows]:,} rows"), TimeElapsedColumn(), console=cli.err
    )
    # On one terminal both must go through the bar, or they overwrite each other.
    results = cli.err if cli.out.is_terminal else cli.out
    with bar:
        task = bar.add_task("load", total=len(files), rows=0)
        rows = 0

        def progress(more: int) -> None:
            nonlocal rows
            rows += more
            bar.update(task, rows=rows)

        for file in files:
            accepted, line = await _load(door, file, wanted, maps, progress)
            refused += not accepted
            results.print(line, markup=False)
            bar.advance(task)
    return refused


async def _load(
    door: Door, file: Path, wanted: Wanted, maps: Maps, progress: Progressed
) -> tuple[bool, str]:
    """Whether the file was taken, and the line that says so."""
    owner = wanted.facility or _owner(file, wanted, maps)
    if isinstance(owner, Unreadable):
        return False, f"退件 refused   {file.name}  {owner.code}"
    kind = wanted.kind_asked()
    handed_in = HandedIn(owner, "cli", file.name, kind, wanted.map_version or "")
    with file.open("rb") as content:
        answer = await door.intake.submit(handed_in, content, progress)
    return answer.submission.state != REFUSED, _line(file, answer)


def _owner(file: Path, wanted: Wanted, maps: Maps) -> "str | Unreadable":
    """Whose file it is, when nobody says so: the t2 of a claim file, the agency for an extract."""
    if wanted.kind == EXTRACT:
        return AGENCY
    today = Calendar(SystemClock()).today()
    with open_submission(
        file, wanted.kind_asked() or None, None, today, maps, wanted.map_version
    ) as reading:
        if reading.refused is not None:
            return Unreadable(reading.refused)
        if reading.kind == EXTRACT:
            return AGENCY
        if reading.kind == CLAIM_XML:
            return reading.header["facility_id"]
    cli.leave(f"{file.name}: 結果檔須以 --facility 指明上傳機構 (result files need --facility)", 2)


def _line(file: Path, answer: Answer) -> str:
    submission = answer.submission
    if submission.state == REFUSED:
        return f"退件 refused   {file.name}  {submission.submission_id}  {submission.refused_code}"
    again = "  (F_DUPLICATE: 先前已收件)" if answer.duplicate else ""
    return (
        f"收件 produced  {file.name}  {submission.submission_id}  {submission.kind}"
        f"  rows {submission.rows_sent}  parts {submission.part_count}{again}"
    )
