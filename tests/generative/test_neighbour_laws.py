"""Laws of a facility's persons: what a book is told of its neighbours follows from the facts alone,
and agrees with a search over all pairs of books.

Quick by default; ``GOUJI_HISTORIES`` asks for more.
"""

import os
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.model import Book, Claim, Result
from claims.result_facts import result_key
from claims.verdicts import verdict
from services.match.loose_days import LooseDay
from tests.support.judge import a_claim, a_result, day
from tests.support.neighbourhood import Facility, strangers_by_search

HISTORIES = int(os.environ.get("GOUJI_HISTORIES", "300"))
FIRST = day("114-03-01")
DAYS = (FIRST, FIRST + 1, FIRST + 17, FIRST + 31)
BIRTHS = (day("060-05-05"), day("060-05-06"), day("070-01-01"))
PERSONS = (
    *("A123456789", "A123456780", "A123456798", "A123465789"),  # typing errors of the first
    *("B223456782", "B323456782"),
    *("AA12345678", "A812345678", "F912345678"),  # resident numbers, old and new
)
many = settings(
    max_examples=max(300, HISTORIES),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def a_fact(rng: random.Random, number: int, persons: tuple[str, ...]) -> Claim | Result:
    person = rng.choice(persons)
    # Mostly the birth date of the person, so that exchanges can be proven.
    home = persons.index(person)
    born = BIRTHS[home % 3] if rng.random() < 0.6 else rng.choice(BIRTHS)
    visit = rng.choice(DAYS)
    if rng.random() < 0.5:
        order = rng.choice(("21", "21", "22", "23", "L1001C", "71", "71", "72", "95"))
        return a_claim(
            str(number),
            order=order,
            person_id=person,
            visit=visit,
            born=None if order == "21" and rng.random() < 0.1 else born,
            is_newborn=order == "71" and rng.random() < 0.2,
            newborn_mark=rng.choice(("", "2")),
        )
    programme = rng.choice(("adult", "adult", "child", "oral"))
    fields: dict[str, Any] = {"missing": rng.choice(((), (), (), ("hdl",)))}
    if programme == "adult":
        fields["stage2"] = rng.choice((None, None, *DAYS))
        fields["filled"] = rng.choice((("stage1",), ("stage1", "stage2", "hbsag", "anti_hcv")))
    elif programme == "child":
        fields |= {"order": rng.choice(("71", "71", "72")), "mark": rng.choice(("", "", "2"))}
    return a_result(
        *(str(number), programme),
        **{"person_id": person, "visit": visit, "born": born, **fields},
    )


def planted(rng: random.Random, persons: tuple[str, ...]) -> list[Claim | Result]:
    """Two persons, each with the result of the other: on two days, or with two birth dates."""
    one, other = rng.sample(persons, 2)
    born, birth = rng.sample(BIRTHS, 2)
    day_, visit = DAYS[0], rng.choice(DAYS[:2])
    order, programme = rng.choice((("21", "adult"), ("71", "child")))
    said = {"order": order} if programme == "child" else {}
    return [
        a_claim("P", order=order, person_id=one, visit=day_, born=born),
        a_claim("Q", order=order, person_id=other, visit=visit, born=birth),
        a_result("P", programme, person_id=one, visit=visit, born=birth, **said),
        a_result("Q", programme, person_id=other, visit=day_, born=born, **said),
    ]


def facts_of(rng: random.Random) -> list[Claim | Result]:
    """Facts with distinct keys about few persons and few days, so that many come near."""
    persons = tuple(rng.sample(PERSONS, rng.randint(2, 5)))
    found: dict[Any, Claim | Result] = {}
    facts = [a_fact(rng, number, persons) for number in range(rng.randint(3, 12))]
    if rng.random() < 0.5:
        facts += planted(rng, persons)
    for fact in facts:
        key = fact.claim_id if isinstance(fact, Claim) else (fact.person_id, *result_key(fact))
        found.setdefault(key, fact)
    return list(found.values())


def final(facility: Facility) -> dict[bytes, Any]:
    """What stands of every book, but for the number of its events and the order of its rows."""
    return {
        key: (
            {
                claim.claim_id: (head.state, head.reasons, head.hints, head.result_id)
                for claim, head in zip(book.claims, book.heads, strict=True)
            },
            book.strangers,
        )
        for key, book in facility.books().items()
    }


def check(facility: Facility) -> None:
    """Every book knows exactly its neighbours, and its cases say what follows from that."""
    books = facility.books()
    for key, book in books.items():
        assert book.strangers == strangers_by_search(books, key)
        for claim, head in zip(book.claims, book.heads, strict=True):
            if head.state != "withdrawn":
                found = verdict(claim, book)
                assert (found.state, found.reasons) == (head.state, head.reasons)


@many
@given(st.integers(0, 1 << 40))
def test_strangers_follow_from_the_facts_and_not_from_their_order(seed: int) -> None:
    rng = random.Random(seed)
    facts = facts_of(rng)
    one, other = Facility(), Facility()
    for fact in facts:
        one.take(fact)
    check(one)
    rng.shuffle(facts)
    for fact in facts:  # one message: nothing is flushed before its end
        other.take(fact, flush=False)
    other.neighbours.flush(other.ledger)
    assert final(one) == final(other)
    assert one.index() == other.index()


@many
@given(st.integers(0, 1 << 40))
def test_deletions_and_withdrawals_leave_no_stranger_behind(seed: int) -> None:
    rng = random.Random(seed)
    facts = facts_of(rng)
    facility = Facility()
    gone: list[Claim | Result] = []
    for fact in facts:
        facility.take(fact)
        if rng.random() < 0.4:
            back = rng.choice(facts[: facts.index(fact) + 1])
            if isinstance(back, Claim):
                facility.withdraw(back)
                gone.append(back)
            elif back not in gone:
                facility.delete(back)
                gone.append(back)
        check(facility)
    for fact in facts:
        if fact not in gone:
            facility.withdraw(fact) if isinstance(fact, Claim) else facility.delete(fact)
    assert facility.index() == [] and not any(map(_strangers, facility.books().values()))


def _strangers(book: Book) -> bool:
    return bool(book.strangers)


def test_the_histories_hold_what_they_are_for() -> None:
    """A law about strangers says nothing where there are none."""
    seen: dict[str, int] = {}
    for seed in range(600):
        facility = Facility()
        for fact in facts_of(random.Random(seed)):
            facility.take(fact)
        for book in facility.books().values():
            for stranger in book.strangers:
                seen[stranger.code] = seen.get(stranger.code, 0) + 1
        for _, entry in facility.index():
            if isinstance(entry, LooseDay) and len(entry.crossed) > 1:
                seen["crossed"] = seen.get("crossed", 0) + 1
    assert sorted(seen) == ["ID_MISMATCH", "ID_OLD_NEW", "PERSONS_SWAPPED", "crossed"]
    assert min(seen.values()) > 20
