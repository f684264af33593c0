"""What a reader hands to ``api.Reading``: the facts known on opening, and the items to come."""

from collections.abc import Iterator

import msgspec

from claims.events import Finding
from services.ingest.reading.findings import FileRefused
from services.ingest.reading.outcomes import CaseRead, Counts, RowRead


class Opened(msgspec.Struct):
    """An opened file. ``findings`` and ``counts`` are shared with the generator behind ``items``,
    which goes on writing them."""

    kind: str
    items: Iterator[CaseRead | RowRead]
    findings: list[Finding]
    counts: Counts
    programme: str = ""
    map_version: str = ""
    columns: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    header: dict[str, str] = {}
    refused: str | None = None

    @staticmethod
    def refused_for(refused: FileRefused, kind: str) -> "Opened":
        return Opened(kind, iter(()), [refused.finding], Counts(), refused=refused.code)
