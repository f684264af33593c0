"""Two rows of a day in a book of two numbers: which one stands for the missing stage 2."""

from itertools import permutations

import pytest

from claims.book import Cause, new_book, take_case, take_row
from claims.model import Claim, Result
from tests.support.judge import FACILITY, PERSON, a_claim, a_result

OTHER = "B123456780"
STAGE1 = a_claim("A", person_id=PERSON)
STAGE2 = a_claim("B", order="23", person_id=PERSON)


def said_of_stage2(*facts: Claim | Result) -> tuple[str, ...]:
    book = new_book(FACILITY, ())
    for fact in facts:
        cause = Cause(fact.received_on, fact.record_id)
        if isinstance(fact, Claim):
            book, _ = take_case(book, fact.case_key, (fact,), fact.appl_date, cause)
        else:
            book, _ = take_row(book, fact, cause)
    place = next(at for at, claim in enumerate(book.claims) if claim.claim_id == STAGE2.claim_id)
    return tuple(reason.code for reason in book.heads[place].reasons)


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        ("R1", "R2", "STAGE2_DATE_MISSING"),
        ("R2", "R1", "STAGE2_MISSING"),
    ],
)
def test_the_older_row_counts_in_whatever_order_they_came(
    mine: str, theirs: str, said: str
) -> None:
    """Equally many faults, the same day of receipt: the smaller result id is the older one."""
    undated = a_result(mine, person_id=PERSON, filled=("stage1", "stage2"))
    half = a_result(theirs, person_id=OTHER, filled=("stage1",))
    four: list[Claim | Result] = [STAGE1, STAGE2, undated, half]
    for facts in permutations(four):
        assert said_of_stage2(*facts) == (said,)


def test_the_row_with_fewer_faults_counts() -> None:
    older = a_result("R1", person_id=OTHER, filled=("stage1", "stage2"), born=4000)
    newer = a_result("R2", person_id=PERSON, filled=("stage1",))
    four: list[Claim | Result] = [STAGE1, STAGE2, older, newer]
    for facts in permutations(four):
        assert said_of_stage2(*facts) == ("STAGE2_MISSING",)
