"""What an adult row answers: up to three facets, each with a key date of its own.

source: uploads.md section 2 (facets); R-21, R-22
"""

from claims.layouts import layout
from claims.model import Result

STAGE2_COLUMNS = frozenset(
    column.name for column in layout("adult").columns if column.mandatory == "stage2"
)
BC_ONLY = "3"
"""bc_history: 本次僅提供B、C肝炎檢查."""


def says_bc_only(result: Result) -> bool:
    return result.values.get("bc_history") == BC_ONLY


def is_bc_alone(result: Result) -> bool:
    """A row that holds nothing but hepatitis: it has the facet bc and no other."""
    return says_bc_only(result) and "stage1" not in result.filled


def has_bc(result: Result) -> bool:
    return says_bc_only(result) or "hbsag" in result.filled or "anti_hcv" in result.filled


def facet_date(result: Result, requirement: str) -> int | None:
    """The key date of a facet; None when the row does not have it."""
    if requirement == "bc":
        return result.visit_date if has_bc(result) else None
    if is_bc_alone(result):
        return None
    return result.visit_date if requirement == "stage1" else result.stage2_date
