"""Builders of claim files, result files and archives; every field can be given by name."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from claims.events import ClaimLine, Finding
from claims.layouts import layout
from claims.periods import from_iso
from services.ingest.reading.api import (
    CaseRead,
    Counts,
    Maps,
    Reading,
    RowRead,
    Uploader,
    open_submission,
)

FACILITY = "3501340006"
RECEIVED_ON = from_iso("2025-06-01")
MAPS = Maps.read()
TOTALS = {"t1": "10", "t2": FACILITY, "t3": "11403", "t4": "1", "t5": "1", "t6": "1140405"}
CASE = {"d1": "A3", "d2": "1", "d3": "A123456789", "d9": "1140310", "d11": "0750101", "d29": "IC21"}
ORDER = {"p3": "2", "p4": "21", "p12": "520", "p13": "1"}
# Enough of each programme for a row that validate would take.
ROWS = {
    "adult": {"person_id": "A123456789", "facility_id": FACILITY, "stage1_date": "1140310"},
    "child": {
        "person_id": "A123456789",
        "facility_id": FACILITY,
        "order_code": "71",
        "visit_date": "1140310",
        "birth_date": "1140201",
    },
    "oral": {"person_id": "A123456789", "facility_id": FACILITY, "visit_date": "1140310"},
}


def tags(fields: Mapping[str, str | None]) -> str:
    """Fields as tags; None leaves the tag out."""
    return "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields.items() if text is not None)


def a_case(
    orders: Sequence[Mapping[str, str | None]] | None = None, /, **fields: str | None
) -> str:
    """One ddata; without ``orders`` a stage-1 line of the adult check."""
    case = {**CASE, **fields}
    head = {tag: case.pop(tag, None) for tag in ("d1", "d2")}
    lines = [ORDER] if orders is None else orders
    body = tags(case) + "".join(f"<pdata>{tags(line)}</pdata>" for line in lines)
    return f"<ddata><dhead>{tags(head)}</dhead><dbody>{body}</dbody></ddata>\r\n"


def a_claim_file(*cases: str, **totals: str | None) -> str:
    header = tags({**TOTALS, **totals})
    return (
        '<?xml version="1.0" encoding="Big5"?>\r\n'
        f"<outpatient>\r\n<tdata>{header}</tdata>\r\n{''.join(cases)}</outpatient>\r\n"
    )


def a_zip(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def a_table(
    programme: str, *rows: Mapping[str, str], ascii_names: bool = False, delimiter: str = ","
) -> str:
    """A CSV with every column of the layout; a row's other columns stay blank."""
    columns = layout(programme).columns
    header = [column.name if ascii_names else column.zh for column in columns]
    lines = [[{**ROWS[programme], **row}.get(c.name, "") for c in columns] for row in rows]
    return "".join(delimiter.join(line) + "\r\n" for line in [header, *lines])


class ReadFile:
    """Everything one file gave."""

    def __init__(self, reading: Reading) -> None:
        self.refused = reading.refused
        self.kind = reading.kind
        self.programme = reading.programme
        self.columns = reading.columns
        self.styles = reading.styles
        self.header = reading.header
        self.items: list[CaseRead | RowRead] = list(reading)
        self.findings: list[Finding] = reading.file_findings
        self.counts: Counts = reading.counts

    @property
    def cases(self) -> list[CaseRead]:
        return [item for item in self.items if isinstance(item, CaseRead)]

    @property
    def rows(self) -> list[RowRead]:
        return [item for item in self.items if isinstance(item, RowRead)]

    @property
    def lines(self) -> list[ClaimLine]:
        return [line for case in self.cases for line in case.lines]

    @property
    def codes(self) -> list[str]:
        """Codes of the findings about the whole file."""
        return [finding.code for finding in self.findings]

    @property
    def case_codes(self) -> list[str]:
        return [finding.code for case in self.cases for finding in case.findings]

    def cell(self, row: int, column: str) -> str:
        return self.rows[row].item.cells[self.columns.index(column)]


def read(
    folder: Path,
    content: str | bytes,
    kind: str | None = None,
    encoding: str = "cp950",
    map_version: str | None = None,
    maps: Maps = MAPS,
    uploader: Uploader | None = None,
) -> ReadFile:
    """Write ``content`` into ``folder`` and read all of it."""
    path = folder / "submission"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    sender = uploader or Uploader(FACILITY)
    with open_submission(path, kind, sender, RECEIVED_ON, maps, map_version) as reading:
        return ReadFile(reading)
