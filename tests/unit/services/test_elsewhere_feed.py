"""match's side of elsewhere: what is alone is told once, and once again when it is not any more."""

from typing import Any

from claims.book import Book, Cause, catch_up, new_book, take_case, take_row
from claims.model import DAY_CLOSED, Milestone, with_
from claims.recovery_events import Loose
from pipeline.codec import Codec
from pipeline.memory_ledger import MemoryLedger
from services.match.loose_feed import LooseFeed
from services.match.people import publisher_of
from tests.support.contracts import SCHEMAS
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day
from tests.support.match_stage import KEYS, SEALER

CODEC = Codec(SCHEMAS, [Loose])
DUE = day("114-05-30")
CLOSED = (Milestone(DAY_CLOSED, DUE, "day-closed/2025-05-30"),)
NIGHT = Cause(DUE, "day-closed/2025-05-30")


class NoPacker:
    def pack(self, key: bytes, value: object) -> bytes:
        raise AssertionError("nothing is kept")

    def unpack(self, key: bytes, packed: bytes) -> object:
        raise AssertionError("nothing is kept")


async def told(*steps: tuple[Book | None, Book, Cause]) -> list[tuple[Any, bytes]]:
    """What the feed says to these steps: events and their Kafka keys."""
    feed, ledger = LooseFeed(publisher_of(KEYS, SEALER), CODEC), MemoryLedger(NoPacker())
    await ledger.open()
    for before, after, cause in steps:
        feed.passed(ledger, before, after, cause)
    await ledger.commit()
    return [(CODEC.decode(output.value), output.key) for output in ledger.place.outputs]


def with_claim(book: Book) -> Book:
    claim = a_claim()
    return take_case(book, claim.case_key, (claim,), claim.appl_date, Cause(DUE - 50, "S:1"))[0]


def with_row(book: Book, **fields: Any) -> Book:
    return take_row(book, a_result(received_on=DUE + 1, **fields), Cause(DUE + 1, "S2:1"))[0]


def closed(book: Book) -> Book:
    return catch_up(book, CLOSED)[0]


async def test_nothing_is_told_before_a_deadline_has_passed() -> None:
    empty = new_book(FACILITY, ())
    book = with_claim(empty)
    assert await told((empty, book, NIGHT)) == []


async def test_a_claim_is_told_when_its_deadline_passes_and_only_once() -> None:
    book = with_claim(new_book(FACILITY, ()))
    late = closed(book)
    ((event, key),) = await told((book, late, NIGHT), (late, late, NIGHT))
    assert (event.kind, event.gone, event.item_id) == ("claim", False, book.claims[0].claim_id)
    assert (event.facility_id, event.happened_on) == (FACILITY, DUE)
    assert key == event.person_key.encode() == KEYS.key(PERSON).encode()


async def test_it_is_gone_when_its_result_comes() -> None:
    book = with_claim(new_book(FACILITY, ()))
    late = closed(book)
    (_, (gone, _)) = await told((book, late, NIGHT), (late, with_row(late), Cause(DUE + 1, "S2:1")))
    assert (gone.kind, gone.gone) == ("claim", True)


async def test_a_result_without_a_claim_is_told_and_is_gone_when_the_claim_comes() -> None:
    row = with_row(closed(new_book(FACILITY, ())))
    events = await told((None, row, NIGHT), (row, with_claim(row), Cause(DUE + 2, "S3:1")))
    assert [(event.kind, event.gone) for event, _ in events] == [
        ("result", False), ("result", True),
    ]  # fmt: skip


async def test_a_book_that_was_given_away_takes_everything_with_it() -> None:
    late = closed(with_claim(new_book(FACILITY, ())))
    away = with_(late, claims=(), heads=())
    ((gone, _),) = await told((late, away, NIGHT))
    assert gone.gone


async def test_a_claim_that_names_another_id_is_gone_there_and_alone_here() -> None:
    late = closed(with_claim(new_book(FACILITY, ())))
    renamed = with_(late, claims=(with_(late.claims[0], person_id="A172949959"),))
    events = await told((late, renamed, Cause(DUE + 1, "S2:1")))
    assert [(event.gone, event.person_key) for event, _ in events] == [
        (True, KEYS.key(PERSON)),
        (False, KEYS.key("A172949959")),
    ]


async def test_no_id_and_no_birth_date_is_in_what_is_told() -> None:
    empty = new_book(FACILITY, ())
    row = with_row(closed(empty), programme="child", order="71")
    ((event, _),) = await told((None, row, NIGHT))
    text = CODEC.encode(event).decode("latin-1")
    assert PERSON not in text and "1971-05-05" not in text and event.birth_key


async def test_ids_follow_from_what_happened() -> None:
    book = with_claim(new_book(FACILITY, ()))
    late = closed(book)
    steps = ((book, late, NIGHT), (late, with_row(late), Cause(DUE + 1, "S2:1")))
    first, second = await told(*steps), await told(*steps)
    assert first == second and len({event.event_id for event, _ in first}) == 2
