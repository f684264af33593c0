"""The index of a partition finds near misses between persons, and forgets them again."""

from typing import Any

from claims.model import Claim, Result, Stranger, with_
from claims.settling import Cause
from claims.strangers import PERSONS_SWAPPED
from claims.unanswered import Unanswered
from pipeline import quarantine
from services.match.loose_days import LOOSE, Births, LooseDay, named_in_claims, named_in_results
from services.match.persons import Named, Persons
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day
from tests.support.neighbourhood import Facility, key_of, strangers_by_search

TYPO = "A123456780"
FAR = "B223456782"
D1, D2 = day("114-03-10"), day("114-03-20")


def reasons(facility: Facility, person_id: str = PERSON) -> list[str]:
    return [reason.code for head in facility.book(person_id).heads for reason in head.reasons]


def strangers(facility: Facility, person_id: str = PERSON) -> list[tuple[str, str]]:
    return [(one.code, one.result.result_id) for one in facility.book(person_id).strangers]


def test_a_result_under_a_mistyped_id_is_found_whichever_comes_first() -> None:
    for order in (1, -1):
        facility = Facility()
        facts: list[Claim | Result] = [a_claim(), a_result(person_id=TYPO)]
        for fact in facts[::order]:
            facility.take(fact)
        assert strangers(facility) == [("ID_MISMATCH", "SR:1")]
        assert reasons(facility) == ["ID_MISMATCH"]


def test_only_the_day_of_the_claim_counts() -> None:
    facility = Facility()
    facility.take(a_claim())
    facility.take(a_result(person_id=TYPO, visit=D2))
    assert strangers(facility) == [] and reasons(facility) == ["NOT_FOUND"]


def test_a_child_is_found_within_thirty_days_whichever_comes_first() -> None:
    for apart, expected in ((-30, True), (-31, False), (30, True), (31, False)):
        for order in (1, -1):
            facility = Facility()
            row = a_result("R", "child", order="71", person_id=TYPO, visit=D1 + apart)
            facts: list[Claim | Result] = [a_claim(order="71"), row]
            for fact in facts[::order]:
                facility.take(fact)
            assert (reasons(facility) == ["ID_MISMATCH", "DATE_MISMATCH"]) is expected, apart


def test_a_stranger_goes_when_its_own_claim_comes() -> None:
    facility = Facility()
    facility.take(a_claim("A"))
    facility.take(a_result(person_id=TYPO))
    facility.take(a_claim("B", person_id=TYPO))
    assert strangers(facility) == [] and reasons(facility) == ["NOT_FOUND"]
    facility.withdraw(a_claim("B", person_id=TYPO))
    assert reasons(facility) == ["ID_MISMATCH"]


def test_a_stranger_goes_when_it_is_deleted_or_the_claim_is_answered() -> None:
    facility = Facility()
    facility.take(a_claim())
    row = a_result(person_id=TYPO)
    facility.take(row)
    facility.delete(row)
    assert strangers(facility) == [] and reasons(facility) == ["NOT_FOUND"]
    facility.take(a_result("S", person_id=TYPO))
    facility.take(a_result("T"))
    assert facility.book(PERSON).heads[0].state == "matched"
    assert strangers(facility) == []


def test_a_new_version_of_the_result_is_passed_on() -> None:
    facility = Facility()
    facility.take(a_claim())
    facility.take(a_result("R", person_id=TYPO))
    facility.take(a_result("S", person_id=TYPO, missing=("hdl",), filled=("stage1",)))
    (stranger,) = facility.book(PERSON).strangers
    assert (stranger.result.version, stranger.result.missing) == (2, ("hdl",))


def test_one_result_may_come_near_several_persons() -> None:
    facility = Facility()
    facility.take(a_result(person_id=TYPO))
    for digit in "156":
        facility.take(a_claim(digit, person_id=f"A12345678{digit}"))
    for digit in "156":
        assert strangers(facility, f"A12345678{digit}") == [("ID_MISMATCH", "SR:1")]


def swapped_days(facility: Facility) -> None:
    """Each has the result of the other: claims on D1 and D2, results the other way round."""
    born, other = day("060-05-05"), day("070-01-01")
    facility.take(a_claim("A", visit=D1, born=born))
    facility.take(a_result("R", visit=D2, born=other))
    facility.take(a_claim("B", person_id=FAR, visit=D2, born=other))
    facility.take(a_result("T", person_id=FAR, visit=D1, born=born))


def test_another_id_of_the_same_person_is_no_stranger() -> None:
    facility = Facility(aliases={TYPO: PERSON})
    facility.take(a_claim())
    facility.take(a_result(person_id=TYPO, visit=D2))
    facility.take(a_claim("B", visit=D2, order="22"))
    facility.withdraw(a_claim("B", visit=D2, order="22"))
    assert strangers(facility) == [] and len(facility.book(PERSON).results) == 1
    facility.take(a_result("S", person_id=TYPO, visit=D1, filled=(), bc_history="3"))
    assert strangers(facility) == [] and len(facility.book(PERSON).results) == 2


