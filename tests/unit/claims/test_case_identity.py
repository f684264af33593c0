"""What identifies a case, by 申報類別 and the day of the file (claim-file.md section 2, R-11)."""

from datetime import date

import pytest

from claims.case_identity import (
    APPL_TYPES,
    CaseIdentity,
    ClaimFileTable,
    by_type,
    case_identity_uses_t6,
)
from claims.dated import TableError
from claims.periods import from_iso


def a_row(appl_type: str, uses: bool, since: date, until: date) -> CaseIdentity:
    return CaseIdentity(
        appl_type=appl_type,
        case_identity_uses_t6=uses,
        source="s",
        mark="assumption",
        since=since,
        until=until,
    )


@pytest.mark.parametrize(("appl_type", "uses"), [("1", False), ("2", True)])
def test_only_a_supplement_is_told_apart_by_its_date(appl_type: str, uses: bool) -> None:
    assert case_identity_uses_t6(appl_type, from_iso("2025-04-05")) is uses
    assert {"1", "2"} == APPL_TYPES


def test_the_setting_is_dated_for_each_type() -> None:
    first = a_row("1", False, date.min, date(2025, 12, 31))
    second = a_row("1", True, date(2026, 1, 1), date.max)
    other = a_row("2", True, date.min, date.max)
    assert by_type(ClaimFileTable((second, other, first))) == {"1": (first, second), "2": (other,)}


def test_a_type_without_a_row_for_some_day_is_refused() -> None:
    with pytest.raises(TableError, match=r"case_identity\.1: gap"):
        by_type(ClaimFileTable((a_row("1", False, date.min, date(2025, 12, 31)),)))
