"""預檢: a part run through the real rules on a scratch ledger, and answered. Nothing is written.

The inner handler is a second one, with caches of its own: what it learns in a try is not true.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from claims.events import CaseChanged, ImportReported, RowOutcome
from claims.model import Book
from claims.precheck_answers import answered
from claims.precheck_events import CaseStanding, PrecheckChecked
from claims.standings import open_cases
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.handler import Handler
from pipeline.ledger import Ledger
from pipeline.message import Address, Fact, Message
from services.match.scratch_ledger import ScratchLedger
from services.match.state import BOOK

STAGE, TOPIC = "match", "precheck-answered"
CASES_TOPIC, REPORTS_TOPIC = "case-changed", "import-reported"
MOST_OF_A_PERSON = 20


class Tried(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Body of the fact: the request, encoded, so that it can be parked like every other."""

    request: bytes


class Told(NamedTuple):
    """What the rules said in a try."""

    rows: tuple[RowOutcome, ...]
    changed: dict[str, CaseStanding]


class Precheck:
    """``make_handler`` makes a MatchHandler; called once, with the first request."""

    def __init__(self, codec: Codec, make_handler: Callable[[], Handler]) -> None:
        self._codec, self._make = codec, make_handler
        self._handler: Handler | None = None

    def fact(self, event: PrecheckChecked) -> Fact:
        """A request is a book of its own: one that meets a bug sets no other one aside."""
        return Fact(b"precheck/" + event.event_id.encode(), Tried(self._codec.encode(event)))

    def take(self, ledger: Ledger, tried: Tried) -> None:
        event: PrecheckChecked = self._codec.decode(tried.request)
        scratch = ScratchLedger(ledger)
        books = self._run(scratch, event)
        told = self._told(scratch)
        cases = (*told.changed.values(), *_others(scratch, books, told.changed))
        answer = answered(event, STAGE, told.rows, cases)
        ledger.emit(TOPIC, event.facility_id.encode(), self._codec.encode(answer))

    def _run(self, scratch: ScratchLedger, event: PrecheckChecked) -> list[bytes]:
        """Take every fact of the part; the books of the persons it names. Facts about a book in
        quarantine are not tried: nobody knows what its state will be."""
        if self._handler is None:
            self._handler = self._make()
        handler, books = self._handler, {}
        address = Address("precheck-checked", scratch.partition, -1)
        message = Message(address, event.facility_id.encode(), event.message, 0)
        for fact in list(handler.facts(scratch, message)):
            if quarantine.is_parked(scratch, fact.book):
                continue
            handler.take(scratch, fact)
            if fact.book[:1] == BOOK:
                books[fact.book] = True
        handler.finish(scratch, message)
        return list(books)

    def _told(self, scratch: ScratchLedger) -> Told:
        """The last word about every row and every case."""
        rows: dict[tuple[int, str], RowOutcome] = {}
        changed: dict[str, CaseStanding] = {}
        for topic, _, value in scratch.outputs:
            if topic == REPORTS_TOPIC:
                report: ImportReported = self._codec.decode(value)
                rows.update(((row.row_no, row.command_id), row) for row in report.rows)
            elif topic == CASES_TOPIC:
                event = self._codec.decode(value)
                if isinstance(event, CaseChanged):
                    changed[event.case_id] = _standing(event)
        return Told(tuple(rows.values()), changed)


def _standing(event: CaseChanged) -> CaseStanding:
    return CaseStanding(
        event.case_id,
        event.person_masked,
        event.programme,
        event.order_code,
        event.visit_date,
        event.state,
        event.due_on,
        tuple(reason.code for reason in event.reasons),
        event.shortest_fix,
    )


def _others(
    scratch: ScratchLedger, books: Iterable[bytes], changed: dict[str, CaseStanding]
) -> list[CaseStanding]:
    """The other open cases of the persons named: they stay as they are."""
    found = []
    for key in books:
        book = scratch.get(key)
        if isinstance(book, Book):
            told = sum(claim.claim_id in changed for claim in book.claims)
            others = open_cases(book, changed)
            found += others[: max(0, MOST_OF_A_PERSON - told)]
    return found
