"""Facilities renamed and closed: books handed over once, stragglers forwarded, children exempt."""

from claims.agency_events import FacilityRenamed
from claims.events import DayClosed, Records
from services.match.state import book_key
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day
from tests.support.match_stage import KEYS, a_line, a_part
from tests.support.partitions import Partition, a_closure, a_rename, an_alias, carry, in_step

NEW, LAST = "3501200009", "3501200018"
OTHER = "B123456780"
PEOPLE = [f"A1{number:08d}" for number in range(7)]
RENAME = a_rename(FACILITY, NEW)


async def a_hand_over(old: Partition, new: Partition, event: FacilityRenamed = RENAME) -> int:
    old.take(event)
    new.take(event)
    old.sweep()
    return await carry(old, new)


def states(partition: Partition, facility: str) -> list[str]:
    return [head.state for book in partition.books(facility).values() for head in book.heads]


async def test_all_books_and_nothing_else_go_to_the_new_code() -> None:
    old, new = Partition(0), Partition(1)
    for number, who in enumerate(PEOPLE):
        old.take(a_claim(f"A{number}", person_id=who))
    await a_hand_over(old, new)
    assert {key[:1] for key in old.state_keys()} == {b"f"}
    books = new.books(NEW)
    assert set(books) == {book_key(NEW, KEYS.key(who)) for who in PEOPLE}
    assert {book.facility_id for book in books.values()} == {NEW}
    assert new.cases.find(new.ledger, NEW, a_claim("A3").case_key) == KEYS.key(PEOPLE[3])
    messages = await old.out("records")
    assert [each.part_no for each in messages] == list(range(1, len(messages) + 1))
    assert [each.last for each in messages].count(True) == 1 and messages[-1].last
    assert await in_step(old, new)


async def test_a_book_meets_what_is_there_under_the_new_code() -> None:
    old, new = Partition(0), Partition(1)
    old.take(a_claim("A"))
    new.take(a_result("R"), NEW)
    await a_hand_over(old, new)
    assert states(new, NEW) == ["matched"] and len(new.books(NEW)) == 1
    told = await new.out("case-changed")
    assert told[0] == RENAME  # every partition says what the new code is
    assert [each.change for each in told[1:]] == ["alias_added", "matched"]
    assert await in_step(old, new)


async def test_a_rename_within_one_partition_takes_the_same_way() -> None:
    both = Partition()
    both.take(a_claim("A"))
    both.take(a_result("R"), NEW)
    both.take(RENAME)
    both.sweep()
    await carry(both, both)
    assert states(both, NEW) == ["matched"] and not both.books()
    assert await in_step(both)


async def test_a_straggler_takes_the_book_it_names_along() -> None:
    old = Partition()
    for number, who in enumerate(PEOPLE):
        old.take(a_claim(f"A{number}", person_id=who))
    old.take(RENAME)
    old.take(a_part("S1", claims=[a_line("Z", person_id=PEOPLE[4])]))
    moved, straggler = await old.out("records")
    assert len(moved.books) == 1 and isinstance(straggler, Records)
    assert (straggler.facility_id, straggler.event_id) == (NEW, "S1/1/records/forwarded")
    old.sweep()
    assert not old.books()


async def test_a_book_ahead_waits_for_the_milestone_and_one_behind_catches_up() -> None:
    closed = DayClosed("day-closed/1", day("115-12-31"))
    ahead, new = Partition(0), Partition(1)
    ahead.take(closed)
    ahead.take(a_claim("A"))
    await a_hand_over(ahead, new)
    assert not new.books(NEW)
    new.take(closed)
    assert states(new, NEW) == ["late"]
    behind, further = Partition(0), Partition(1)
    behind.take(a_claim("A"))
    further.take(closed)
    await a_hand_over(behind, further)
    assert states(further, NEW) == ["late"]
    assert await in_step(behind, further) and await in_step(ahead, new)


