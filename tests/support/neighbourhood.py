"""A facility of several persons over a memory ledger, and a search over all pairs to compare with.

The desk here keeps books and does nothing else; the index and the strangers are the product's.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from claims.book import Cause, Change, new_book, remove_result, take_case, take_row, withdraw_claim
from claims.matching import answer, is_attached
from claims.model import Book, Claim, Result, Stranger, with_
from claims.rules.evidence import Evidence
from claims.states import OPEN
from claims.strangers import near_stranger
from pipeline.ledger import Ledger
from pipeline.memory_ledger import MemoryLedger
from pipeline.state_bytes import PackerByPrefix, Versioned
from services.match.loose_days import STATE_KINDS
from services.match.neighbours import Neighbours
from services.match.state import BOOK, book_key
from tests.support.judge import FACILITY


def key_of(person_id: str) -> bytes:
    return book_key(FACILITY, blake2b(person_id.encode(), digest_size=16).hexdigest())


class Facility:
    """``take`` facts one by one; each is a message of its own unless told otherwise.

    ``aliases``: another ID of a person to the one whose book it shares.
    """

    def __init__(self, aliases: dict[str, str] | None = None) -> None:
        self.aliases = aliases or {}
        pack = msgspec.msgpack.Encoder().encode
        kinds: dict[bytes, Any] = {BOOK: Book, **STATE_KINDS}
        self.ledger = MemoryLedger(
            PackerByPrefix(
                {
                    prefix: Versioned(pack, {1: msgspec.msgpack.Decoder(kind).decode})
                    for prefix, kind in kinds.items()
                }
            )
        )
        self.neighbours = Neighbours(self)
        self.told: list[Change] = []

    def open(self, ledger: Ledger, key: bytes) -> Book:
        book = ledger.get(key)
        assert book is None or isinstance(book, Book)
        return book or new_book(FACILITY, ())

    def put_back(self, ledger: Ledger, key: bytes, book: Book, changes: Sequence[Change]) -> None:
        before = ledger.get(key)
        assert before is None or isinstance(before, Book)
        ledger.put(key, book)
        self.told += changes
        self.neighbours.changed(ledger, key, before, book)

    def take(self, fact: Claim | Result, *, flush: bool = True) -> None:
        cause = Cause(fact.received_on, fact.record_id)
        key = key_of(self.aliases.get(fact.person_id, fact.person_id))
        book = self.open(self.ledger, key)
        changes: tuple[Change, ...]
        if isinstance(fact, Claim):
            book, taken = take_case(book, fact.case_key, (fact,), fact.appl_date, cause)
            changes = taken.changes
        else:
            book, became = take_row(book, fact, cause)
            changes = became.changes
        self._keep(key, book, changes, cause, flush)

    def delete(self, row: Result, *, flush: bool = True) -> None:
        key, cause = key_of(row.person_id), Cause(row.received_on, f"delete/{row.result_id}")
        book, became = remove_result(self.open(self.ledger, key), row.result_id, cause)
        self._keep(key, book, became.changes, cause, flush)

    def withdraw(self, claim: Claim, *, flush: bool = True) -> None:
        key, cause = key_of(claim.person_id), Cause(claim.received_on, f"w/{claim.claim_id}")
        book, _, changes = withdraw_claim(self.open(self.ledger, key), claim.claim_id, cause)
        self._keep(key, book, changes, cause, flush)

    def _keep(
        self, key: bytes, book: Book, changes: Sequence[Change], cause: Cause, flush: bool
    ) -> None:
        self.put_back(self.ledger, key, book, changes)
        self.neighbours.settle(self.ledger, cause)
        if flush:
            self.neighbours.flush(self.ledger)
            self.neighbours.forget()

    def book(self, person_id: str) -> Book:
        return self.open(self.ledger, key_of(person_id))

    def books(self) -> dict[bytes, Book]:
        found = self.ledger.scan(BOOK, BOOK + b"\xff", 10_000)
        return {key: book for key, book in found if isinstance(book, Book)}

    def index(self) -> list[tuple[bytes, object]]:
        return self.ledger.scan(b"l", b"m", 10_000)


# ---- every pair of books, compared without an index ----


def open_claims(book: Book) -> list[Claim]:
    return [
        claim
        for claim, head in zip(book.claims, book.heads, strict=True)
        if head.state in OPEN
        and (evidence := Evidence(book, claim.programme)).is_holder(claim)
        and answer(claim, evidence) is None
    ]


def loose_results(book: Book) -> list[Result]:
    return [row for row in book.results if not is_attached(row, Evidence(book, row.programme))]


def crossed_pairs(book: Book) -> list[tuple[Claim, Result]]:
    found = []
    for claim, head in zip(book.claims, book.heads, strict=True):
        evidence = Evidence(book, claim.programme)
        if claim.programme == "adult" and head.state in OPEN and evidence.is_holder(claim):
            said = answer(claim, evidence)
            if said and "BIRTH_MISMATCH" in {reason.code for reason in said.reasons}:
                found.append((claim, said.result))
    return found


def _key_days(row: Result) -> set[int | None]:
    return {row.visit_date, row.stage2_date} if row.programme == "adult" else {row.visit_date}


def _answers_after(book: Book, claim: Claim, gone: Result, come: Result) -> bool:
    mine = with_(come, person_id=claim.person_id)
    rows = tuple(row for row in book.results if row.result_id != gone.result_id)
    said = answer(claim, Evidence(with_(book, results=(*rows, mine)), claim.programme))
    return said is not None and said.result is mine and not said.reasons


def _swapped(one: Book, other: Book) -> set[tuple[str, str]]:
    """Claims of ``one`` and the results of ``other`` that answer them after an exchange of IDs."""
    tries = [
        (claim, own, theirs, come)
        for claim in open_claims(one)
        for own in loose_results(one)
        for theirs in open_claims(other)
        for come in loose_results(other)
        if claim.programme == own.programme == theirs.programme == come.programme
        and claim.visit_date in _key_days(come)
        and theirs.visit_date in _key_days(own)
        and abs((claim.visit_date or 0) - (theirs.visit_date or 0)) <= 30
    ]
    for claim, own in crossed_pairs(one):
        for theirs, come in crossed_pairs(other):
            if claim.visit_date == theirs.visit_date:
                tries.append((claim, own, theirs, come))
    return {
        (claim.claim_id, come.result_id)
        for claim, own, theirs, come in tries
        if _answers_after(one, claim, own, come) and _answers_after(other, theirs, come, own)
    }


def strangers_by_search(books: dict[bytes, Book], key: bytes) -> tuple[Stranger, ...]:
    """What the book must know of its neighbours."""
    book = books[key]
    rows = {row.result_id: row for other in books.values() for row in other.results}
    others = [other for place, other in books.items() if place != key]
    kept: list[Stranger] = []
    for claim in open_claims(book):
        near = [
            near
            for other in others
            for row in loose_results(other)
            if (near := near_stranger(claim, row)) is not None
        ]
        near.sort(key=lambda each: (len(each.reasons), each.result.result_id))
        kept += [Stranger(claim.claim_id, n.reasons[0].code, n.result) for n in near[:3]]
    swaps = set().union(*(_swapped(book, other) for other in others))
    for claim_id in {claim_id for claim_id, _ in swaps}:
        of_claim = sorted(row for name, row in swaps if name == claim_id)
        kept += [Stranger(claim_id, "PERSONS_SWAPPED", rows[row]) for row in of_claim[:3]]
    return tuple(sorted(kept, key=lambda one: (one.claim_id, one.code, one.result.result_id)))
