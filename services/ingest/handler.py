"""The reports stage: outcomes of rows from ``import-reported`` into rows of Postgres."""

from collections.abc import Iterable

import msgspec

from claims.events import ImportReported
from pipeline.codec import Codec
from pipeline.errors import UnknownRecord
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message
from pipeline.postgres_ledger import NoState

ROW_OUTCOMES = "row-outcomes"  # name of the sink


class ReportsHandler:
    """Passes outcomes on to the sink. The book is the submission."""

    def __init__(self, codec: Codec) -> None:
        self.packer = NoState()
        self._codec = codec

    def facts(self, ledger: Ledger, message: Message) -> Iterable[Fact]:
        event = self._codec.decode(message.value)
        if not isinstance(event, ImportReported):
            raise UnknownRecord(type(event).__name__)
        return (Fact(event.submission_id.encode(), event, len(event.rows)),)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        ledger.emit(ROW_OUTCOMES, fact.book, msgspec.msgpack.encode(fact.body))

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        """Nothing is gathered over a message."""

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        return False

    def park(self, fact: Fact) -> bytes:
        return msgspec.msgpack.encode(fact.body)

    def unpark(self, book: bytes, parked: bytes) -> Fact:
        return Fact(book, msgspec.msgpack.decode(parked, type=ImportReported))