def test_swapped_persons_are_told_to_both() -> None:
    facility = Facility()
    swapped_days(facility)
    assert strangers(facility, PERSON) == [(PERSONS_SWAPPED, "ST:1")]
    assert strangers(facility, FAR) == [(PERSONS_SWAPPED, "SR:1")]


def test_a_swap_ends_for_both_when_one_side_is_put_right() -> None:
    facility = Facility()
    swapped_days(facility)
    facility.take(a_result("V", visit=D1))
    assert strangers(facility, PERSON) == strangers(facility, FAR) == []


def test_a_swap_beyond_thirty_days_is_none() -> None:
    for days, expected in ((30, 1), (31, 0)):
        facility = Facility()
        for name, person, visit, row in (
            ("A", PERSON, D1, D1 + days),
            ("B", FAR, D1 + days, D1),
        ):
            facility.take(a_claim(name, person_id=person, visit=visit))
            facility.take(a_result(name, person_id=person, visit=row))
        assert len(strangers(facility, PERSON)) == len(strangers(facility, FAR)) == expected


def test_swapped_children_are_found_wherever_their_days_lie() -> None:
    born, other = day("113-10-05"), day("113-11-01")
    for first in range(D1, D1 + 16):
        facility = Facility()
        for name, person, visit, row, mine, said in (
            ("A", PERSON, first, first + 30, born, other),
            ("B", FAR, first + 30, first, other, born),
        ):
            facility.take(a_claim(name, order="71", person_id=person, visit=visit, born=mine))
            facility.take(
                a_result(name, "child", order="71", person_id=person, visit=row, born=said)
            )
        assert strangers(facility, PERSON) == [(PERSONS_SWAPPED, "SB:1")], first


def test_two_rows_of_a_day_with_each_others_birth_date_are_swapped_persons() -> None:
    facility = Facility()
    born, other = day("060-05-05"), day("070-01-01")
    facility.take(a_claim("A", born=born))
    facility.take(a_claim("B", person_id=FAR, born=other))
    facility.take(a_result("R", born=other))
    assert strangers(facility, PERSON) == []
    facility.take(a_result("T", person_id=FAR, born=born))
    assert strangers(facility, PERSON) == [(PERSONS_SWAPPED, "ST:1")]
    assert strangers(facility, FAR) == [(PERSONS_SWAPPED, "SR:1")]
    assert reasons(facility, PERSON) == reasons(facility, FAR) == ["BIRTH_MISMATCH"]


def test_two_children_of_a_day_with_each_others_birth_date_are_swapped_persons() -> None:
    facility = Facility()
    born, other = day("113-10-05"), day("113-11-01")
    facility.take(a_claim("A", order="71", born=born))
    facility.take(a_claim("B", order="71", person_id=FAR, born=other))
    facility.take(a_result("R", "child", order="71", born=other))
    facility.take(a_result("T", "child", order="71", person_id=FAR, born=born))
    assert strangers(facility, PERSON) == [(PERSONS_SWAPPED, "ST:1")]
    assert strangers(facility, FAR) == [(PERSONS_SWAPPED, "SR:1")]


def test_anything_in_the_other_book_may_end_the_proof_of_an_exchange() -> None:
    """Hepatitis alone needs the flag 3; with an adult check beside it the flag is not asked for."""
    facility = Facility()
    rows: dict[str, Any] = {"filled": ("hbsag", "anti_hcv"), "bc_history": "0"}
    for name, person, visit, row in (("A", PERSON, D1, D2), ("B", FAR, D2, D1)):
        facility.take(a_claim(name, order="L1001C", person_id=person, visit=visit))
        facility.take(a_claim(f"{name}2", order="21", person_id=person, visit=visit))
        facility.take(a_result(name, person_id=person, visit=row, **rows))
    found = [(PERSONS_SWAPPED, "SB:1")]
    assert strangers(facility, PERSON)[:1] == found
    facility.withdraw(a_claim("B2", order="21", person_id=FAR, visit=D2))
    books = facility.books()
    for key, book in books.items():
        assert book.strangers == strangers_by_search(books, key)
    assert strangers(facility, PERSON) == []


def test_the_index_holds_what_is_unanswered_and_no_more() -> None:
    facility = Facility()
    facility.take(a_claim())
    ((key, entry),) = facility.index()
    assert key.startswith(LOOSE + FACILITY.encode() + b"/adult/") and PERSON.encode() not in key
    person = key_of(PERSON)[11:]
    assert entry == LooseDay({person: (Named(PERSON, day("060-05-05")),)}, {}, {})
    facility.take(a_result())
    assert facility.index() == []
    facility.take(a_result("S", visit=D1 + 1, stage2=D2))
    assert len(facility.index()) == 2


