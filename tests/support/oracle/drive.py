"""Runs match over the messages of a history, on a ledger in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

from claims import agency_events
from claims.book import Book
from claims.events import ImportReported
from claims.model import Head, Milestone
from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Message, Output
from pipeline.metrics import Meter
from pipeline.stage import Limits, Stage, Surroundings
from services.match.handler import KINDS, MatchHandler
from services.match.people import publisher_of
from services.match.state import MILESTONES
from tests.support.contracts import SCHEMAS
from tests.support.match_stage import KEYS, SEALER
from tests.support.oracle.judging import Event

ACTIONS = (
    agency_events.Actions,
    agency_events.RoundOpened,
    agency_events.RoundClosed,
    agency_events.PersonAliased,
    agency_events.FacilityClosed,
)
CODEC = Codec(SCHEMAS, tuple(dict.fromkeys((*KINDS, *ACTIONS, DeadLetters))))
METER = Meter()
BOOK = b"b"
"""First byte of the state keys of books."""


def _leave(code: int) -> NoReturn:
    raise AssertionError(f"the stage left with {code}")


@dataclass(frozen=True)
class Standing:
    """A case as its book keeps it."""

    head: Head
    facility: str
    points: str


class Product:
    """One partition. ``give`` takes messages; ``sweep`` does slices; ``commit`` makes them last."""

    def __init__(self, slice_books: int = 2000) -> None:
        self.place = MemoryPlace()
        self.limits = Limits(sweep_books=slice_books)
        self.offset = 0

    async def open(self) -> "Product":
        """Take the partition over: also as the next owner, after a commit."""
        handler = MatchHandler(CODEC, publisher_of(KEYS, SEALER))
        self.packer = handler.packer
        self.ledger = MemoryLedger(self.packer, self.place)
        around = Surroundings(_leave, meter=METER)
        self.stage = Stage("match", handler, self.ledger, CODEC.encode, around, self.limits)
        await self.stage.open()
        return self

    def give(self, event: Event, *, offset: int | None = None) -> None:
        place = self.offset if offset is None else offset
        self.offset = max(self.offset, place + 1)
        facility = getattr(event, "facility_id", "")
        address = Address("records", 0, place)
        self.stage.take(Message(address, facility.encode(), CODEC.encode(event), 0))

    async def settle(self) -> None:
        """Commit, and sweep until nothing is left."""
        await self.stage.commit()
        while await self.stage.sweep():
            pass
        await self.stage.commit()

    async def slice(self) -> None:
        """Whatever a sweep finds to do, one slice of it."""
        await self.stage.sweep()

    # -- what came out

    def said(self, topic: str, start: int = 0) -> list[Any]:
        """Committed events of a topic from a place in the outputs on, decoded."""
        return [CODEC.decode(each.value) for each in self.outputs(topic, start)]

    def decoded(self, output: Output) -> Any:
        return CODEC.decode(output.value)

    def outputs(self, topic: str, start: int = 0) -> list[Output]:
        return [each for each in self.place.outputs[start:] if each.topic == topic]

    def reports(self, start: int = 0) -> Iterable[ImportReported]:
        return self.said("import-reported", start)

    def standing(self) -> dict[str, Standing]:
        """Every case as the state has it."""
        return {
            claim.claim_id: Standing(head, book.facility_id, claim.points)
            for _, book in self.books()
            for claim, head in zip(book.claims, book.heads, strict=True)
        }

    def books(self) -> Iterator[tuple[bytes, Book]]:
        for key, packed in self.place.state.scan(BOOK, b"c", 1 << 30):
            book = self.packer.unpack(BOOK, packed)
            assert isinstance(book, Book)
            yield key, book

    def milestones(self) -> tuple[Milestone, ...]:
        """What has closed, opened and changed so far, in order."""
        packed = self.place.state.get(MILESTONES)
        found = () if packed is None else self.packer.unpack(MILESTONES, packed)
        assert isinstance(found, tuple)
        return found

    def state(self) -> dict[bytes, bytes]:
        """Every byte it would go on from."""
        return dict(self.place.state.scan(b"", b"\xff" * 64, 1 << 30))


async def played(events: Iterable[Event]) -> Product:
    """A product that has settled after each message."""
    product = await Product().open()
    for event in events:
        product.give(event)
        await product.settle()
    return product


def text_of(event: Event) -> str:
    """A message for a person who looks for the fault. The people in it are invented."""
    name = type(event).__name__
    return f"{name} {msgspec.json.encode(msgspec.to_builtins(event)).decode()}"
