"""A table with an unknown key, a gap or an overlap is refused when loaded: file, key, reason."""

from datetime import date
from typing import Any

import pytest

from claims.dated import Row, TableError, parse_table, read_table, shaped, whole
from claims.deadlines import DeadlineTable
from claims.layouts import Layout, layout, parse_layout
from claims.programmes import Programmes, programmes
from pipeline.topics import ROOT

ROW = {"window_days": 60, "source": "s", "mark": "seed"}


def test_a_table_that_is_no_toml_names_its_file() -> None:
    with pytest.raises(TableError, match=r"claims/tables/x\.toml: \(file\):"):
        parse_table("x.toml", "a = = 1")


def test_an_unknown_key_names_file_key_and_reason() -> None:
    with pytest.raises(TableError) as refused:
        shaped("deadlines.toml", {"upload_window": [ROW | {"windw": 1}]}, DeadlineTable)
    assert (refused.value.file, refused.value.key) == ("deadlines.toml", "$.upload_window[0]")
    assert "windw" in refused.value.reason


def test_a_wrong_type_is_refused() -> None:
    with pytest.raises(TableError, match="window_days"):
        shaped("deadlines.toml", {"upload_window": [ROW | {"window_days": "60"}]}, DeadlineTable)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no rows"),
        ([Row(since=date(2020, 1, 1))], "gap"),
        ([Row(until=date(2020, 1, 1))], "gap"),
        ([Row(until=date(2020, 1, 1)), Row(since=date(2020, 1, 3))], "gap: no row from 2020-01-01"),
        ([Row(until=date(2020, 1, 1)), Row(since=date(2020, 1, 1))], "overlap: 2020-01-01"),
    ],
)
def test_every_day_is_covered_once(rows: list[Row], reason: str) -> None:
    with pytest.raises(TableError, match=reason):
        whole("x.toml", "key", rows)


def test_rows_that_meet_are_whole_in_any_order() -> None:
    late, early = Row(since=date(2020, 1, 2)), Row(until=date(2020, 1, 1))
    assert whole("x.toml", "key", [late, early]) == (early, late)


def changed(file: str, **changes: Any) -> dict[str, Any]:
    return read_table(file) | changes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": "red"}, "colour"),
        ({"orders": read_table("programmes.toml")["orders"] * 2}, "listed twice"),
        ({"orders": read_table("programmes.toml")["orders"][1:]}, "21 is not listed"),
    ],
)
def test_a_broken_twin_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TableError, match=reason):
        Programmes(changed("programmes.toml", **changes))


@pytest.mark.parametrize("key", ["pair", "companion"])
def test_an_order_that_names_another_which_is_not_listed_is_refused(key: str) -> None:
    orders = read_table("programmes.toml")["orders"]
    named = [order | {key: "ZZ"} if order["code"] == "95" else order for order in orders]
    with pytest.raises(TableError, match=rf"orders\.95\.{key}: ZZ is not listed") as refused:
        Programmes(changed("programmes.toml", orders=named))
    assert refused.value.key == f"orders.95.{key}"


def test_a_listed_code_cannot_be_out_of_scope() -> None:
    settings = read_table("programmes.toml")["settings"] | {"out_of_scope_codes": ["71"]}
    with pytest.raises(TableError, match="71 is listed as an order"):
        Programmes(changed("programmes.toml", settings=settings))


def test_an_eligibility_row_that_ends_before_it_begins_is_refused() -> None:
    rows = read_table("programmes.toml")["eligibility"]
    rows[0] |= {"valid_from": date(2025, 1, 2), "valid_to": date(2025, 1, 1)}
    with pytest.raises(TableError, match="ends before it begins"):
        Programmes(changed("programmes.toml", eligibility=rows))


def test_an_age_style_nobody_counts_is_refused() -> None:
    rows = read_table("programmes.toml")["eligibility"]
    rows[0] |= {"age_style": "moons"}
    with pytest.raises(TableError, match=r"eligibility\.adult-21\.age_style: no such style"):
        Programmes(changed("programmes.toml", eligibility=rows))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "person_id"}, "stands twice"),
        ({"kind": "choice"}, "values belong to"),
        ({"kind": "digits", "size": 0}, "size"),
        ({"kind": "number", "min": 1}, "min and max"),
        ({"kind": "number", "min": 2, "max": 1}, "min and max"),
        ({"kind": "number", "min": 0.5, "max": 0}, "min and max"),
        ({"kind": "fax"}, "Invalid enum value"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_broken_layout_is_refused(change: dict[str, Any], reason: str) -> None:
    data = read_table("oral.toml")
    data["columns"][1] |= change
    with pytest.raises(TableError, match=reason):
        parse_layout("oral.toml", data, "oral")


def test_a_range_may_begin_at_nought_and_end_below_one() -> None:
    data = read_table("oral.toml")
    data["columns"][1] |= {"kind": "number", "min": 0, "max": 0.5}
    column = parse_layout("oral.toml", data, "oral").columns[1]
    assert (column.min, column.max) == (0, 0.5)


def test_a_broken_column_names_its_line() -> None:
    text = (ROOT / "claims" / "tables" / "oral.toml").read_text(encoding="utf-8")
    at = next(n for n, line in enumerate(text.splitlines(), 1) if '"residence_code"' in line)
    broken = parse_table("oral.toml", text.replace(", size = 4,", ","))
    with pytest.raises(TableError, match="digits need a size") as refused:
        parse_layout("oral.toml", broken, "oral")
    assert refused.value.line == at


def test_a_layout_of_another_programme_is_refused() -> None:
    with pytest.raises(TableError, match="expected child"):
        parse_layout("oral.toml", read_table("oral.toml"), "child")


def test_there_is_no_layout_of_other_programmes() -> None:
    with pytest.raises(KeyError):
        layout("fit")


def test_the_layouts_hold_what_the_specification_lists() -> None:
    sizes = {name: len(layout(name).columns) for name in ("adult", "child", "oral")}
    assert sizes == {"adult": 61, "child": 16, "oral": 16}
    assert numbered(layout("adult")) == {
        40: "hbsag", 41: "anti_hcv", 56: "interp_hbv", 57: "interp_hcv",
    }  # fmt: skip
    assert layout("adult").locked("upload") == (
        "person_id", "birth_date", "facility_id", "stage1_date",
    )  # fmt: skip
    assert layout("child").locked("upload", "match", "positive") == ()
    assert layout("oral").locked("match") == ("person_id", "visit_date", "facility_id", "payer")
    assert layout("oral").locked("positive") == ("residence_code",)


def numbered(of: Layout) -> dict[int, str]:
    return {column.official_no: column.name for column in of.columns if column.official_no}


def test_the_match_keys_of_the_twin_name_columns_of_the_layouts() -> None:
    twin = programmes()
    families = {
        "adult": ("adult_stage1", "adult_stage2", "adult_bc"),
        "child": ("child",),
        "oral": ("oral",),
    }
    for programme, ids in families.items():
        for identity in ids:
            key = twin.match_keys[identity]
            assert set(key.result) | set(key.locked) <= set(layout(programme).names)
            assert set(key.locked) == set(layout(programme).locked("upload", "match"))
