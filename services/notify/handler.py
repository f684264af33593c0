"""The planner's agent: what is open and due out of the journal, refusals out of import reports."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from claims.events import CaseChanged, ImportReported
from pipeline.codec import Codec
from pipeline.errors import UnknownRecord
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message
from pipeline.postgres_ledger import NoState
from services.notify.journal import EVENTS, entry_of, pack, part_of

JOURNAL, IMPORTS = "journal", "imports"
"""Names of the sinks."""


class Row(NamedTuple):
    """What goes to a sink."""

    sink: str
    packed: bytes


class NotifyHandler:
    """Passes on what is needed of each event; the book is the facility (of a milestone: all)."""

    def __init__(self, codec: Codec) -> None:
        self.packer = NoState()
        self._codec = codec

    def facts(self, ledger: Ledger, message: Message) -> Iterable[Fact]:
        event = self._codec.decode(message.value)
        if isinstance(event, ImportReported):
            part = part_of(event, message.timestamp_ms)
            told = [Row(IMPORTS, pack(part))] if part.refused else []
            return [Fact(event.facility_id.encode(), row, len(event.rows)) for row in told]
        if isinstance(event, EVENTS):
            book = event.facility_id if isinstance(event, CaseChanged) else ""
            return (Fact(book.encode(), Row(JOURNAL, pack(entry_of(event)))),)
        raise UnknownRecord(type(event).__name__)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        assert isinstance(fact.body, Row)
        ledger.emit(fact.body.sink, fact.book, fact.body.packed)

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        """Nothing is gathered over a message."""

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        return False

    def park(self, fact: Fact) -> bytes:
        return msgspec.msgpack.encode(fact.body)

    def unpark(self, book: bytes, parked: bytes) -> Fact:
        return Fact(book, msgspec.msgpack.decode(parked, type=Row))
