"""案件鍵: whether the date of a claim file is part of what identifies its cases.

source: tables/claim_files.toml; claim-file.md section 2, R-11.
"""

import msgspec

from claims.dated import Row, in_force, read_table, shaped, whole
from claims.periods import date_of

FILE = "claim_files.toml"


class CaseIdentity(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``since`` and ``until`` are days of 申報日期."""

    appl_type: str
    case_identity_uses_t6: bool
    source: str
    mark: str


class ClaimFileTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case_identity: tuple[CaseIdentity, ...]


def by_type(table: ClaimFileTable) -> dict[str, tuple[CaseIdentity, ...]]:
    """The rows of each 申報類別, in order of time; raises TableError for a gap or an overlap."""
    kinds = dict.fromkeys(row.appl_type for row in table.case_identity)
    return {
        kind: whole(
            FILE,
            f"case_identity.{kind}",
            (row for row in table.case_identity if row.appl_type == kind),
        )
        for kind in kinds
    }


_ROWS = by_type(shaped(FILE, read_table(FILE), ClaimFileTable))
APPL_TYPES = frozenset(_ROWS)


def case_identity_uses_t6(appl_type: str, appl_date: int) -> bool:
    """Raises KeyError for a type that is not in APPL_TYPES."""
    return in_force(_ROWS[appl_type], date_of(appl_date)).case_identity_uses_t6
