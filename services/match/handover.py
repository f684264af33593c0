"""變更醫事機構代碼: the books of a renamed facility go to the partition of its new code, once.

Books, directory entries and positions change in one transaction with the messages that carry the
books: none is lost and none arrives twice. What comes for the old code afterwards is forwarded;
the books it names go ahead of it, so that a command finds what it speaks of. Rows about a book in
quarantine wait behind it here, and it follows when it is released.
"""

from collections.abc import Callable, Iterable

import msgspec

from claims.agency_events import Actions
from claims.book import Book
from claims.events import Records
from claims.recovery_events import BookMoved, HintFound
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.handler import Packer
from pipeline.ledger import Ledger
from pipeline.message import Fact
from services.match.aliases import Aliases
from services.match.arrivals import ASKED, FORWARDED, Arrivals, Forwarded
from services.match.claim_side import case_key_of
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facilities import (
    CLOSING,
    ERRAND,
    MOVING,
    Errand,
    Facilities,
    books_of,
)
from services.match.facts import (
    CaseAct,
    CaseLines,
    ResultRow,
    Withdrawal,
    acts_of,
    facts_of,
    header_of,
)
from services.match.hint_side import ForeignHint, hint_fact
from services.match.state import book_key, facility_of

TOPIC = "records"
PART_BYTES = 500_000


