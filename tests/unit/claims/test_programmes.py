"""Order codes: their programme, requirement and validity on the day of the visit (R-14)."""

from datetime import date

import pytest

from claims.dated import TableError, read_table
from claims.periods import from_iso
from claims.programmes import FILE, Order, Programmes, programmes

# code | visit | programme | requirement | warnings
PLACES = """
21 2025-03-10 adult stage1 -
23 2025-03-10 adult stage2 -
L1001C 2025-03-10 adult bc -
29 2025-03-10 adult bc W_ALIAS
3D 2025-01-01 adult stage1 -
3D 2024-12-31 adult stage1 W_CODE_DATE
3E 2024-12-31 adult stage2 W_CODE_DATE
27 2010-07-01 adult stage1 -
28 2010-06-30 adult stage2 W_CODE_DATE
71 2010-02-01 child visit -
71 2010-01-31 child visit W_CODE_DATE
01 1999-01-01 child none -
95 2010-01-01 oral screen -
95 2009-12-31 oral screen W_CODE_DATE
96 2025-03-10 oral none -
85 2009-12-31 fit none W_CODE_DATE
38 2025-03-10 unknown none -
11 2025-03-10 out_of_scope none -
70 2025-03-10 out_of_scope none -
99 2025-03-10 out_of_scope none -
74 2025-03-10 unknown none W_CODE
Z9 2025-03-10 unknown none W_CODE
"""


@pytest.mark.parametrize("line", PLACES.split("\n")[1:-1])
def test_where_an_order_code_belongs(line: str) -> None:
    code, visit, programme, requirement, warnings = line.split(" ")
    order, warned = programmes().order(code, from_iso(visit))
    assert (order.programme, order.requirement) == (programme, requirement)
    assert warned == (() if warnings == "-" else (warnings,))


def test_without_a_visit_date_validity_is_not_judged() -> None:
    assert programmes().order("3D", None).warnings == ()


def test_a_blank_code_is_nobodys_alias() -> None:
    order, warnings = programmes().order("", None)
    assert (order.code, order.programme, warnings) == ("", "unknown", ("W_CODE",))


def test_an_alias_is_read_as_its_order() -> None:
    assert programmes().order("29", None).order.code == "L1001C"


def test_pairs_name_each_other() -> None:
    orders = programmes().orders
    pairs = {code: order.pair for code, order in orders.items() if order.pair}
    assert len(pairs) == 10
    assert all(orders[pair].pair == code for code, pair in pairs.items())


def test_several_eligibility_rows_may_hold_on_one_day() -> None:
    rows = programmes().eligibility("L1001C", from_iso("2020-09-28"))
    assert [row.id for row in rows] == ["bc-2", "bc-2-ind"]


# order | born | visit | fits (programmes.md sections 1 to 4)
AGES = """
21 1985-12-31 2025-01-01 yes
21 1986-01-01 2025-12-31 no
21 1961-01-01 2025-01-01 yes
21 1960-12-31 2025-01-01 no
22 1960-12-31 2025-01-01 yes
71 2025-01-31 2025-03-30 yes
71 2025-01-31 2025-03-31 no
20 2025-01-01 2025-04-03 yes
20 2025-01-01 2025-04-04 no
8A 2019-03-31 2025-03-01 yes
8A 2019-04-01 2025-03-31 no
L1001C 1986-12-31 2025-08-01 yes
L1001C 1987-01-01 2025-08-01 no
L1001C 1966-01-01 2011-01-01 yes
L1001C 1965-12-31 2011-01-01 yes
85 1980-01-01 2025-01-01 yes
85 1980-01-01 2024-12-31 no
8A 2010-01-01 2022-10-01 yes
23 2020-01-01 2025-01-01 yes
01 2020-01-01 2025-01-01 yes
"""


