"""Complete result rows of the three programmes as texts, and readers for them. Invented people."""

from typing import Any

from claims.layouts import layout
from claims.periods import day_of
from claims.rows import Checked, row_reader

RECEIVED_ON = day_of(2025, 6, 1)
FACILITY = "3501340006"
OWNERS = (FACILITY,)

_FIRST_ANSWER = {"sex": "1", "bc_history": "0", "order_code": "75", "payer": "1"}
_BY_NAME = {
    "name": "測試甲",
    "newborn_mark": "",
    "stage1_date": "1140310",
    "stage2_date": "1140401",
    "visit_date": "1140310",
    "height_cm": "170",
    "weight_kg": "65",
    "bmi": "22.5",
    "sbp": "120",
    "dbp": "80",
    "hbsag": "0",
    "anti_hcv": "0",
    "physical_note": "",
    "result_code": "",
    "lesion_site": "",
    "practitioner_id": "",
}
_CHILD = {"birth_date": "1130601", "height_cm": "75", "weight_kg": "9.5", "head_cm": "45"}
_BY_KIND = {
    "person": "A172949959",
    "birth": "0740310",
    "facility": FACILITY,
    "partner": "",
    "digits": "6300",
    "phone": "02-00000000",
    "text": "K1",
}


def a_row(programme: str, **changes: str) -> dict[str, str]:
    """A complete, faultless row by column name; ``changes`` replace its texts."""
    row = {}
    for column in layout(programme).columns:
        default = _FIRST_ANSWER.get(column.name, column.values[0] if column.values else "")
        if column.min is not None and column.max is not None:
            default = f"{(column.min + column.max) / 4:.0f}"
        row[column.name] = _BY_NAME.get(column.name, _BY_KIND.get(column.kind, default))
    if programme == "child":
        row |= _CHILD
    unknown = changes.keys() - row.keys()
    assert not unknown, f"no such column: {unknown}"
    return row | changes


def styles(programme: str, style: str = "roc") -> tuple[str, ...]:
    return tuple(style if column.is_date else "" for column in layout(programme).columns)


def check(programme: str, *, style: str = "roc", **changes: str) -> Checked:
    return check_cells(programme, tuple(a_row(programme, **changes).values()), style)


def check_cells(programme: str, cells: tuple[str, ...], style: str = "roc") -> Checked:
    reader = row_reader(programme, layout(programme).names, styles(programme, style))
    return reader.check(cells, RECEIVED_ON, OWNERS)


def codes(checked: Checked) -> list[tuple[str, str]]:
    """(code, column) of every error."""
    return [(finding.code, finding.column) for finding in checked.errors]


def blank_stage2() -> dict[str, Any]:
    """Changes that make an adult row a first-stage row."""
    return {
        column.name: ""
        for column in layout("adult").columns
        if column.part == "stage2"
        or column.name in ("stage2_date", "interp_hbv", "interp_hcv", "hbsag", "anti_hcv")
    }
