"""Old and new ID: the books of a partition joined, and split when the alias is taken back."""

from itertools import permutations

import pytest

from claims.events import DayClosed
from services.match.aliases import PLACES
from services.match.state import book_key, facility_of
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day
from tests.support.match_stage import KEYS
from tests.support.partitions import Partition, an_alias, in_step

OTHER, THIRD = "B123456780", "C123456789"
SISTER = "3501200009"
CLAIM, RESULT = a_claim("A", person_id=PERSON), a_result("R", person_id=OTHER)
ALIAS, BACK = an_alias(OTHER, PERSON), an_alias(OTHER, PERSON, back=True, number=2)
ROOT = min(KEYS.key(PERSON), KEYS.key(OTHER))


def states(partition: Partition) -> dict[str, str]:
    return {
        claim.claim_id: head.state
        for book in partition.books().values()
        for claim, head in zip(book.claims, book.heads, strict=True)
    }


@pytest.mark.parametrize("order", list(permutations((CLAIM, RESULT, ALIAS))))
async def test_alias_and_facts_lead_to_one_book_in_whatever_order(
    order: tuple[object, ...],
) -> None:
    partition = Partition()
    for event in order:
        partition.take(event)
    assert list(partition.books()) == [book_key(FACILITY, ROOT)]
    assert list(states(partition).values()) == ["matched"]
    assert await in_step(partition)


async def test_every_facility_where_one_of_them_has_a_book_is_joined() -> None:
    partition = Partition()
    for facility in (FACILITY, SISTER):
        partition.take(CLAIM, facility)
        partition.take(RESULT, facility)
    partition.take(ALIAS)
    assert {facility_of(key) for key in partition.state_keys() if key[:1] == b"b"} == {
        FACILITY,
        SISTER,
    }
    assert len(partition.books()) == len(partition.books(SISTER)) == 1
    assert len([key for key in partition.state_keys() if key[:1] == PLACES]) == 2


async def test_taken_back_the_state_is_as_if_it_had_never_been() -> None:
    plain, aliased = Partition(), Partition()
    for fact in (CLAIM, RESULT):
        plain.take(fact)
    for event in (CLAIM, RESULT, ALIAS, BACK):
        aliased.take(event)
    assert states(aliased) == states(plain)
    assert set(aliased.state_keys()) - {b"a"} == set(plain.state_keys())
    assert await in_step(aliased)


async def test_a_repeat_changes_nothing() -> None:
    partition = Partition()
    for event in (CLAIM, RESULT, ALIAS):
        partition.take(event)
    told = len(await partition.out("case-changed"))
    partition.take(ALIAS)
    assert len(await partition.out("case-changed")) == told


async def test_a_group_of_three_falls_apart_where_the_edge_is_missing() -> None:
    partition = Partition()
    for event in (CLAIM, RESULT, ALIAS, an_alias(THIRD, PERSON, number=3)):
        partition.take(event)
    assert len(partition.books()) == 1
    partition.take(BACK)
    roots = {min(KEYS.key(PERSON), KEYS.key(THIRD)), KEYS.key(OTHER)}
    assert set(partition.books()) == {book_key(FACILITY, root) for root in roots}


async def test_a_joined_case_still_falls_due() -> None:
    partition = Partition()
    partition.take(a_claim("B", person_id=OTHER, visit_date=CLAIM.visit_date))
    partition.take(CLAIM)
    partition.take(ALIAS)
    partition.take(DayClosed("day-closed/1", day("115-12-31")))
    partition.sweep()
    assert set(states(partition).values()) == {"late"}
    assert not [key for key in partition.state_keys() if key[:1] == b"d"]
    assert {key[6:] for key in partition.state_keys() if key[:1] == b"t"} == {
        book_key(FACILITY, ROOT)
    }


@pytest.mark.parametrize("aside", [PERSON, OTHER])
async def test_a_book_in_quarantine_is_joined_when_it_is_released(aside: str) -> None:
    partition = Partition()
    for event in (CLAIM, RESULT):
        partition.take(event)
    key = book_key(FACILITY, KEYS.key(aside))
    partition.set_aside(key)
    partition.take(ALIAS)
    assert len(partition.books()) == 2
    partition.release(key)
    assert list(states(partition).values()) == ["matched"]
    assert len(partition.books()) == 1 and await in_step(partition)
