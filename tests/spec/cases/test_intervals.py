"""Enough time since the earlier service (programmes.md sections 1 to 4): hints, never refusals.

An earlier claim of the same person at the same facility, a later one, and what is said about the
later one. Ages fit unless the line says otherwise.
"""

import pytest

from claims.model import Claim, Reason, with_
from claims.programmes import programmes
from claims.rules.eligibility import eligibility_hints
from tests.support.judge import a_claim, day

TOO_SHORT = "INTERVAL_TOO_SHORT"

TABLE = (
    # earlier | later | born | said
    ("21 on 112-12-31", "21 on 114-01-01", "060-05-05", f"{TOO_SHORT} 3 year 1121231"),
    ("21 on 111-12-31", "21 on 114-01-01", "060-05-05", ""),
    ("22 on 113-12-31", "22 on 114-01-01", "040-05-05", ""),
    ("22 on 114-01-01", "22 on 114-12-31", "040-05-05", f"{TOO_SHORT} 1 year 1140101"),
    ("3D on 114-01-01", "3D on 117-12-31", "078-05-05", f"{TOO_SHORT} 5 year 1140101"),
    ("3D on 114-01-01", "3D on 119-01-01", "081-05-05", ""),
    ("95 on 113-06-01", "95 on 114-06-01", "060-05-05", f"{TOO_SHORT} 2 year 1130601"),
    ("95 on 112-12-31", "95 on 114-01-01", "060-05-05", ""),
    # once in life
    ("L1001C on 104-01-01", "L1001C on 114-01-01", "060-05-05", f"{TOO_SHORT} once 1040101"),
    ("71 on 114-01-10", "71 on 114-01-20", "114-01-05", f"{TOO_SHORT} once 1140110"),
    ("71 on 114-01-10", "72 on 114-03-20", "114-01-05", ""),
    # calendar months: exactly six later is enough, a day less is not
    ("81 on 113-09-10", "81 on 114-03-10", "110-05-05", ""),
    ("81 on 113-09-11", "81 on 114-03-10", "110-05-05", f"{TOO_SHORT} 6 month 1130911"),
    ("89 on 113-12-11", "89 on 114-03-10", "110-05-05", f"{TOO_SHORT} 3 month 1131211"),
    # 89 counts against all four, the others against themselves
    ("81 on 113-12-11", "89 on 114-03-10", "110-05-05", f"{TOO_SHORT} 3 month 1131211"),
    ("89 on 113-12-11", "81 on 114-03-10", "110-05-05", ""),
    # once a tooth: 8A and 8E are the same one, 8B is another
    ("8A on 113-01-10", "8A on 114-03-10", "105-05-05", f"{TOO_SHORT} once 1130110"),
    ("8A on 113-01-10", "8E on 114-03-10", "105-05-05", f"{TOO_SHORT} once 1130110"),
    ("8A on 113-01-10", "8B on 114-03-10", "105-05-05", ""),
    # stage 2 has no interval of its own
    ("23 on 114-01-10", "23 on 114-03-10", "060-05-05", ""),
    # another order, the same day, a later one: none of them is earlier
    ("21 on 113-12-31", "95 on 114-01-01", "060-05-05", ""),
    ("21 on 114-01-01", "21 on 114-01-01", "060-05-05", ""),
    ("21 on 114-06-01", "21 on 114-01-01", "060-05-05", ""),
    # the age comes first
    ("21 on 113-12-31", "21 on 114-01-01", "080-05-05", "AGE_NOT_ELIGIBLE year 40-64 34"),
)  # fmt: skip


def claim_of(name: str, text: str, born: str, **more: object) -> Claim:
    order, _, date = text.split()
    return a_claim(name, order=order, visit=day(date), born=day(born), **more)


def said_of(claim: Claim, *others: Claim) -> str:
    return " ".join(
        f"{hint.code} {hint.expected} {hint.found}" for hint in eligibility_hints(claim, others)
    )


@pytest.mark.parametrize(("earlier", "later", "born", "said"), TABLE)
def test_an_earlier_service_is_hinted_at(earlier: str, later: str, born: str, said: str) -> None:
    before, after = claim_of("A", earlier, born), claim_of("B", later, born)
    assert said_of(after, before, after) == said
    assert said_of(after, after, before) == said


def test_newborns_on_one_card_are_different_children() -> None:
    one = claim_of("A", "71 on 114-01-10", "114-01-05", is_newborn=True, newborn_mark="1")
    two = claim_of("B", "71 on 114-01-20", "114-01-05", is_newborn=True, newborn_mark="2")
    same = claim_of("B", "71 on 114-01-20", "114-01-05", is_newborn=True, newborn_mark="")
    blank = claim_of("A", "71 on 114-01-10", "114-01-05", is_newborn=True, newborn_mark="")
    first = claim_of("B", "71 on 114-01-20", "114-01-05", is_newborn=True, newborn_mark="1")
    sister = claim_of("B", "71 on 114-01-20", "114-01-06", is_newborn=True, newborn_mark="1")
    parent = claim_of("B", "71 on 114-01-20", "114-01-05", is_newborn=False, newborn_mark="1")
    for earlier, later, told in (
        (one, two, False),
        (one, same, True),
        (blank, first, True),
        (blank, two, False),
        (blank, same, True),
        (one, sister, False),
        (one, parent, False),
        (parent, one, False),
    ):
        later = with_(later, visit_date=earlier.visit_date and earlier.visit_date + 5)
        assert said_of(later, earlier, later).startswith(TOO_SHORT) is told


def test_an_interval_is_told_of_the_visit_date_and_the_newest_one_counts() -> None:
    dates = ("112-12-31", "113-06-01", "112-02-01")
    earlier = [claim_of(f"A{at}", f"21 on {date}", "060-05-05") for at, date in enumerate(dates)]
    later = claim_of("B", "21 on 114-01-01", "060-05-05")
    for others in (earlier, earlier[::-1]):
        assert eligibility_hints(later, [*others, later]) == (
            Reason(TOO_SHORT, "visit_date", "3 year", "1130601"),
        )


def test_a_row_without_a_verdict_says_nothing() -> None:
    """sealant-2: between two rules nobody knows which one holds (U-11)."""
    assert any(row.on_fail == "none" for row in programmes().eligibility("8A", day("111-10-01")))
    claim = claim_of("A", "8A on 111-10-01", "090-01-01")
    assert said_of(claim, claim, claim_of("B", "8A on 111-09-20", "090-01-01")) == ""
