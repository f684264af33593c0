"""The row that a claim asks for: what a clinic would have to upload, and what it may leave."""

import pytest

from claims.book import Cause, new_book, take_case
from claims.model import DAY_CLOSED, Claim, Milestone, Reason, Result
from claims.perfect_rows import mended, perfect_row
from claims.rounds import catch_up
from claims.rules.evidence import Evidence
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day

FIRST, SECOND = day("114-03-10"), day("114-03-20")
BORN, CHILD_BORN = day("060-05-05"), day("114-02-01")


def evidence(*claims: Claim, closed_on: str = "114-04-30") -> Evidence:
    """What a book that holds these claims says, after a day was closed."""
    book = new_book(FACILITY, ())
    for claim in claims:
        cause = Cause(claim.received_on, claim.record_id)
        book, _ = take_case(book, claim.case_key, (claim,), claim.appl_date, cause)
    closed = Milestone(DAY_CLOSED, day(closed_on), f"day-closed/{closed_on}")
    return Evidence(catch_up(book, (closed,))[0], claims[0].programme)


def asked(*claims: Claim) -> Result:
    """The row that the first of the claims asks for."""
    return perfect_row(claims[0], evidence(*claims))


A21, A23 = a_claim("A"), a_claim("B", order="23", visit=SECOND)
BC = a_claim("C", order="L1001C")
HEPATITIS, ALL_FOUR = ("hbsag", "anti_hcv"), ("hbsag", "anti_hcv", "interp_hbv", "interp_hcv")


@pytest.mark.parametrize(
    ("claims", "filled", "dates", "values"),
    [
        ((A21,), ("stage1",), (FIRST, None), {}),
        ((A21, A23), ("stage1",), (FIRST, None), {}),
        # a second stage: the first one on the date of its claim, or on its own
        ((A23, A21), ("stage1", "stage2"), (FIRST, SECOND), {}),
        ((A23,), ("stage1", "stage2"), (SECOND, SECOND), {}),
        # hepatitis alone says so; beside a check it does not; interpreted when stage 2 was claimed
        ((BC,), HEPATITIS, (FIRST, None), {"bc_history": "3"}),
        ((BC, A21), HEPATITIS, (FIRST, None), {}),
        ((BC, A21, A23), ALL_FOUR, (FIRST, None), {}),
    ],
)
def test_an_adult_claim_asks_for_its_stage(
    claims: tuple[Claim, ...],
    filled: tuple[str, ...],
    dates: tuple[int, int | None],
    values: dict[str, str],
) -> None:
    row = asked(*claims)
    assert (row.filled, row.missing, row.values) == (filled, (), values)
    assert (row.visit_date, row.stage2_date) == dates
    assert (row.person_id, row.birth_date, row.programme) == (PERSON, BORN, "adult")
    assert row.order_code == ""


def test_a_child_is_asked_for_by_its_own_birth_date_order_and_mark() -> None:
    row = asked(
        a_claim("A", order="71", subject_birth_date=CHILD_BORN, is_newborn=True, newborn_mark="2")
    )
    assert (row.birth_date, row.order_code, row.newborn_mark) == (CHILD_BORN, "71", "2")
    assert (row.visit_date, row.stage2_date, row.filled) == (FIRST, None, ())


@pytest.mark.parametrize(
    ("order", "values"),
    [
        ("95", {"payer": "1", "betel": "1"}),
        ("97", {"payer": "1", "indigenous": "1", "betel": "1"}),
    ],
)
def test_an_oral_claim_asks_for_prevention_and_a_habit_of_its_order(
    order: str, values: dict[str, str]
) -> None:
    row = asked(a_claim("A", order=order))
    assert (row.values, row.birth_date, row.order_code) == (values, BORN, "")


def test_a_row_that_would_come_now_comes_after_the_last_closed_day() -> None:
    """So a fix that is late is tried as late."""
    row = perfect_row(A21, evidence(A21, closed_on="114-05-30"))
    assert row.received_on == day("114-05-31")


def test_a_mended_row_keeps_what_was_right_and_loses_what_was_missing() -> None:
    wrong = a_result(filled=("stage1",), missing=("hdl",), bc_history="1")
    right = mended(BC, wrong, (), evidence(BC, A21))
    assert (right.filled, right.missing) == (("stage1", *HEPATITIS), ())
    assert right.values == {"bc_history": "1"}
    alone = mended(BC, a_result(smoking="2"), (), evidence(BC))
    assert alone.values == {"bc_history": "3", "smoking": "2"}


def test_only_dates_that_the_reasons_name_are_changed() -> None:
    wrong = a_result(born=day("060-05-06"), visit=FIRST, stage2=day("114-03-21"))
    seen = evidence(A23, A21)
    assert mended(A23, wrong, (), seen).birth_date == day("060-05-06")
    assert mended(A23, wrong, (), seen).stage2_date == day("114-03-21")
    both = (Reason("DATE_MISMATCH", "stage2_date"), Reason("BIRTH_MISMATCH", "birth_date"))
    right = mended(A23, wrong, both, seen)
    assert (right.birth_date, right.stage2_date) == (BORN, SECOND)
    joined = mended(A23, wrong, (Reason("X", "sex,birth_date"),), seen)
    assert joined.birth_date == BORN


def test_a_mended_oral_row_keeps_habits_that_fit() -> None:
    oral = a_claim("A", order="95")
    smoker = a_result(programme="oral", payer="2", betel="0", smoking="3")
    assert mended(oral, smoker, (), evidence(oral)).values == {
        **smoker.values,
        "payer": "1",
    }
    nobody = a_result(programme="oral", payer="2", betel="0", smoking="0")
    assert mended(oral, nobody, (), evidence(oral)).values["betel"] == "1"
