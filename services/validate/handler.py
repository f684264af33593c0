"""validate as a handler of the engine: parts in, checked parts out; repeats dropped, days gated."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from claims.events import (
    BookReleased,
    Claims,
    DayClosed,
    Records,
    Uploads,
)
from claims.periods import iso_text
from pipeline.codec import Codec
from pipeline.errors import UnknownRecord
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message, Released
from services.validate.daygate import DAY_KEY, DayGate
from services.validate.reports import reports
from services.validate.state import (
    DAYS_KEY,
    Days,
    Parts,
    Received,
    parts_key,
    received_key,
    state_packer,
    submission_of,
)
from services.validate.uploads import UploadsJudge

INPUTS = ("claims", "uploads", "actions")
REPORTS_TOPIC = "import-reported"
RELEASED_PER_MESSAGE = 4  # so that what is held drains even when messages never pause
RELEASED_PER_SLICE = 64  # parts hold up to 500 rows: a slice stays a transaction of some megabytes


class Routed(NamedTuple):
    """An event and the input topic that brought it."""

    topic: str
    event: Claims | Uploads | DayClosed | BookReleased


class ValidateHandler:
    """Field rules, repeats, ownership. ``keep_days``: how many closed days parts are known for."""

    def __init__(self, codec: Codec, judge: UploadsJudge, keep_days: int) -> None:
        self.packer = state_packer()
        self._codec = codec
        self._judge = judge
        self._keep_days = keep_days
        self._gate = DayGate(INPUTS, self._day_closed)

    # -- what the engine calls

    def facts(self, message: Message) -> Iterable[Fact]:
        """One fact a message, its book the submission; a release is two: of ours, and sent on."""
        event = self._codec.decode(message.value)
        routed = Routed(message.address.topic, event)
        if isinstance(event, Claims | Uploads):
            rows = len(event.rows) if isinstance(event, Claims) else len(event.items)
            return (Fact(event.submission_id.encode(), routed, rows),)
        if isinstance(event, DayClosed):
            return (Fact(DAY_KEY, routed),)
        if isinstance(event, BookReleased):
            return (*_released(event.book), Fact(b"release", routed))
        raise UnknownRecord(type(event).__name__)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        if isinstance(fact.body, Released):
            return  # our book was released by the engine, or the book is match's
        assert isinstance(fact.body, Routed)
        topic, event = fact.body
        if isinstance(event, DayClosed):
            self._gate.close(ledger, topic, event.day)
        elif isinstance(event, BookReleased):
            self._gate.pass_on(ledger, topic, event.book.encode(), self._codec.encode(event))
        elif not self._seen(ledger, event):
            self._take_part(ledger, topic, event)
        self._gate.drain(ledger, RELEASED_PER_MESSAGE)

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        """Nothing is gathered over a message: every part leaves by itself."""

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        """Release what a passed day end held back, then forget submissions of long ago."""
        if self._gate.drain(ledger, min(limit, RELEASED_PER_SLICE)):
            return True
        return self._forget(ledger, limit)

    def park(self, fact: Fact) -> bytes:
        assert isinstance(fact.body, Routed)
        return msgspec.msgpack.encode((fact.body.topic, self._codec.encode(fact.body.event)))

    def unpark(self, book: bytes, parked: bytes) -> Fact:
        topic, event = msgspec.msgpack.decode(parked, type=tuple[str, bytes])
        return Fact(book, Routed(topic, self._codec.decode(event)))

    # -- parts

    def _seen(self, ledger: Ledger, part: Claims | Uploads) -> bool:
        """Whether the part came before; remembers it otherwise."""
        key = parts_key(part.submission_id)
        parts = ledger.get(key)
        if not isinstance(parts, Parts):
            parts = Parts()
            ledger.put(received_key(part.received_on, part.submission_id), Received())
        if parts.has(part.part_no):
            return True
        ledger.put(key, parts.with_part(part.part_no))
        return False

    def _take_part(self, ledger: Ledger, topic: str, part: Claims | Uploads) -> None:
        if isinstance(part, Claims):
            for row in part.rows:
                # Emptied in place: the decoded message is ours alone, and a copy costs 2 us a row.
                row.details.clear()
            records = _records(part, claims=part.rows, withdrawals=part.withdrawals)
        else:
            judged = self._judge.judge(part)
            records = _records(part, results=tuple(judged.results))
            for report in reports(part, judged.refused):
                key = part.facility_id.encode()
                ledger.emit(REPORTS_TOPIC, key, self._codec.encode(report))
        if records.claims or records.withdrawals or records.results:
            value = self._codec.encode(records)
            self._gate.pass_on(ledger, topic, part.facility_id.encode(), value)

    # -- days

    def _day_closed(self, day: int) -> bytes:
        return self._codec.encode(DayClosed(f"day-closed/{iso_text(day)}", day))

    def _forget(self, ledger: Ledger, limit: int) -> bool:
        """Drop parts seen of submissions received ``keep_days`` or more closed days ago."""
        days = self._gate.days(ledger)
        if days.forwarded is None or days.swept == days.forwarded:
            return False
        last = days.forwarded - self._keep_days
        found = ledger.scan(received_key(0), received_key(max(last, -1) + 1), limit)
        for key, _ in found:
            ledger.put(key, None)
            ledger.put(parts_key(submission_of(key)), None)
        if len(found) == limit:
            return True
        ledger.put(DAYS_KEY, Days(days.closed, days.forwarded, days.queues, days.forwarded))
        return False


def _released(book: str) -> tuple[Fact, ...]:
    """The release of a book of ours; nothing for a text that cannot name one."""
    try:
        return (Fact(bytes.fromhex(book), Released()),)
    except ValueError:
        return ()


def _records(part: Claims | Uploads, **content: object) -> Records:
    fields: dict[str, object] = {"claims": (), "withdrawals": (), "results": ()} | content
    return Records(
        event_id=f"{part.submission_id}/{part.part_no}/records",
        submission_id=part.submission_id,
        part_no=part.part_no,
        part_count=part.part_count,
        facility_id=part.facility_id,
        received_on=part.received_on,
        **fields,  # type: ignore[arg-type]
    )
