"""validate as a handler of the engine: parts in, checked parts out; repeats dropped, days gated."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from claims.agency_events import Actions
from claims.events import BookReleased, Claims, DayClosed, ImportReported, Records, Uploads
from claims.periods import iso_text
from claims.precheck_events import PrecheckAnswered, PrecheckAsked, PrecheckChecked
from pipeline.codec import Codec
from pipeline.errors import UnknownRecord
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message, Released
from services.validate.checking import Checking
from services.validate.daygate import DAY_KEY, DayGate
from services.validate.passing import AGENCY, Agency, key_of, part_of
from services.validate.precheck import Asked, Precheck
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
KINDS = (
    *(Claims, Uploads, DayClosed, BookReleased, Records, ImportReported, *AGENCY),
    *(PrecheckAsked, PrecheckChecked, PrecheckAnswered),
)
RELEASED_PER_MESSAGE = 4  # so that what is held drains even when messages never pause
RELEASED_PER_SLICE = 64  # parts hold up to 500 rows: a slice stays a transaction of some megabytes


class Routed(NamedTuple):
    """An event and the input topic that brought it."""

    topic: str
    event: Claims | Uploads | DayClosed | BookReleased | Agency


class ValidateHandler:
    """Field rules, repeats, ownership. ``keep_days``: how many closed days parts are known for."""

    def __init__(self, codec: Codec, judge: UploadsJudge, keep_days: int) -> None:
        self.packer = state_packer()
        self._codec = codec
        self._checking = Checking(judge)
        self._precheck = Precheck(codec, self._checking)
        self._keep_days = keep_days
        self._gate = DayGate(INPUTS, self._day_closed)

    # -- what the engine calls

    def facts(self, ledger: Ledger, message: Message) -> Iterable[Fact]:
        """One fact a message, its book the submission; a release is two: of ours, and sent on."""
        event = self._codec.decode(message.value)
        if isinstance(event, PrecheckAsked):
            return (self._asked(event),)
        routed = Routed(message.address.topic, event)
        if isinstance(event, Claims | Uploads):
            rows = len(event.rows) if isinstance(event, Claims) else len(event.items)
            return (Fact(event.submission_id.encode(), routed, rows),)
        if isinstance(event, DayClosed):
            return (Fact(DAY_KEY, routed),)
        if isinstance(event, BookReleased):
            return (*_released(event.book), Fact(b"release", routed))
        if isinstance(event, AGENCY):
            submission, _, _ = part_of(event)
            rows = len(event.items) if isinstance(event, Actions) else 1
            return (Fact(submission.encode(), routed, rows),)
        raise UnknownRecord(type(event).__name__)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        if isinstance(fact.body, Released):
            return  # our book was released by the engine, or the book is match's
        if isinstance(fact.body, Asked):
            self._precheck.take(ledger, fact.body)
            return
        assert isinstance(fact.body, Routed)
        topic, event = fact.body
        if isinstance(event, DayClosed):
            self._gate.close(ledger, topic, event.day)
        elif isinstance(event, BookReleased):
            self._pass_on(ledger, topic, event)
        elif isinstance(event, Claims | Uploads):
            if not self._seen(ledger, event.submission_id, event.part_no, event.received_on):
                self._take_part(ledger, topic, event)
        elif not self._seen(ledger, *part_of(event)):
            self._pass_on(ledger, topic, event)
        self._gate.drain(ledger, RELEASED_PER_MESSAGE)

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        """Nothing is gathered over a message: every part leaves by itself."""

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        """Release what a passed day end held back, then forget submissions of long ago."""
        if self._gate.drain(ledger, min(limit, RELEASED_PER_SLICE)):
            return True
        return self._forget(ledger, limit)

    def park(self, fact: Fact) -> bytes:
        body = fact.body
        assert isinstance(body, Routed | Asked)
        topic = body.topic if isinstance(body, Routed) else ""
        return msgspec.msgpack.encode((topic, self._codec.encode(body.event)))

    def unpark(self, book: bytes, parked: bytes) -> Fact:
        topic, packed = msgspec.msgpack.decode(parked, type=tuple[str, bytes])
        event = self._codec.decode(packed)
        if isinstance(event, PrecheckAsked):
            return self._asked(event)
        return Fact(book, Routed(topic, event))

    def _asked(self, event: PrecheckAsked) -> Fact:
        asked = self._precheck.asked(event)
        part = asked.part
        rows = len(part.rows) if isinstance(part, Claims) else len(part.items)
        return Fact(event.request_id.encode(), asked, rows)

    # -- parts

    def _seen(self, ledger: Ledger, submission_id: str, part_no: int, day: int) -> bool:
        """Whether the part came before; remembers it otherwise, until long after ``day``."""
        key = parts_key(submission_id)
        parts = ledger.get(key)
        if not isinstance(parts, Parts):
            parts = Parts()
            ledger.put(received_key(day, submission_id), Received())
        if parts.has(part_no):
            return True
        ledger.put(key, parts.with_part(part_no))
        return False

    def _pass_on(self, ledger: Ledger, topic: str, event: Agency | BookReleased) -> None:
        self._gate.pass_on(ledger, topic, key_of(event), self._codec.encode(event))

    def _take_part(self, ledger: Ledger, topic: str, part: Claims | Uploads) -> None:
        outcome = self._checking.check(part)
        key = part.facility_id.encode()
        if isinstance(part, Uploads):
            for report in reports(part, outcome.refused):
                ledger.emit(REPORTS_TOPIC, key, self._codec.encode(report))
        if outcome.goes_on:
            self._gate.pass_on(ledger, topic, key, self._codec.encode(outcome.records))

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
