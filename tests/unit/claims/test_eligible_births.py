"""Eligibility as a stretch of birth days: the same as asking the table for each of them (R-33)."""

import pytest

from claims.model import Reason
from claims.periods import from_iso
from claims.programmes import Eligibility, programmes
from claims.rules.eligibility import (
    age_reason,
    eligibility_hints,
    eligible_births,
)
from tests.support.judge import a_claim

VISITS = [
    from_iso(text)
    for text in ("2012-02-29", "2020-09-28", "2024-02-29", "2025-03-31", "2025-07-31", "2025-08-01")
]
NOBODY_IS_OLDER = 150 * 366
CODES = sorted({code for row in programmes().twin.eligibility for code in row.orders})


def test_the_stretch_of_a_row_is_whole_and_no_longer() -> None:
    """Within it the table takes the birth day, a day before and a day after it no more; nobody is
    born after the visit, and nobody is older than 150."""
    seen: set[str] = set()
    for visit in VISITS:
        for code in CODES:
            ways = eligible_births(code, visit)
            assert [way.row for way in ways] == list(programmes().eligibility(code, visit))
            for way in ways:
                seen.add(way.row.id)
                assert way.row.age_fits(way.first, visit) and way.row.age_fits(way.last, visit)
                assert way.first == visit - NOBODY_IS_OLDER or not way.row.age_fits(
                    way.first - 1, visit
                )
                assert way.last == visit or not way.row.age_fits(way.last + 1, visit)
                assert visit - NOBODY_IS_OLDER <= way.first <= way.last <= visit
    assert len(seen) > 30


def test_a_row_without_an_age_takes_everybody_born_by_the_visit() -> None:
    (sealant,) = (way for way in eligible_births("8A", from_iso("2022-10-01")))
    assert (sealant.row.age_style, sealant.row.age_min, sealant.row.age_max) == ("none", None, None)
    visit = from_iso("2022-10-01")
    assert (sealant.first, sealant.last) == (visit - NOBODY_IS_OLDER, visit)


def row_of(identity: str) -> Eligibility:
    return next(row for row in programmes().twin.eligibility if row.id == identity)


@pytest.mark.parametrize(
    ("row", "born", "expected", "found"),
    [
        ("adult-21", "1990-05-05", "year 40-64", "35"),
        ("adult-22", "1990-05-05", "year 65-", "35"),
        ("bc-3", "1930-01-01", "year -79", "95"),
        ("child-71", "2024-12-31", "full_months 0-<2", "3"),
        # born on the day, and after it
        ("child-71", "2025-03-31", "full_months 0-<2", "0"),
        ("child-71", "2025-04-01", "full_months 0-<2", "0"),
        ("adult-21", "2026-04-01", "year 40-64", "0"),
        # a row without an age tells it in years
        ("sealant-2", "2015-12-31", "none -", "10"),
    ],
)
def test_an_age_is_told_beside_its_rule(row: str, born: str, expected: str, found: str) -> None:
    reason = age_reason(row_of(row), from_iso(born), from_iso("2025-03-31"))
    assert reason == Reason("AGE_NOT_ELIGIBLE", "birth_date", expected, found)


def test_where_nothing_is_known_nothing_is_said() -> None:
    """No visit date, no rule for the code, no birth date, an age that fits: no hint at all."""
    visit = from_iso("2025-03-31")
    unaged = a_claim(order="21", born=None, visit=visit)
    fitting = a_claim(order="21", born=from_iso("1970-01-01"), visit=visit)
    for claim in (
        a_claim(order="21", visit=None, fee_month=202503),
        a_claim(order="01", visit=visit),
        unaged,
        fitting,
    ):
        assert eligibility_hints(claim, [claim]) == ()
    child = a_claim(order="21", born=from_iso("2020-01-01"), visit=visit)
    (hint,) = eligibility_hints(child, [child])
    assert (hint.code, hint.expected, hint.found) == ("AGE_NOT_ELIGIBLE", "year 40-64", "5")
