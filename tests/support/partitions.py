"""Partitions of match with aliases and facilities, over memory ledgers: what one of them sends to
`records` is taken by the other. Commands and outcomes are left out."""

from typing import Any

from claims.agency_events import FacilityClosed, FacilityRenamed, PersonAliased
from claims.book import Book, Cause, take_case, take_row
from claims.events import DayClosed, Records
from claims.model import Claim, Result
from claims.recovery_events import BookMoved
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Fact
from services.match import state
from services.match.aliases import Aliases, Regroup
from services.match.arrivals import AllCame, Arrivals, Arriving
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facilities import Facilities
from services.match.handler import KINDS
from services.match.handover import Handover
from services.match.milestones import Milestones
from services.match.packing import state_packer
from services.match.people import publisher_of
from tests.support.contracts import SCHEMAS
from tests.support.judge import FACILITY, day
from tests.support.match_stage import KEYS, SEALER

CODEC = Codec(SCHEMAS, dict.fromkeys((*KINDS, BookMoved)))


class Partition:
    """``take`` one fact or event, as a message of its own."""

    def __init__(self, number: int = 0, place: MemoryPlace | None = None) -> None:
        publisher = publisher_of(KEYS, SEALER)
        self.ledger = MemoryLedger(state_packer(), place, partition=number)
        self.desk = Desk(CODEC, publisher)
        self.parked: list[Fact] = []
        self.cases, self.results = Directory(state.CASES), Directory(state.RESULTS)
        self.aliases = Aliases(self.desk, publisher.person_key, self._park)
        self.facilities = Facilities(self.desk)
        parts = (self.desk, CODEC, state_packer(), self.aliases, self.facilities)
        lists = (self.cases, self.results, self._park)
        self.arrivals = Arrivals(*parts, *lists)
        self.handover = Handover(*parts, *lists, self.arrivals)
        self.desk.watchers.append(self.aliases)
        self.milestones = Milestones(self.desk, CODEC)

    def _park(self, fact: Fact) -> bytes:
        self.parked.append(fact)
        return b"parked"

    def _begin(self) -> None:
        self.desk.begin()
        self.aliases.forget()
        self.facilities.forget()

    def take(self, event: Any, facility: str = FACILITY) -> None:
        self._begin()
        match event:
            case Claim() | Result():
                self._fact(event, facility)
            case PersonAliased():
                self.aliases.take(self.ledger, event)
            case FacilityClosed():
                self.facilities.take_closed(self.ledger, event)
            case FacilityRenamed():
                self.facilities.take_renamed(self.ledger, event)
            case DayClosed():
                self.milestones.take(self.ledger, event)
                self.arrivals.take_waiting(self.ledger, 100)
            case BookMoved():
                if not self.handover.forward(self.ledger, event):
                    for fact in self.arrivals.arrivals(event):
                        match fact.body:
                            case Arriving() as book:
                                self.arrivals.arrive(self.ledger, book)
                            case AllCame(facility_id=code, former=former):
                                self.facilities.all_came(self.ledger, code, former)
            case Records():
                assert self.handover.forward(self.ledger, event)
            case Regroup():
                self.aliases.regroup(self.ledger, event)
        self._flush()

    def _flush(self) -> None:
        self.cases.flush(self.ledger)
        self.results.flush(self.ledger)

    def _fact(self, fact: Claim | Result, facility: str) -> None:
        own = KEYS.key(fact.person_id)
        key = state.book_key(facility, self.aliases.root(self.ledger, own))
        book, cause = self.desk.open(self.ledger, key), Cause(fact.received_on, fact.record_id)
        changes: tuple[Any, ...]
        if isinstance(fact, Claim):
            book, taken = take_case(book, fact.case_key, (fact,), fact.appl_date, cause)
            self.cases.set(self.ledger, facility, fact.case_key, own)
            changes = taken.changes
        else:
            book, became = take_row(book, fact, cause)
            self.results.set(self.ledger, facility, fact.result_id, own)
            changes = became.changes
        self.desk.put_back(self.ledger, key, book, changes)

    def slice(self, limit: int = 2) -> bool:
        self._begin()
        more = self.handover.sweep(self.ledger, limit)
        self._flush()
        return more

    def sweep(self, limit: int = 2) -> None:
        while self.slice(limit):
            pass
        while self.milestones.sweep(self.ledger, limit):
            pass

    def books(self, facility: str = FACILITY) -> dict[bytes, Book]:
        prefix = state.BOOK + facility.encode()
        found = self.ledger.scan(prefix, prefix + b"\xff" * 17, 1000)
        return {key: book for key, book in found if isinstance(book, Book)}

    def state_keys(self) -> list[bytes]:
        return [key for key, _ in self.ledger.scan(b"\x01", b"\xff", 10_000)]

    def set_aside(self, key: bytes) -> None:
        quarantine.park(self.ledger, key, None)

    def release(self, key: bytes) -> None:
        """End a quarantine, as the stage and the handler do."""
        waiting = list(quarantine.unpark(self.ledger, key))
        bodies = [fact.body for fact in self.parked if fact.book == key]
        assert len(bodies) == len(waiting)
        for body in bodies:
            self.take(body)
        self._begin()
        self.aliases.regroup(self.ledger, Regroup(key, day("114-04-07"), "released"))
        self.handover.released(self.ledger, key)
        self._flush()

    async def out(self, topic: str) -> list[Any]:
        if self.ledger._owner < 0:
            await self.ledger.open()
        await self.ledger.commit()
        return [
            CODEC.decode(each.value) for each in self.ledger.place.outputs if each.topic == topic
        ]


async def carry(sender: Partition, taker: Partition, start: int = 0) -> int:
    """Give ``taker`` what ``sender`` wrote to `records`; how much there is by now."""
    messages = await sender.out("records")
    for event in messages[start:]:
        taker.take(event)
    return len(messages)


async def in_step(*partitions: Partition) -> bool:
    """Every case of the journals from 1 on, without a gap or a repeat."""
    found: dict[str, list[int]] = {}
    for partition in partitions:
        for event in await partition.out("case-changed"):
            if hasattr(event, "case_id"):
                found.setdefault(event.case_id, []).append(event.sequence)
    return all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in found.values())


def an_alias(old: str, new: str, *, back: bool = False, number: int = 1) -> PersonAliased:
    return PersonAliased(f"person-aliased/{number}", day("114-04-06"), old, new, back)


def a_rename(old: str, new: str, *, entered: bool = True, number: int = 1) -> FacilityRenamed:
    on = day("114-04-06")
    return FacilityRenamed(f"facility-renamed/{number}", on, old, new, on, entered)


def a_closure(code: str, on: int | None, number: int = 1) -> FacilityClosed:
    return FacilityClosed(f"facility-closed/{number}", day("114-04-06"), code, on)


__all__ = ["Partition", "a_closure", "a_rename", "an_alias", "carry", "in_step"]
