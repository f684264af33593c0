"""Column maps are checked when they are loaded (uploads.md section 1), and chosen as R-28 says."""

import copy
import datetime
import tomllib
from pathlib import Path
from typing import Any

import pytest

from claims.layouts import PROGRAMMES, layout
from claims.periods import from_iso
from claims.rows import row_reader
from services.ingest.reading.column_map import ColumnMap, MapError, read_map
from services.ingest.reading.maps import LAYOUTS, Maps
from tests.support.files import MAPS, a_table, read

ORAL: dict[str, Any] = tomllib.loads((LAYOUTS / "oral.O-2026.1.toml").read_text(encoding="utf-8"))
FIXED: dict[str, Any] = tomllib.loads((LAYOUTS / "oral.OF-2026.1.toml").read_text(encoding="utf-8"))


def changed(source: dict[str, Any], **head: Any) -> dict[str, Any]:
    data = copy.deepcopy(source)
    data["map"] |= head
    return data


def refused(data: dict[str, Any]) -> str:
    with pytest.raises(MapError) as error:
        ColumnMap("a.toml", data)
    return str(error.value)


def test_every_map_of_the_product_loads_and_covers_its_layout() -> None:
    for programme in PROGRAMMES:
        found = MAPS.valid(programme, from_iso("2025-01-01"))
        assert found is not None
        assert {column.name for column in found.columns} == set(layout(programme).names)
    assert set(MAPS.versions) >= {"A-2026.1", "AF-2026.1", "C-2026.1", "O-2026.1", "E-2026.1"}


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_the_example_row_of_a_map_is_one_that_validate_takes(programme: str) -> None:
    found = MAPS.valid(programme, from_iso("2025-01-01"))
    assert found is not None
    lines = (LAYOUTS / found.file).read_text(encoding="utf-8").splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("# Example row"))
    cells = lines[at + 1].removeprefix("#").strip().split(",")
    names = layout(programme).names
    checked = row_reader(programme, names, ("",) * len(names)).check(
        cells, from_iso("2025-06-01"), (cells[names.index("facility_id")],)
    )
    assert (checked.errors, checked.missing) == ([], ())


def test_the_official_numbers_stand_in_the_adult_map() -> None:
    found = {column.name: column.index for column in MAPS.named("A-2026.1").columns}
    for column in layout("adult").columns:
        if column.official_no:
            assert found[column.name] == column.official_no


def test_a_map_without_a_mandatory_column_is_refused() -> None:
    data = changed(ORAL)
    del data["columns"]["payer"]
    assert "payer" in refused(data)


def test_a_repeated_index_is_refused() -> None:
    data = changed(ORAL)
    data["columns"]["payer"]["index"] = data["columns"]["sex"]["index"]
    assert "index" in refused(data)


def test_a_map_without_header_needs_every_index() -> None:
    data = changed(ORAL, header=False)
    del data["columns"]["payer"]["index"]
    assert "payer" in refused(data)


def test_overlapping_byte_ranges_are_refused() -> None:
    data = changed(FIXED)
    data["columns"]["sex"]["start"] -= 1
    assert "overlap" in refused(data)


def test_a_byte_range_must_be_given() -> None:
    data = changed(FIXED)
    del data["columns"]["sex"]["bytes"]
    assert "sex" in refused(data)


@pytest.mark.parametrize(
    "head",
    [
        {"programme": "cervical"},
        {"format": "xls"},
        {"encoding": "latin-1"},
        {"delimiter": ""},
        {"delimiter": '"'},
        {"date": "ad"},
        {"version": " "},
        {"valid_from": "soon"},
        {"surprise": 1},
    ],
)
def test_a_head_that_says_something_else_is_refused(head: dict[str, Any]) -> None:
    assert refused(changed(ORAL, **head)).startswith("a.toml: ")


def test_one_header_cannot_name_two_columns() -> None:
    data = changed(ORAL)
    data["columns"]["sex"]["name"].append("支付 方式")
    assert "支付方式" in refused(data)


def test_a_column_of_no_layout_and_a_date_style_of_no_date_are_refused() -> None:
    data = changed(ORAL)
    data["columns"]["shoe_size"] = {"index": 99}
    assert "shoe_size" in refused(data)
    data = changed(ORAL)
    data["columns"]["payer"]["date"] = "iso"
    assert "payer" in refused(data)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("[map", encoding="utf-8")
    with pytest.raises(MapError, match="not TOML"):
        read_map(path)


def test_two_maps_may_not_share_a_version_or_a_first_day() -> None:
    one = ColumnMap("one.toml", changed(ORAL))
    with pytest.raises(MapError, match="twice"):
        Maps([one, ColumnMap("two.toml", changed(ORAL))])
    with pytest.raises(MapError, match="same day"):
        Maps([one, ColumnMap("two.toml", changed(ORAL, version="O-x"))])


def test_the_newest_map_valid_on_the_day_of_receipt_is_used(tmp_path: Path) -> None:
    newer = changed(ORAL, version="O-2", valid_from=datetime.date(2025, 6, 1))
    newest = changed(ORAL, version="O-3", valid_from=datetime.date(2025, 6, 2))
    maps = Maps(ColumnMap(f"{n}.toml", data) for n, data in enumerate((ORAL, newest, newer)))
    found = maps.valid("oral", from_iso("2025-06-01"))
    assert found is not None and found.head.version == "O-2"
    got = read(tmp_path, a_table("oral", {}), kind="oral", map_version="O-3", maps=maps)
    assert got.refused is None


def test_an_unknown_version_and_a_map_of_another_programme_are_refused(tmp_path: Path) -> None:
    table = a_table("oral", {})
    assert read(tmp_path, table, kind="oral", map_version="O-99").refused == "F_MAP"
    assert read(tmp_path, table, kind="oral", map_version="A-2026.1").refused == "F_MAP"
    assert read(tmp_path, table, kind="surprise").refused == "F_MAP"
