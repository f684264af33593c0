"""A stage on memory parts, and messages for it."""

from typing import NoReturn

import msgspec

from pipeline.clock import FixedClock
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Message
from pipeline.metrics import Meter
from pipeline.stage import DEFAULT_LIMITS, Limits, Stage, Surroundings
from tests.support.join import JoinHandler, Row


class Left(Exception):
    """The process would have ended here."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(f"exit code {exit_code}")
        self.exit_code = exit_code


def leave(exit_code: int) -> NoReturn:
    raise Left(exit_code)


class Bench:
    """A stage over a place that outlives it, with a clock to turn and a log to read."""

    def __init__(
        self,
        place: MemoryPlace | None = None,
        handler: JoinHandler | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.place, self.handler = place or MemoryPlace(), handler or JoinHandler()
        self.clock, self.meter = FixedClock(), Meter()
        self.logged: list[dict[str, object]] = []
        self.ledger = MemoryLedger(self.handler.packer, self.place)
        around = Surroundings(leave, self.clock, self.meter, self._log)
        self.stage = Stage("join", self.handler, self.ledger, msgspec.json.encode, around, limits)

    async def opened(self) -> "Bench":
        await self.stage.open()
        return self

    def said(self, topic: str = "join-out") -> list[str]:
        """Committed outputs of a topic, as text."""
        return [o.value.decode() for o in self.place.outputs if o.topic == topic]

    def letters(self) -> list[tuple[int, str, str]]:
        """Committed dead letters: offset, reason, book."""
        letters = [msgspec.json.decode(text) for text in self.said("dead-letters")]
        return [(x["offset"], x["reason"], bytes.fromhex(x["book"]).decode()) for x in letters]

    def _log(self, event: str, **fields: object) -> None:
        self.logged.append({"event": event, **fields})


def rows(*texts: str) -> list[Row]:
    """ "ann left 1" is the left side of pair 1 in Ann's book."""
    found = []
    for text in texts:
        book, side, number = text.split()
        found.append(Row(book, side, int(number)))
    return found


def message(offset: int, *texts: str, topic: str = "left", key: bytes = b"k") -> Message:
    return Message(Address(topic, 0, offset), key, msgspec.json.encode(rows(*texts)), 0)


def garbage(offset: int, topic: str = "left") -> Message:
    return Message(Address(topic, 0, offset), b"k", b"A123456789 is no JSON", 0)