class Handover:
    """Sends books away. ``packer`` gives the state bytes of a book."""

    def __init__(
        self,
        desk: Desk,
        codec: Codec,
        packer: Packer,
        aliases: Aliases,
        facilities: Facilities,
        cases: Directory,
        results: Directory,
        park: Callable[[Fact], bytes],
        arrivals: Arrivals,
    ) -> None:
        self._desk, self._codec, self._packer = desk, codec, packer
        self._aliases, self._facilities = aliases, facilities
        self._cases, self._results, self._park = cases, results, park
        self._arrivals = arrivals

    def is_straggler(self, ledger: Ledger, event: Forwarded) -> bool:
        """Whether a message is for a renamed facility, or must wait for books of its facility."""
        return (
            self._facilities.forward_of(ledger, event.facility_id) is not None
            or self._former(ledger, event) is not None
            or self._arrivals.must_wait(ledger, event)
        )

    def forward(self, ledger: Ledger, event: Forwarded) -> bool:
        """Pass on a message for a renamed facility. One for its new code first goes the way the
        books come from, while any may be on it; then it waits for those that wait for a milestone.
        False when it is to be taken as it is."""
        code = event.facility_id
        new, former = self._facilities.forward_of(ledger, code), self._former(ledger, event)
        if new is not None:
            self._pass_on(ledger, event, code, new)
        elif former is not None:
            self._emit_as(ledger, event, former, ASKED)
        elif self._arrivals.must_wait(ledger, event):
            self._arrivals.defer(ledger, event)
        else:
            return False
        return True

    def _former(self, ledger: Ledger, event: Forwarded) -> str | None:
        """The former code by which a message must go; its rows may be about books there."""
        if not isinstance(event, Records | Actions) or event.event_id.endswith(FORWARDED):
            return None
        return self._facilities.awaits(ledger, event.facility_id)

    def _pass_on(self, ledger: Ledger, event: Forwarded, old: str, new: str) -> None:
        rest: Forwarded | None = event
        if ledger.get(ERRAND + MOVING + old.encode()) is not None:
            rest = self._send_named(ledger, event)
        elif event.event_id.endswith(ASKED):
            self._emit(ledger, old, 0, [], last=True)  # somebody waits to hear it
        if rest is not None:
            self._emit_as(ledger, rest, new, FORWARDED)

    def released(self, ledger: Ledger, key: bytes) -> None:
        """A book left its quarantine: it follows the others when its facility was renamed."""
        old = facility_of(key)
        if self._facilities.forward_of(ledger, old) is not None:
            self._send(ledger, old, [key])
            self._facilities.move_on(ledger, old)  # whatever else it touched, and then the end

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        """One slice of the errands, and of the books that waited for a milestone. True while there
        is more to do. To be asked before the milestones are swept."""
        self._facilities.forget()
        limit -= self._arrivals.take_waiting(ledger, limit)
        errands = ledger.scan(ERRAND, bytes((ERRAND[0] + 1,)), limit) if limit > 0 else []
        for key, errand in errands:
            assert isinstance(errand, Errand)
            kind, code = key[1:2], key[2:].decode()
            if limit <= 0:
                return True
            if kind == CLOSING:
                limit -= self._facilities.sweep_closing(ledger, code, errand, limit)
            elif not (errand.held and not errand.cursor):
                limit -= self._slice(ledger, code, errand, limit)
        return limit <= 0 or any(
            isinstance(errand, Errand) and not (errand.held and not errand.cursor)
            for _, errand in ledger.scan(ERRAND, bytes((ERRAND[0] + 1,)), 1000)
        )

    def _slice(self, ledger: Ledger, code: str, errand: Errand, limit: int) -> int:
        books, cursor = books_of(ledger, code, errand, limit)
        free = [key for key in books if not quarantine.is_parked(ledger, key)]
        self._send(ledger, code, free)
        held = errand.held or len(free) < len(books)
        place = ERRAND + MOVING + code.encode()
        if cursor:
            ledger.put(place, Errand(cursor, held))
        elif held:
            ledger.put(place, Errand(b"", True))
        else:
            if self._facilities.of(ledger, code).parts:  # else it had no books, or not here
                self._emit(ledger, code, 0, [], last=True)
            ledger.put(place, None)
        return len(books)

    def _send(self, ledger: Ledger, old: str, keys: Iterable[bytes]) -> None:
        """Give the books away, in parts of a bearable size, one number of milestones a part."""
        rename = self._facilities.of(ledger, old).rename
        assert rename is not None, "a hand-over begins with a rename"
        seen, size, part = 0, 0, list[bytes]()
        for key in keys:
            book = ledger.get(key)
            if book is None or quarantine.is_parked(ledger, key):
                continue
            assert isinstance(book, Book)
            if not book.claims and not book.results:
                self._desk.give_away(ledger, key, book, rename)
                continue
            packed = self._packer.pack(key, book)
            if part and (book.seen != seen or size + len(packed) > PART_BYTES):
                self._emit(ledger, old, seen, part)
                size, part = 0, []
            seen, size = book.seen, size + len(packed)
            part.append(packed)
            self._desk.give_away(ledger, key, book, rename)
            for claim in book.claims:
                self._cases.remove(ledger, old, claim.case_key)
            for row in book.results:
                self._results.remove(ledger, old, row.result_id)
        if part:
            self._emit(ledger, old, seen, part)

    def _emit(
        self, ledger: Ledger, old: str, seen: int, books: list[bytes], last: bool = False
    ) -> None:
        known = self._facilities.of(ledger, old)
        assert known.rename is not None
        number = known.parts + 1
        self._facilities.keep(ledger, old, msgspec.structs.replace(known, parts=number))
        event = BookMoved(
            f"{known.rename.id}/moved/{number}",
            known.renamed_to,
            old,
            known.rename.day,
            number,
            last,
            seen,
            tuple(books),
        )
        ledger.emit(TOPIC, known.renamed_to.encode(), self._codec.encode(event))

    def _emit_as(self, ledger: Ledger, event: Forwarded, code: str, suffix: str) -> None:
        named = msgspec.structs.replace(event, event_id=event.event_id + suffix, facility_id=code)
        ledger.emit(TOPIC, code.encode(), self._codec.encode(named))

    def _send_named(self, ledger: Ledger, event: Forwarded) -> Forwarded | None:
        """The books a message speaks of go ahead of it; rows about one in quarantine stay behind
        it. What is left of the message, if only its header; None for a hint that stays."""
        old, ahead, stay = event.facility_id, set[bytes](), set[int]()
        for fact in self._facts_of(ledger, event):
            named = self._named(ledger, old, fact)
            parked = sorted(key for key in named if quarantine.is_parked(ledger, key))
            if parked:
                behind = parked[0]
                quarantine.park(ledger, behind, self._park(Fact(behind, fact.body)))
                stay |= {id(row) for row in _rows_of(fact)}
                if isinstance(event, HintFound):
                    return None
            else:
                ahead |= named
        self._send(ledger, old, sorted(ahead))
        return _without(event, stay) if stay else event

    def _facts_of(self, ledger: Ledger, event: Forwarded) -> Iterable[Fact]:
        match event:
            case Records():
                root, own_key = self._aliases.root, self._aliases.own_key
                return facts_of(event, header_of(event), own_key, lambda who: root(ledger, who))
            case Actions():
                return acts_of(event, header_of(event))
            case HintFound():
                return (hint_fact(event, self._aliases.root(ledger, event.person_key)),)
        return ()  # what tells every book that comes

    def _named(self, ledger: Ledger, old: str, fact: Fact) -> set[bytes]:
        """Books of the old code that a row speaks of."""
        persons: set[str | None]
        cases, results = self._cases, self._results
        match fact.body:
            case CaseLines(person_key=who, case_key=case_key):
                persons = {who, cases.find(ledger, old, case_key)}
            case Withdrawal(row=row):
                persons = {cases.find(ledger, old, case_key_of(row.claim_id))}
            case ResultRow(person_key=who, item=item):
                persons = {who}
                if item.target_id:
                    persons.add(results.find(ledger, old, item.target_id))
                    persons.add(cases.find(ledger, old, case_key_of(item.target_id)))
            case CaseAct(action=action):
                persons = {cases.find(ledger, old, case_key_of(action.case_id))}
            case ForeignHint(hint=hint):
                persons = {cases.find(ledger, old, case_key_of(hint.claim_id))}
            case _:
                persons = set()
        return {book_key(old, self._aliases.root(ledger, who)) for who in persons if who}


def _rows_of(fact: Fact) -> tuple[object, ...]:
    """The rows of its message that a fact is made of."""
    match fact.body:
        case CaseLines(lines=lines):
            return lines
        case Withdrawal(row=row):
            return (row,)
        case ResultRow(item=item):
            return (item,)
        case CaseAct(action=action):
            return (action,)
    return ()


def _without(event: Forwarded, stay: set[int]) -> Forwarded:
    """The same message without the rows of these identities."""
    if isinstance(event, Actions):
        items = tuple(each for each in event.items if id(each) not in stay)
        return msgspec.structs.replace(event, items=items)
    assert isinstance(event, Records)
    return msgspec.structs.replace(
        event,
        claims=tuple(each for each in event.claims if id(each) not in stay),
        withdrawals=tuple(each for each in event.withdrawals if id(each) not in stay),
        results=tuple(each for each in event.results if id(each) not in stay),
    )
