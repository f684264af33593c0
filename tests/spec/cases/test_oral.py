"""口腔黏膜檢查: payer, indigenous status and habits are judged after the key (seed 000)."""

import pytest

from claims.model import Book, with_
from claims.rules import RULES
from claims.rules.evidence import Evidence
from claims.rules.oral import habit_is_doubtful, habits_that_fit
from tests.support.judge import FACILITY, a_claim, a_result, judge


@pytest.mark.parametrize(
    ("order", "values", "state"),
    [
        ("95", "betel=1 smoking=0", "matched"),
        ("95", "betel=0 smoking=2", "matched"),
        ("95", "betel=0 smoking=1", "matched"),  # with a hint: a habit given up
        ("95", "betel=0 smoking=0", "pending_error HABIT_MISMATCH(betel,smoking)"),
        ("95", "betel= smoking=", "pending_error HABIT_MISMATCH(betel,smoking)"),
        ("95", "payer=2", "pending_error PAYER_NOT_1"),
        ("95", "indigenous=0", "matched"),
        ("97", "indigenous=1 betel=1", "matched"),
        ("97", "indigenous=1 betel=3 smoking=", "matched"),
        ("97", "indigenous=1 betel=", "pending_error HABIT_MISMATCH(betel,smoking)"),
        ("95", "betel= smoking=2", "matched"),
        ("95", "betel=x smoking=1", "pending_error HABIT_MISMATCH(betel,smoking)"),
        ("97", "indigenous=0 betel=1", "pending_error INDIGENOUS_MISMATCH"),
        ("97", "indigenous=1 betel=0 smoking=5", "pending_error HABIT_MISMATCH(betel,smoking)"),
        (
            "97",
            "indigenous=0 betel=0 payer=3",
            "pending_error PAYER_NOT_1 INDIGENOUS_MISMATCH HABIT_MISMATCH(betel,smoking)",
        ),
    ],
)
def test_content_rules(order: str, values: str, state: str) -> None:
    judge(
        f"""
        day       | what                              | then
        114-04-05 | claim A: {order} on 114-03-10     | A pending NOT_FOUND
        114-04-06 | row R: oral on 114-03-10 {values} | A {state}
        """
    )


def test_a_habit_given_up_is_a_hint() -> None:
    story = judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 95 on 114-03-10                   | -
        114-04-06 | row R: oral on 114-03-10 betel=0 smoking=1 | A matched
        """
    )
    assert [hint.code for hint in story.journal[-1].hints] == ["HABIT_DOUBTFUL"]


@pytest.mark.parametrize(
    ("order", "values", "doubtful"),
    [
        ("95", {"betel": "0", "smoking": "1"}, True),
        ("95", {"betel": "1", "smoking": "1"}, False),  # betel quit counts by itself
        ("95", {"betel": "0", "smoking": "2"}, False),
        ("95", {"betel": "0", "smoking": "0"}, False),
        ("95", {"smoking": "1"}, False),  # a blank proves nothing
        ("97", {"betel": "0", "smoking": "1"}, False),
        ("21", {"betel": "0", "smoking": "1"}, False),
    ],
)
def test_a_habit_given_up_alone_is_doubtful(
    order: str, values: dict[str, str], doubtful: bool
) -> None:
    assert habit_is_doubtful(order, with_(a_result(programme="oral"), values=values)) is doubtful


@pytest.mark.parametrize(
    ("order", "values", "answers"),
    [
        ("95", {"betel": "0", "smoking": "0"}, {"betel": "1"}),
        ("95", {"betel": "0", "smoking": "1"}, {"betel": "1"}),
        ("95", {"betel": "0", "smoking": "2"}, {}),
        ("95", {}, {"betel": "1"}),
        ("97", {"betel": "0"}, {"betel": "1"}),
        ("97", {"betel": "2"}, {}),
        ("21", {}, {}),
    ],
)
def test_the_habits_an_order_asks_for(
    order: str, values: dict[str, str], answers: dict[str, str]
) -> None:
    assert habits_that_fit(order, values) == answers


def test_a_column_that_was_never_uploaded_is_a_blank_one() -> None:
    """A layout of another vendor may leave columns out."""
    row = with_(a_result(programme="oral"), values={})
    claim = a_claim(order="97")
    evidence = Evidence(Book(FACILITY, claims=(claim,)), "oral")
    found = [reason for rule in RULES["screen"] for reason in rule(claim, row, evidence)]
    assert [(reason.code, reason.expected, reason.found) for reason in found] == [
        ("PAYER_NOT_1", "1", ""),
        ("INDIGENOUS_MISMATCH", "1", ""),
        ("HABIT_MISMATCH", "indigenous == 1 and betel >= 1", "betel= smoking="),
    ]


def test_a_correction_that_still_fails_says_so() -> None:
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 95 on 114-03-10                   | -
        114-04-06 | row R: oral on 114-03-10 betel=0 smoking=0 | A pending_error
                  |                                            | HABIT_MISMATCH(betel,smoking)
        114-04-07 | row R: oral on 114-03-10 betel=0 payer=3   | A pending_error PAYER_NOT_1
                  |                                            | HABIT_NOT_ELIGIBLE(betel,smoking)
        114-04-08 | row R: oral on 114-03-10                   | A matched
        """
    )


def test_two_orders_of_one_visit_are_answered_by_the_same_row() -> None:
    judge(
        """
        day       | what                                          | then
        114-04-05 | claim A: 95 on 114-03-10                      | -
        114-04-05 | claim B: 97 on 114-03-10                      | -
        114-04-06 | row R: oral on 114-03-10 indigenous=1 betel=3 | A matched; B matched
        """
    )


def test_a_matched_row_is_locked_and_never_deleted() -> None:
    judge(
        """
        day       | what                              | then
        114-04-05 | claim A: 95 on 114-03-10          | -
        114-04-06 | row R: oral on 114-03-10 payer=2  | -
        114-04-06 | delete R                          | R refused DELETE_NOT_ALLOWED
        114-04-06 | edit R: oral on 114-03-10 payer=1 | A matched; R done
        114-04-07 | row R: oral on 114-03-10 payer=1  | R unchanged
        114-04-07 | row R: oral on 114-03-10 betel=3  | A matched; R refused LOCKED
        114-04-07 | edit R: oral on 114-03-10 betel=3 | A matched; R refused LOCKED
        114-04-07 | delete R                          | A matched; R refused DELETE_NOT_ALLOWED
        """
    )
