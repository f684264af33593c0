"""Order codes: their programme, requirement and validity on the day of the visit (R-14)."""

import pytest

from claims.periods import from_iso
from claims.programmes import programmes

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