def test_the_entries_print_no_person() -> None:
    entry = LooseDay({b"k": (Named(PERSON, D1),)}, {}, {b"k": (Births(D1, D2),)})
    assert PERSON not in repr(entry) + repr(entry.claims) and str(D1) not in repr(entry.crossed)


async def test_the_index_survives_as_bytes() -> None:
    facility = Facility()
    await facility.ledger.open()
    facility.take(a_claim("A"))
    facility.take(a_claim("B", person_id=FAR))
    facility.take(a_result("R", person_id=FAR, born=day("070-01-01")))
    before = facility.index()
    await facility.ledger.commit()
    assert facility.index() == before
    facility.take(a_result(person_id=TYPO))
    assert reasons(facility) == ["ID_MISMATCH"]


def test_an_entry_is_written_once_a_message() -> None:
    facility = Facility()
    for number in range(5):
        facility.take(a_claim(str(number), person_id=f"B22345678{number}"), flush=False)
        assert facility.index() == []
    facility.neighbours.flush(facility.ledger)
    ((_, entry),) = facility.index()
    assert isinstance(entry, LooseDay) and len(entry.claims) == 5


def test_an_entry_that_was_only_read_is_not_written() -> None:
    facility = Facility()
    facility.take(a_claim(order="71"))
    facility.take(a_claim("B", order="71", person_id=FAR, visit=D1 + 16))
    assert facility.ledger.changes == 4, "two books, two entries"


def test_names_of_a_person_are_sorted_whatever_came_first() -> None:
    births = range(D1, D1 + 20)
    claims = tuple(a_claim(str(born), born=born) for born in births)
    rows = tuple(a_result(str(born), born=born) for born in births)
    expected = tuple(Named(PERSON, born) for born in births)
    assert named_in_claims(Unanswered(claims[::-1])) == expected
    assert named_in_results(Unanswered(results=rows[::-1])) == expected


def test_persons_alike_follow_every_change_of_names() -> None:
    one, other, far = Named(PERSON, D1), Named(TYPO, D1), Named(FAR, D1)
    persons = Persons({b"a": (one,)})
    assert persons.alike([other], b"x") == [b"a"] and persons.alike([other], b"a") == []
    persons.set(b"a", (far,))
    persons.set(b"b", (one,))
    assert persons.alike([other], b"x") == [b"b"] and persons.alike([far], b"x") == []
    persons.remove(b"a")
    assert persons.alike([other], b"x") == [b"b"]
    persons.remove(b"b")
    assert persons.alike([other, one], b"x") == []


def test_a_message_that_begins_anew_knows_nothing_of_its_first_try() -> None:
    facility = Facility()
    facility.ledger.mark()
    facility.take(a_claim(), flush=False)
    facility.ledger.undo()
    facility.neighbours.forget()
    facility.take(a_result(person_id=TYPO))
    assert [len(entry.claims) for _, entry in facility.index() if isinstance(entry, LooseDay)] == [
        0
    ]


def test_a_book_in_quarantine_is_left_out_until_it_is_looked_at_again() -> None:
    facility = Facility()
    facility.take(a_claim())
    quarantine.park(facility.ledger, key_of(PERSON), None)
    row = a_result(person_id=TYPO)
    facility.take(row)
    assert strangers(facility) == []
    assert list(quarantine.unpark(facility.ledger, key_of(PERSON))) == []
    facility.neighbours.look_again(key_of(PERSON))
    facility.take(a_claim("B", person_id=FAR))
    assert strangers(facility) == [("ID_MISMATCH", "SR:1")]


def test_a_book_given_away_leaves_the_index_and_its_neighbours() -> None:
    facility = Facility()
    facility.take(a_claim())
    facility.take(a_result(person_id=TYPO))
    before = facility.book(TYPO)
    facility.ledger.put(key_of(TYPO), None)
    facility.neighbours.changed(facility.ledger, key_of(TYPO), before, None)
    facility.take(a_claim("B", person_id=FAR))
    assert strangers(facility) == []
    gone = with_(facility.book(PERSON), claims=(), heads=())
    facility.put_back(facility.ledger, key_of(PERSON), gone, ())
    facility.neighbours.flush(facility.ledger)
    ((_, entry),) = facility.index()
    assert isinstance(entry, LooseDay) and list(entry.claims) == [key_of(FAR)[11:]]


def test_a_book_that_arrives_with_strangers_of_its_former_place_forgets_them() -> None:
    """Handed over from another partition, all its claims answered meanwhile."""
    facility = Facility()
    facility.take(a_claim())
    facility.take(a_result())
    stale = Stranger(a_claim().claim_id, "ID_MISMATCH", a_result(person_id=TYPO))
    arrived = with_(facility.book(PERSON), strangers=(stale,))
    facility.ledger.put(key_of(PERSON), arrived)
    facility.neighbours.changed(facility.ledger, key_of(PERSON), None, arrived)
    facility.neighbours.settle(facility.ledger, Cause(D2, "book-moved/1"))
    assert strangers(facility) == []
