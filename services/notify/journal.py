"""What the planner takes from its topics, in few bytes, on its way to the sinks."""

from collections.abc import Iterable

import msgspec

from claims.agency_events import FacilityRenamed, RoundClosed, RoundOpened
from claims.events import CaseChanged, ImportReported, SweepFinished


class CaseStep(msgspec.Struct, frozen=True, array_like=True, tag="c", gc=False):
    """A step of a case: nothing that names a person."""

    case_id: str
    sequence: int
    facility_id: str
    lab_facility_id: str
    programme: str
    state: str
    previous_state: str
    change: str
    due_on: int | None
    round_id: str
    occurred_on: int


class Swept(msgspec.Struct, frozen=True, array_like=True, tag="s", gc=False):
    """One partition has finished a milestone."""

    cause: str
    partition: int
    day: int


class Opened(msgspec.Struct, frozen=True, array_like=True, tag="o", gc=False):
    """A round opened."""

    event: RoundOpened


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="e", gc=False):
    """A round ended before its deadline."""

    round_id: str
    closed_on: int


class Renamed(msgspec.Struct, frozen=True, array_like=True, tag="r", gc=False):
    """A facility goes on under another code."""

    old_code: str
    new_code: str


class ImportPart(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Rows of a part of a file, and how many of them were refused; commands are no rows."""

    event_id: str
    submission_id: str
    facility_id: str
    rows: int
    refused: int
    written_ms: int


Entry = CaseStep | Swept | Opened | Ended | Renamed
Event = CaseChanged | SweepFinished | RoundOpened | RoundClosed | FacilityRenamed
EVENTS = (CaseChanged, SweepFinished, RoundOpened, RoundClosed, FacilityRenamed)

pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Entry).decode
unpacked_part = msgspec.msgpack.Decoder(ImportPart).decode
REFUSED = "refused"


def unpacked(packed: Iterable[bytes]) -> list[Entry]:
    return [_unpack(each) for each in packed]


def entry_of(event: Event) -> Entry:
    """The part of an event of the journal that the planner keeps."""
    match event:
        case CaseChanged():
            return CaseStep(
                event.case_id,
                event.sequence,
                event.facility_id,
                event.lab_facility_id,
                event.programme,
                event.state,
                event.previous_state,
                event.change,
                event.due_on,
                event.round_id,
                event.occurred_on,
            )
        case SweepFinished():
            return Swept(event.cause, event.partition, event.day)
        case RoundOpened():
            return Opened(event)
        case RoundClosed():
            return Ended(event.round_id, event.closed_on)
        case FacilityRenamed():
            return Renamed(event.old_code, event.new_code)


def part_of(event: ImportReported, written_ms: int) -> ImportPart:
    """Outcomes of a file's rows. Who gives a command has its answer at once."""
    rows = [row for row in event.rows if not row.command_id]
    refused = sum(row.outcome == REFUSED for row in rows)
    of = event.event_id, event.submission_id, event.facility_id
    return ImportPart(*of, len(rows), refused, written_ms)
