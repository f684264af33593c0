"""Eligibility rows of one order: no two for one day and age, no day left out between them."""

from datetime import date
from typing import Any

import pytest

from claims.dated import TableError, read_table
from claims.periods import from_iso
from claims.programmes import Programmes

FILE = "programmes.toml"


def with_rows(**changes: dict[str, Any]) -> dict[str, Any]:
    rows = [row | changes.get(row["id"], {}) for row in read_table(FILE)["eligibility"]]
    return read_table(FILE) | {"eligibility": rows}


@pytest.mark.parametrize(
    ("row", "change", "reason"),
    [
        ("bc-2", {"valid_from": date(2020, 9, 27)}, "bc-2: overlap: L1001C has days and ages of"),
        ("smear-2", {"age_max": 30}, "smear-2: overlap: 31 has days and ages of [a-z0-9-]+ too$"),
        ("fit-2", {"valid_from": date(2025, 1, 2)}, None),  # fit-2-family covers that day
        ("sealant-3", {"valid_from": date(2023, 2, 2)},
         "sealant-3: gap: 8A has no row from 2023-01-31 to 2023-02-02$"),
        # a row for a single day; ages that only meet, the upper one left out of the lower row
        ("bc-2-ind", {"valid_to": date(2020, 9, 28)}, None),
        ("smear-2", {"age_max": 30, "age_max_exclusive": True}, None),
        ("fluoride-89", {"interval": {"n": 3, "unit": "month", "style": "calendar_months",
                                      "against": ["8Z"]}}, "8Z is not listed"),
    ],
)  # fmt: skip
def test_days_and_ages(row: str, change: dict[str, Any], reason: str | None) -> None:
    if reason is None:
        Programmes(with_rows(**{row: change}))
        return
    with pytest.raises(TableError, match=reason) as refused:
        Programmes(with_rows(**{row: change}))
    text = str(refused.value)
    assert text.startswith(f"claims/tables/{FILE}:{refused.value.line}: eligibility.{row}")


def test_a_changed_age_limit_speaks_only_from_its_date() -> None:
    old = next(row for row in read_table(FILE)["eligibility"] if row["id"] == "adult-21")
    rows = with_rows(**{"adult-21": {"valid_to": date(2025, 12, 31)}})
    rows["eligibility"].append(
        old | {"id": "adult-21-b", "valid_from": date(2026, 1, 1), "age_min": 45}
    )
    before, after = Programmes(read_table(FILE)), Programmes(rows)
    for born in range(from_iso("1975-01-01"), from_iso("1990-01-01"), 97):
        last, first = from_iso("2025-12-31"), from_iso("2026-01-01")
        assert before.age_fits("21", born, last) == after.age_fits("21", born, last)
    born = from_iso("1984-05-05")
    assert before.age_fits("21", born, first)
    assert not after.age_fits("21", born, first)
