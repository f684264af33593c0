"""match: records in; cases, results and outcomes out. Every decision is asked of claims/."""

from collections.abc import Iterable

import msgspec

from claims.case_events import CASE_VIEWS, Publisher
from claims.events import (
    BookReleased,
    DayClosed,
    ImportReported,
    Records,
    ResultStored,
    SweepFinished,
)
from pipeline.codec import Codec
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message, Released
from services.match.claim_side import ClaimSide
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facts import (
    PARKED,
    CaseLines,
    Header,
    ResultRow,
    Withdrawal,
    facts_of,
    header_of,
    is_book,
)
from services.match.milestones import Milestones
from services.match.outcomes import Outcomes
from services.match.result_side import ResultSide
from services.match.state import CASES, RESULTS, state_packer

KINDS = (Records, DayClosed, BookReleased, ImportReported, ResultStored, SweepFinished, *CASE_VIEWS)


class MatchHandler:
    """A pipeline.handler.Handler over the books of a partition."""

    def __init__(self, codec: Codec, publisher: Publisher) -> None:
        self.packer = state_packer()
        self._codec = codec
        self._person_key = publisher.person_key
        self._outcomes = Outcomes()
        self._cases, self._results = Directory(CASES), Directory(RESULTS)
        self._desk = Desk(codec, publisher)
        self._claims = ClaimSide(self._desk, self._cases, self._outcomes, self.park)
        self._rows = ResultSide(self._desk, codec, self._results, self._outcomes, self.park)
        self._milestones = Milestones(self._desk, codec)
        self._own: Header | None = None

    def facts(self, message: Message) -> Iterable[Fact]:
        """Raises what the codec raises for a message that is not ours to read."""
        self._outcomes.forget()
        self._cases.forget()
        self._results.forget()
        self._desk.begin()
        self._own = None
        event = self._codec.decode(message.value)
        if isinstance(event, Records):
            self._own = header_of(event)
            return facts_of(event, self._own, self._person_key)
        if isinstance(event, BookReleased):
            return (Fact(bytes.fromhex(event.book), Released()),)
        return (Fact(b"milestones", event),)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        match fact.body:
            case CaseLines() as case:
                self._claims.take_case(ledger, case)
            case ResultRow() as row:
                self._rows.take(ledger, row)
            case Withdrawal() as withdrawal:
                self._claims.withdraw(ledger, withdrawal)
            case DayClosed(day=day):
                self._milestones.close_day(ledger, day)
            case Released():
                # Days that closed meanwhile were not swept over this book.
                if is_book(fact.book) and ledger.get(fact.book) is not None:
                    self._desk.put_back(ledger, fact.book, self._desk.open(ledger, fact.book), ())

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        self._cases.flush(ledger)
        self._results.flush(ledger)
        own = self._own if message is not None else None
        for report in self._outcomes.reports(own):
            ledger.emit("import-reported", report.facility_id.encode(), self._codec.encode(report))

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        return self._milestones.sweep(ledger, limit)

    def park(self, fact: Fact) -> bytes:
        return msgspec.msgpack.encode(fact.body)

    def unpark(self, book: bytes, parked: bytes) -> Fact:
        return Fact(book, PARKED.decode(parked))
