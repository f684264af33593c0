"""The one door to the readers: ``open_submission(path, ...) -> Reading``.

    with open_submission(path, None, Uploader("3501340006"), received_on, maps) as reading:
        if reading.refused:
            ...                      # reading.file_findings says why; nothing to iterate
        for item in reading:         # lazy, bounded memory, once
            ...                      # CaseRead (claim-xml, extract) or RowRead (results)
        reading.counts               # complete now; conservation was asserted
        reading.file_findings        # complete now: warnings may come while reading

Bad content never raises: it is a refusal, a refused case, or a row with a problem. Only a broken
disk (OSError) and a broken belief of ours (AssertionError) leave this module as exceptions.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType

from claims.events import Finding
from services.ingest.reading.claim_file import open_claim_file
from services.ingest.reading.column_map import MapError
from services.ingest.reading.container import Container, look_inside
from services.ingest.reading.extract import open_extract
from services.ingest.reading.findings import FileRefused
from services.ingest.reading.known_columns import EXTRACT as EXTRACT_PROGRAMME
from services.ingest.reading.maps import Maps
from services.ingest.reading.outcomes import CaseRead, Counts, RowRead, Uploader
from services.ingest.reading.result_file import open_result_file
from services.ingest.reading.source import Opened

CLAIM_XML, RESULTS, EXTRACT = "claim-xml", "results", "extract"
PROGRAMMES = ("adult", "child", "oral")

__all__ = [
    "CLAIM_XML",
    "EXTRACT",
    "PROGRAMMES",
    "RESULTS",
    "CaseRead",
    "Counts",
    "MapError",
    "Maps",
    "Reading",
    "RowRead",
    "Uploader",
    "open_submission",
]


class Reading:
    """One file, opened. Iterate it once; close it (or use ``with``).

    kind           claim-xml, results or extract; empty when refused before that was known
    programme      adult, child, oral of a result file; empty else
    map_version    version of the column map used; empty for claim-xml
    columns        names of the cells of each UploadItem; a column the map does not know is called
                   ``extra:`` and its header
    styles         date style of each column (roc, ad8, iso), empty when it is no date
    header         what the file says about itself (claim-xml: facility_id, fee_month, appl_type,
                   appl_date, ... and the extra tags t7...)
    refused        code that refused the whole file, or None
    file_findings  findings about the whole file; more may be added while iterating
    counts         complete after the iteration
    """

    def __init__(self, opened: Opened) -> None:
        self.kind = opened.kind
        self.programme = opened.programme
        self.map_version = opened.map_version
        self.columns = opened.columns
        self.styles = opened.styles
        self.header = opened.header
        self.file_findings: list[Finding] = opened.findings
        self.counts: Counts = opened.counts
        self.refused: str | None = opened.refused
        self._items = opened.items

    def __iter__(self) -> Iterator[CaseRead | RowRead]:
        yield from self._items
        assert self.counts.conserved(), "a case or row was lost or doubled while reading"

    def close(self) -> None:
        """Let go of the file, also in the midst of it; harmless when repeated."""
        if isinstance(self._items, Generator):
            self._items.close()

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_submission(
    path: Path,
    kind: str | None,
    uploader: Uploader | None,
    received_on: int,
    maps: Maps,
    map_version: str | None = None,
) -> Reading:
    """Open a file for reading; looks at all of it that a refusal depends on, emits nothing yet.

    kind         claim-xml, extract, results, or a programme (adult, child, oral: results of it);
                 None: found out from the content (a header decides between programmes). Fixed-width
                 files are read only when ``map_version`` names their map.
    uploader     None: nobody's in particular (CLI of the agency); owners are then not compared
    received_on  day on which the submission was accepted; dates after it are warned about
    map_version  the map named with the submission; else the one valid on received_on (R-28)
    """
    try:
        container = look_inside(path)
        opened = _opened(container, kind, uploader, received_on, maps, map_version)
    except FileRefused as refused:
        opened = Opened.refused_for(refused, kind if kind in (CLAIM_XML, EXTRACT) else "")
    return Reading(opened)


def _opened(
    container: Container,
    kind: str | None,
    uploader: Uploader | None,
    received_on: int,
    maps: Maps,
    map_version: str | None,
) -> Opened:
    if kind is not None and kind not in (CLAIM_XML, EXTRACT, RESULTS, *PROGRAMMES):
        raise FileRefused("F_MAP", kind, " ".join((CLAIM_XML, EXTRACT, *PROGRAMMES)))
    named = maps.named(map_version) if map_version else None
    if kind == CLAIM_XML or (kind is None and named is None and container.content == "xml"):
        return open_claim_file(container, uploader, received_on)
    if kind == EXTRACT or (kind is None and named is None and container.packed == "gzip"):
        named = named or maps.of_programme(EXTRACT_PROGRAMME, received_on)
        return open_extract(container, named, received_on)
    if named is None and kind in PROGRAMMES:
        named = maps.of_programme(kind, received_on)
    if named is None:
        offered = PROGRAMMES if kind == RESULTS else (*PROGRAMMES, EXTRACT_PROGRAMME)
        named = maps.choose(container, offered, received_on)
    if named.is_extract:
        return open_extract(container, named, received_on)
    if kind in PROGRAMMES and kind != named.head.programme:
        raise FileRefused("F_MAP", named.head.version, kind)
    return open_result_file(container, named)
