"""`python -m services.match list ROUND_ID`: 補正清單, as it was when the round opened.

The list is a snapshot: everything that the opening of the round listed, up to `sweep-finished` in
each partition. The journal does not change, so neither does the file, byte for byte.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from claims.events import CaseChanged, SweepFinished
from claims.layouts import PROGRAMMES
from pipeline.codec import Codec
from pipeline.schemas import Schemas
from pipeline.sealing import NotOpened, Sealer
from services.match import cli, journal
from services.match.cli import BROKERS, SCHEMAS_DIR, Brokers, Facility, SchemasDir
from services.match.log_range import Range, everything_in, ranges_of
from services.match.round_sheet import BirthDates, birth_dates, heads, in_order, line_of
from services.match.spreadsheet import a_sheet

LISTED = "unmatched"
"""The change by which a round lists a case (correction.md rows 8 and 9)."""


class Opened(NamedTuple):
    """A partition's part of the list. ``later``: cases listed after the sweep, out of quarantine;
    they are on the round, and not on its snapshot."""

    partition: int
    is_whole: bool
    entries: list[CaseChanged]
    later: int


def round_list(
    round_id: Annotated[str, typer.Argument(help="補正期, for example 2025-oral-1.")],
    out: Annotated[Path, typer.Option(help="CSV to write.")],
    facility: Facility = "",
    programme: Annotated[str, typer.Option(help="adult, child or oral; all of none.")] = "",
    without_birth_date: Annotated[
        bool, typer.Option("--without-birth-date", help="Leave the birth date out; needs no key.")
    ] = False,
    brokers: Brokers = BROKERS,
    schemas_dir: SchemasDir = SCHEMAS_DIR,
) -> None:
    """Write the correction list of a round as of its opening. 匯出補正清單（開始時之快照）。

    The same bytes whenever it is asked for. Refused until the round is open in every partition.

    Example: python -m services.match list 2025-oral-1 --facility 3501200000 --out list.csv
    """
    if programme and programme not in PROGRAMMES:
        cli.leave(f"--programme: {' | '.join(PROGRAMMES)}", cli.WRONG_USE)
    facility = cli.facility_of(facility)
    births = None
    if not without_birth_date:
        settings = cli.settings_of(brokers, schemas_dir)
        births = birth_dates(Sealer(settings.seal_key, settings.seal_key_id))

    async def work() -> list[Opened]:
        codec = Codec(Schemas.read(schemas_dir), journal.KINDS)
        return await opened_in(
            codec, brokers, await ranges_of(brokers, journal.TOPIC, facility), round_id
        )

    parts = cli.run(work)
    missing = [str(part.partition) for part in parts if not part.is_whole]
    if missing:
        cli.leave(
            f"補正期尚未於所有分割區開始 {round_id} is not open yet in partition "
            f"{', '.join(missing)}",
            cli.REFUSED,
        )
    entries = [
        entry
        for part in parts
        for entry in part.entries
        if (not facility or entry.facility_id == facility)
        and (not programme or entry.programme == programme)
    ]
    try:
        write_list(out, entries, births)
    except NotOpened as other:
        cli.leave(f"出生日期無法開啟 birth dates: {other} (--without-birth-date)", cli.REFUSED)
    cli.out.print(f"{len(entries):,} 件 cases: {out}", markup=False)
    if later := sum(part.later for part in parts):
        cli.err.print(f"另有 {later:,} 件於開始後列入 listed after the opening, not on the list")


async def opened_in(
    codec: Codec, brokers: str, ranges: Sequence[Range], round_id: str
) -> list[Opened]:
    """What the opening of the round listed, partition by partition."""
    openings = {each.partition: Opening(codec, f"round-opened/{round_id}") for each in ranges}
    with cli.watched("讀取歷程 journal", ranges) as watch:
        async for each, messages in everything_in(brokers, ranges, watch):
            openings[each.partition].take(message.value for message in messages)
    return [opening.found(partition) for partition, opening in openings.items()]


class Opening:
    """The part of a journal that one milestone brought."""

    def __init__(self, codec: Codec, cause: str) -> None:
        self._codec, self._cause, self._needle = codec, cause, cause.encode()
        self._entries: list[CaseChanged] = []
        self._is_whole, self._later = False, 0

    def take(self, values: Iterable[bytes]) -> None:
        for value in values:
            if self._needle not in value:
                continue  # most of a journal: not worth decoding
            match self._codec.decode(value):
                case SweepFinished(cause=cause) if cause == self._cause:
                    self._is_whole = True
                case CaseChanged(caused_by=cause, change=change) as entry:
                    if cause != self._cause or change != LISTED:
                        continue
                    if self._is_whole:
                        self._later += 1
                    else:
                        self._entries.append(entry)

    def found(self, partition: int) -> Opened:
        return Opened(partition, self._is_whole, self._entries, self._later)


def write_list(path: Path, entries: Iterable[CaseChanged], births: BirthDates | None) -> None:
    """Raises NotOpened when a birth date was sealed with another key."""
    with a_sheet(path, heads(births is not None)) as sheet:
        sheet.write(line_of(entry, births) for entry in in_order(entries))
