"""What a replay with other rules tells the one that started it: JSON, a line each."""

from typing import BinaryIO

import msgspec

from services.match.replay_cases import CaseRow
from services.match.replay_work import Replayed


class At(msgspec.Struct, frozen=True, tag=True):
    """So many offsets are done."""

    done: int


class Case(msgspec.Struct, frozen=True, tag=True):
    row: CaseRow


class End(msgspec.Struct, frozen=True, tag=True):
    """All cases of a partition were told."""

    partition: int
    closed_on: int | None
    set_aside: int


Line = At | Case | End
_encode = msgspec.json.Encoder().encode
read = msgspec.json.Decoder(Line).decode


def write(lines: BinaryIO, line: Line) -> None:
    lines.write(_encode(line) + b"\n")
    lines.flush()


def write_partition(lines: BinaryIO, found: Replayed) -> None:
    lines.writelines(_encode(Case(row)) + b"\n" for row in found.cases)
    write(lines, End(found.partition, found.closed_on, found.set_aside))
