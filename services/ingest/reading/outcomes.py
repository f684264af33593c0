"""What reading a file yields: cases, rows, counts. Nothing here prints a person.

Every item says where it stands in the file, so that a report can be laid beside it.
"""

from typing import Any

import msgspec

from claims.events import ClaimLine, Finding, UploadItem


class Uploader(msgspec.Struct, frozen=True):
    """Who sends the file. ``owner_codes``: the codes that may stand in it, the canonical one and
    the earlier ones of the same facility."""

    facility_id: str
    owner_codes: tuple[str, ...] = ()

    def owns(self, facility_id: str) -> bool:
        return facility_id == self.facility_id or facility_id in self.owner_codes


class CaseRead(msgspec.Struct, frozen=True, gc=False):
    """One case (案件) of a claim file or of an extract: its lines, or why it was refused.

    position       number of the case in the file, from 1 (in an extract: row of its first line)
    byte_offset    where it begins in the unpacked file, from 0; -1 when unknown
    facility_id    t2 as it stands in the file; the caller finds the canonical code
    person_masked  first five characters of d3, then stars
    lines          claim lines to be emitted; empty for a case that is refused or has no
                   preventive line (such a case comes out when it is of type A3 or has findings)
    findings       refused: every error at once; else warnings and skipped lines (L_CODE, W_NOT_A3)
    """

    position: int
    byte_offset: int
    facility_id: str
    case_key: str
    person_masked: str
    lines: tuple[ClaimLine, ...]
    findings: tuple[Finding, ...]
    refused: bool

    def __repr__(self) -> str:
        kind = "refused" if self.refused else f"{len(self.lines)} lines"
        return f"CaseRead({self.position}, {kind})"

    def __rich_repr__(self) -> Any:  # rich would otherwise print every field
        yield repr(self)


class RowRead(msgspec.Struct, frozen=True, gc=False):
    """One row of a result file, and warnings of the reader about it (W_SPLIT_CHAR, W_BYTES)."""

    item: UploadItem
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"RowRead({self.item.row_no})"

    def __rich_repr__(self) -> Any:
        yield repr(self)


class Counts(msgspec.Struct):
    """What was read and what became of it; final when the iteration is over.

    Claim files and extracts: cases and lines. Result files: rows.
    """

    cases_read: int = 0
    cases_emitted: int = 0
    cases_without_line: int = 0
    cases_refused: int = 0
    lines_emitted: int = 0
    lines_skipped: int = 0
    rows_read: int = 0
    rows_emitted: int = 0
    rows_blank: int = 0

    def conserved(self) -> bool:
        """Nothing vanished: each case and row read is accounted for, once (claim-file.md, end)."""
        cases = self.cases_emitted + self.cases_without_line + self.cases_refused
        return self.cases_read == cases and self.rows_read == self.rows_emitted + self.rows_blank
