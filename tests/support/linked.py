"""Partitions of match on memory ledgers: what one writes to `records` is carried to the others."""

from types import TracebackType
from typing import Any

from claims.events import CaseChanged
from pipeline import quarantine
from pipeline.deadletter import DeadLetters
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Message
from pipeline.producer import partition_of
from pipeline.stage import Stage, Surroundings
from tests.support.judge import FACILITY
from tests.support.match_stage import CODEC, a_handler
from tests.support.stages import leave

PARTITIONS = 2
OLD, OLD_AT = FACILITY, partition_of(FACILITY.encode(), PARTITIONS)
NEW_AT = 1 - OLD_AT
NEW = next(
    code
    for code in (f"350120{number:04d}" for number in range(100))
    if partition_of(code.encode(), PARTITIONS) == NEW_AT
)


class Linked:
    """``give`` to the partition of a facility, or to one by its number; ``carry`` what was said."""

    def __init__(self) -> None:
        self.places = [MemoryPlace() for _ in range(PARTITIONS)]
        self._offsets, self._carried = [0] * PARTITIONS, [0] * PARTITIONS

    async def __aenter__(self) -> "Linked":
        self.stages = []
        for number, place in enumerate(self.places):
            handler = a_handler()
            ledger = MemoryLedger(handler.packer, place, partition=number)
            stage = Stage("match", handler, ledger, CODEC.encode, Surroundings(leave))
            await stage.open()
            self.stages.append(stage)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, end: BaseException | None, at: TracebackType | None
    ) -> None:
        for stage in self.stages:
            await stage.close()

    async def give(self, *events: Any, at: int | None = None) -> None:
        """Applied and committed, and not swept."""
        for event in events:
            number = at
            if number is None:
                number = partition_of(event.facility_id.encode(), PARTITIONS)
            address = Address("records", number, self._offsets[number])
            self._offsets[number] += 1
            stage = self.stages[number]
            stage.take(Message(address, b"key", CODEC.encode(event), 0))
            await stage.commit()

    async def give_all(self, *events: Any) -> None:
        for event in events:
            for number in range(PARTITIONS):
                await self.give(event, at=number)

    async def sweep(self, number: int) -> None:
        while await self.stages[number].sweep():
            pass

    async def carry(self) -> None:
        """Until nobody has anything more to say to another, or to sweep."""
        moved = True
        while moved:
            moved = False
            for number in range(PARTITIONS):
                await self.sweep(number)
                said = [each for each in self.places[number].outputs if each.topic == "records"]
                for each in said[self._carried[number] :]:
                    self._carried[number] += 1
                    await self.give(CODEC.decode(each.value))
                    moved = True

    def set_aside(self, number: int, book: bytes) -> None:
        """As the stage does with a book that fails."""
        stage = self.stages[number]
        quarantine.park(stage.ledger, book, None)
        stage._parked = {*stage._parked, book}

    def out(self, topic: str) -> list[Any]:
        return [
            CODEC.decode(each.value)
            for place in self.places
            for each in place.outputs
            if each.topic == topic
        ]

    def story(self, name: str) -> list[tuple[str, str, str]]:
        """(facility, change, state) of every step of a case, by its last letter; in its order."""
        steps = [
            event
            for event in self.out("case-changed")
            if isinstance(event, CaseChanged) and event.case_id.endswith(f"/{name}")
        ]
        steps.sort(key=lambda event: event.sequence)
        assert [event.sequence for event in steps] == list(range(1, len(steps) + 1))
        assert len({event.event_id for event in steps}) == len(steps)
        return [(event.facility_id, event.change, event.state) for event in steps]

    def outcomes(self) -> dict[str, str]:
        """Outcome and first code of every row, by submission and row; each is told once."""
        found: dict[str, str] = {}
        for report in self.out("import-reported"):
            for row in report.rows:
                name = f"{report.submission_id}:{row.row_no}"
                assert name not in found
                found[name] = " ".join([row.outcome, *(each.code for each in row.findings[:1])])
        return found

    def letters(self) -> list[DeadLetters]:
        return self.out("dead-letters")


__all__ = ["NEW", "NEW_AT", "OLD", "OLD_AT", "Linked"]
