"""Books of one person are joined when an alias is entered and split when it is taken back; a closed
facility.

source: design section 5; correction.md rows 22 and 26; rulings R-5, R-7, R-12. Facts keep the ID
they came with, so a split finds them again.
"""

from collections.abc import Callable, Sequence

from claims.model import Book, Claim, Elsewhere, Head, Result, Stranger, with_
from claims.settling import Cause, Change, Own, settle, settle_all
from claims.states import ALIAS, FACILITY_CLOSED, FACILITY_REOPENED, OPEN

Told = tuple[Change, ...]


def join(books: Sequence[Book], cause: Cause) -> tuple[Book, Told]:
    """All that the books hold, in one; they have passed the same milestones.

    Every open case is told of the alias (R-5), then judged among its new facts. The order of the
    books does not matter. Raises ValueError when the milestones passed differ.
    """
    first = books[0]
    if any((one.seen, one.closed_on) != (first.seen, first.closed_on) for one in books):
        raise ValueError("books are brought up to date before they are joined")
    told: Told = ()
    announced = []
    for book in sorted(books, key=_first_name):
        book, changes = told_of_alias(book, cause)
        announced.append(book)
        told += changes
    book, changes = settle_all(_merged(announced), cause, ALIAS)
    return book, told + changes


def split(
    book: Book, groups: Callable[[str], object], cause: Cause
) -> list[tuple[object, Book, Told]]:
    """One book a group; ``groups`` says of an ID whose it is. A group without facts has no book."""
    found: dict[object, None] = {}
    for claim in book.claims:
        found[groups(claim.person_id)] = None
    for row in book.results:
        found[groups(row.person_id)] = None
    if len(found) == 1:
        return [(group, book, ()) for group in found]
    parts = []
    for group in found:
        part, changes = settle_all(_part(book, groups, group), cause, ALIAS)
        parts.append((group, part, changes))
    return parts


def close_facility(book: Book, closed_on: int | None, cause: Cause) -> tuple[Book, Told]:
    """Row 22: the facility of the book is closed, or open again (``closed_on`` None)."""
    if book.facility_closed == closed_on:
        return book, ()
    trigger = FACILITY_REOPENED if closed_on is None else FACILITY_CLOSED
    return settle_all(with_(book, facility_closed=closed_on), cause, trigger)


def told_of_alias(book: Book, cause: Cause) -> tuple[Book, Told]:
    """``alias_added`` for every open case: its state is still what its old book made of it."""
    told: Told = ()
    for programme in dict.fromkeys(claim.programme for claim in book.claims):
        own = {
            claim.claim_id: Own(ALIAS, head)
            for claim, head in zip(book.claims, book.heads, strict=True)
            if claim.programme == programme and head.state in OPEN
        }
        if own:
            settled = settle(book, programme, cause, own)
            book, told = settled.book, told + settled.changes
    return book, told


def _merged(books: Sequence[Book]) -> Book:
    cases: dict[str, tuple[Claim, Head]] = {}
    rows: dict[str, Result] = {}
    for book in books:
        for claim, head in zip(book.claims, book.heads, strict=True):
            known = cases.get(claim.claim_id)
            if known is None or known[1].sequence < head.sequence:
                cases[claim.claim_id] = claim, head
        for row in book.results:
            other = rows.get(row.result_id)
            if other is None or other.version < row.version:
                rows[row.result_id] = row
    names = sorted(cases)
    closed = [book.facility_closed for book in books if book.facility_closed is not None]
    strangers = {_stranger_name(one): one for book in books for one in _strangers(book, rows)}
    elsewhere = {_elsewhere_name(one): one for book in books for one in book.elsewhere}
    return with_(
        books[0],
        claims=tuple(cases[name][0] for name in names),
        heads=tuple(cases[name][1] for name in names),
        results=tuple(rows[name] for name in sorted(rows)),
        indexed=tuple(sorted({day for book in books for day in book.indexed})),
        rules=min(book.rules for book in books),
        facility_closed=min(closed, default=None),
        strangers=tuple(strangers[name] for name in sorted(strangers)),
        elsewhere=tuple(elsewhere[name] for name in sorted(elsewhere)),
    )


def _part(book: Book, groups: Callable[[str], object], group: object) -> Book:
    cases = [
        (claim, head)
        for claim, head in zip(book.claims, book.heads, strict=True)
        if groups(claim.person_id) == group
    ]
    names = {claim.claim_id for claim, _ in cases}
    return with_(
        book,
        claims=tuple(claim for claim, _ in cases),
        heads=tuple(head for _, head in cases),
        results=tuple(row for row in book.results if groups(row.person_id) == group),
        indexed=(),
        strangers=tuple(one for one in book.strangers if one.claim_id in names),
        elsewhere=tuple(one for one in book.elsewhere if one.claim_id in names),
    )


def _strangers(book: Book, own: dict[str, Result]) -> list[Stranger]:
    """A result that is now the person's own is a stranger's no more."""
    return [one for one in book.strangers if one.result.result_id not in own]


def _first_name(book: Book) -> str:
    facts = [claim.claim_id for claim in book.claims]
    return min(facts + [row.result_id for row in book.results], default="")


def _stranger_name(one: Stranger) -> tuple[str, str, str]:
    return one.claim_id, one.code, one.result.result_id


def _elsewhere_name(one: Elsewhere) -> tuple[str, ...]:
    return one.claim_id, one.code, one.found, one.evidence
