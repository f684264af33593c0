"""The whole life of cases, product against a plain oracle, over random histories that shrink.

Quick by default; ``GOUJI_LIVES`` asks for more. `make prove` is the long way.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.oracle.dice import WIDTH
from tests.support.oracle.histories import history_of
from tests.support.oracle.laws import LAWS
from tests.support.oracle.proof import LONGEST, failure_of, random_moves

LIVES = int(os.environ.get("GOUJI_LIVES", "300"))
SEEDED = 900
SEED = 20251101

REACHED = {
    *("pending", "pending_error", "late", "open_missing", "open_error", "noted", "matched"),
    *("excused", "overdue", "not_payable", "recovered", "exempt", "withdrawn", "invalid"),
}
REFUSALS = {
    *("LOCKED", "ROUND_CLOSED", "NOTE_NOT_ALLOWED", "NOT_ON_LIST", "EDIT_NOT_ALLOWED"),
    *("DELETE_NOT_ALLOWED", "WITHDRAW_NOT_ALLOWED", "DECISION_NOT_ALLOWED", "VERSION_CONFLICT"),
    *("UNKNOWN_CASE", "VALUE_NOT_ALLOWED", "DUPLICATE_RESULT"),
}

moves = st.lists(st.binary(min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=LONGEST)


@settings(
    max_examples=LIVES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(moves, st.integers(0, (1 << 16) - 1))
def test_the_product_agrees_with_the_oracle_and_with_itself(played: list[bytes], law: int) -> None:
    failure = failure_of(played, law)
    assert failure is None, str(failure)


@pytest.mark.parametrize("part", range(6))
def test_seeded_histories_agree_with_the_oracle(part: int) -> None:
    """The same histories as `make prove` begins with: longer ones than hypothesis likes."""
    for seed in range(SEED + part, SEED + SEEDED, 6):
        failure = failure_of(*random_moves(seed))
        assert failure is None, f"seed {seed}\n{failure}"


def test_histories_reach_every_state_and_refusal() -> None:
    """The proof is worth what its histories reach."""
    states: set[str] = set()
    codes: set[str] = set()
    for seed in range(SEED, SEED + SEEDED):
        for step in history_of(random_moves(seed)[0]).steps:
            states |= {view.state for view in step.after.values()}
            codes |= {code for told in step.told.values() for code in told.codes}
    assert states >= REACHED
    assert codes >= REFUSALS


def test_every_law_is_tried() -> None:
    laws = {random_moves(seed)[1] % len(LAWS) for seed in range(SEED, SEED + 100)}
    assert laws == set(range(len(LAWS)))