async def test_a_book_in_quarantine_follows_on_its_release() -> None:
    old, new = Partition(0), Partition(1)
    for who in PEOPLE[:2]:
        old.take(a_claim(who[-3:], person_id=who))
    key = book_key(FACILITY, KEYS.key(PEOPLE[0]))
    old.set_aside(key)
    sent = await a_hand_over(old, new)
    assert list(old.books()) == [key] and not any(each.last for each in await old.out("records"))
    old.release(key)
    old.sweep()
    await carry(old, new, sent)
    assert not old.books() and len(new.books(NEW)) == 2
    assert (await old.out("records"))[-1].last


async def test_an_alias_known_only_there_joins_what_arrives() -> None:
    old, new = Partition(0), Partition(1)
    old.take(a_claim("A"))
    old.take(a_result("R", person_id=OTHER))
    new.take(an_alias(OTHER, PERSON))
    await a_hand_over(old, new)
    assert states(new, NEW) == ["matched"] and len(new.books(NEW)) == 1


async def test_a_facility_renamed_twice_hands_on_what_is_on_its_way() -> None:
    old, new, last = Partition(0), Partition(1), Partition(2)
    old.take(a_claim("A"))
    second = a_rename(NEW, LAST, number=2)
    new.take(second)
    last.take(second)
    await a_hand_over(old, new)
    await carry(new, last)
    assert states(last, LAST) == ["pending"] and not new.books(NEW)


async def test_a_rename_and_a_rename_back() -> None:
    old, new = Partition(0), Partition(1)
    old.take(a_claim("A"))
    sent = await a_hand_over(old, new)
    back = a_rename(NEW, FACILITY, number=2)
    old.take(back)
    await a_hand_over(new, old, back)
    assert (
        states(old, FACILITY) == ["pending"]
        and old.handover.forward(old.ledger, a_part("S1")) is False
    )
    old.take(RENAME)
    old.sweep()
    assert len(await old.out("records")) == sent


async def test_a_known_successor_hands_nothing_over() -> None:
    old = Partition()
    old.take(a_claim("A"))
    old.take(a_rename(FACILITY, NEW, entered=False))
    old.take(a_rename(NEW, LAST, entered=False, number=2))
    old.sweep()
    assert len(old.books()) == 1 and await old.out("records") == []
    assert old.facilities.successor_of(old.ledger, LAST, FACILITY)
    assert not old.facilities.successor_of(old.ledger, LAST, "0000000000")


async def test_a_crash_between_two_slices_moves_every_book_once() -> None:
    old, new = Partition(0), Partition(1)
    for number, who in enumerate(PEOPLE):
        old.take(a_claim(f"A{number}", person_id=who))
    old.take(RENAME)
    assert old.slice(limit=3)
    sent = len(await old.out("records"))
    assert old.slice(limit=3)  # never committed
    heir = Partition(0, old.ledger.place)
    assert len(await heir.out("records")) == sent
    heir.sweep()
    await carry(heir, new)
    assert len(new.books(NEW)) == len(PEOPLE) and not heir.books()
    moved = [book for event in await heir.out("records") for book in event.books]
    assert len(moved) == len(set(moved)) == len(PEOPLE)
    assert await in_step(heir, new)


async def test_books_of_a_closed_facility_are_told_by_sweep_or_when_opened() -> None:
    swept, opened = Partition(), Partition()
    child = a_claim("K", programme="child")
    for partition in (swept, opened):
        partition.take(child)
        partition.take(a_closure(FACILITY, day("114-05-01")))
    (asked,) = opened.books().values()
    swept.sweep()
    book, told = opened.facilities.with_closure(opened.ledger, asked)
    assert states(swept, FACILITY) == [head.state for head in book.heads] == ["exempt"]
    assert [each.change for each in told] == ["exempted"]
    swept.take(a_closure(FACILITY, None, 2))
    swept.sweep()
    assert states(swept, FACILITY) == ["pending"]