@pytest.mark.parametrize("line", AGES.split("\n")[1:-1])
def test_an_age_fits_when_any_row_of_that_day_takes_it(line: str) -> None:
    code, born, visit, fits = line.split(" ")
    assert programmes().age_fits(code, from_iso(born), from_iso(visit)) is (fits == "yes")


def test_the_borders_of_a_band_belong_to_it() -> None:
    """bc-3: born up to 75-12-31, and not over 79; adult-21: 40 to 64 by year."""
    rows = {row.id: row for row in programmes().twin.eligibility}
    visit = from_iso("2025-08-01")
    for name, born, fits in (
        ("bc-3", "1986-12-31", True),
        ("bc-3", "1987-01-01", False),
        ("adult-21", "1985-01-01", True),
        ("adult-21", "1986-01-01", False),
        ("adult-21", "1961-01-01", True),
        ("adult-21", "1960-12-31", False),
        ("child-71", "2025-06-01", False),
        ("child-71", "2025-06-02", True),
    ):
        assert rows[name].age_fits(from_iso(born), visit) is fits, (name, born)


def test_the_first_birth_day_of_a_band_belongs_to_it() -> None:
    """L1001C until 109-09-27: born in ROC 55 or later."""
    (row,) = (row for row in programmes().twin.eligibility if row.id == "bc-1")
    assert row.born_from == date(1966, 1, 1)
    visit = from_iso("2015-01-01")
    assert row.age_fits(from_iso("1966-01-01"), visit) is True
    assert row.age_fits(from_iso("1965-12-31"), visit) is False


@pytest.mark.parametrize(("code", "programme"), [("11", "out_of_scope"), ("Z9", "unknown")])
def test_a_code_that_no_row_lists_is_carried_and_asks_for_nothing(
    code: str, programme: str
) -> None:
    assert programmes().order(code, None).order == Order(
        code=code,
        programme=programme,
        requirement="none",
        name_zh="",
        name_en="",
        card_serial="",
        serial_confirmed=False,
        result="none",
        mark="unknown",
    )


def test_an_order_that_names_no_other_stands_alone() -> None:
    order = programmes().orders["95"]
    assert (order.pair, order.companion, order.tooth, order.aliases) == ("", "", "", "")
    assert order.lifetime is False
    check = next(row for row in programmes().twin.eligibility if "22" in row.orders)
    assert (check.condition, check.once_in_life) == ("", False)
    assert (check.age_max, check.age_max_exclusive) == (None, False)
    keys = programmes().match_keys.values()
    assert [key.id for key in keys if key.evidence_only] == ["card"]


def with_rows(*identities: str, **changes: object) -> Programmes:
    """The table with some eligibility rows changed."""
    data = read_table(FILE)
    rows = [row | changes if row["id"] in identities else row for row in data["eligibility"]]
    return Programmes(data | {"eligibility": rows})


def test_a_row_that_gives_no_verdict_lets_every_age_pass() -> None:
    visit, child = from_iso("2025-03-10"), from_iso("2020-01-01")
    assert not programmes().age_fits("21", child, visit)
    assert with_rows("adult-21", on_fail="none").age_fits("21", child, visit)


def test_an_alias_of_an_order_that_is_not_valid_yet_is_warned_about_twice() -> None:
    dated = with_rows("bc-1", "bc-1-ind", valid_from=date(2010, 1, 1))
    assert dated.order("29", from_iso("2009-12-31")).warnings == ("W_ALIAS", "W_CODE_DATE")
    assert dated.order("29", from_iso("2010-01-01")).warnings == ("W_ALIAS",)


@pytest.mark.parametrize("mark", ["seed", "law", "public", "assumption", "unknown"])
def test_a_row_carries_one_of_five_marks(mark: str) -> None:
    assert with_rows("adult-21", mark=mark).version == "2026.1"


def test_another_mark_is_refused() -> None:
    with pytest.raises(TableError, match="Invalid enum value 'hearsay'"):
        with_rows("adult-21", mark="hearsay")
