"""What of a book is alone when its deadline has passed: a claim without a result with its key, a
result for whose key no claim asks.

source: design.md section 5 (elsewhere is fed with what is still alone); correction.md section 2
"""

from collections.abc import Callable, Iterator

from claims.deadlines import upload_deadline
from claims.matching import answer, is_attached
from claims.model import Book, Claim, Kept, Result
from claims.rules.evidence import ADULT, CHILD, Evidence
from claims.rules.facets import facet_date
from claims.states import LATE, OPEN_MISSING, OVERDUE

CLAIM, RESULT = "claim", "result"
FACETS = ("stage1", "stage2", "bc")
_STATES = frozenset({LATE, OPEN_MISSING, OVERDUE})


class Item(Kept, frozen=True, array_like=True, gc=False):
    """A claim or result that is alone, of one person. It names no person itself.

    requirement  of a claim: stage1, stage2, bc, visit, screen; of a result: its facets, by commas
    key_date     visit date; of an adult result stage 1, and ``second_date`` stage 2
    birth_key    child: keyed hash of the birth date
    """

    kind: str
    facility_id: str
    item_id: str
    programme: str
    requirement: str
    order_code: str
    key_date: int
    second_date: int | None = None
    birth_key: str = ""


def alone_in(
    book: Book, birth_key: Callable[[int], str]
) -> dict[tuple[str, str], tuple[str, Item]]:
    """By kind and id: the person's ID and what is alone. Empty, and at once, for most books.

    ``birth_key`` makes a keyed hash of a birth date.
    """
    claims, rows = _late_claims(book), _unclaimed_rows(book)
    if not claims and not rows:
        return {}
    found = {}
    seen: dict[str, Evidence] = {}
    for person_id, item in (
        *_alone_claims(claims, book, seen, birth_key),
        *_alone_results(rows, book, seen, birth_key),
    ):
        found[item.kind, item.item_id] = person_id, item
    return found


def result_days(book: Book) -> list[int]:
    """The upload deadlines ahead of results that answer no case yet: when they pass, the book has
    to be looked at."""
    days = []
    for row in book.results:
        if not _answers(row, book):  # first, for most do
            due = upload_deadline(row.visit_date)
            if due > book.closed_on:
                days.append(due)
    return days


def _answers(row: Result, book: Book) -> bool:
    """Whether it is the answer of a matched case."""
    for head in book.heads:  # noqa: SIM110 - any() costs three times as much
        if head.result_id == row.result_id:
            return True
    return False


def _late_claims(book: Book) -> list[Claim]:
    """Written for books of which nothing is late: this is asked after every change."""
    for head in book.heads:
        if head.state in _STATES:
            break
    else:
        return []
    both = zip(book.claims, book.heads, strict=True)
    return [claim for claim, head in both if head.state in _STATES]


def _unclaimed_rows(book: Book) -> list[Result]:
    """Past their deadline, and the answer of no matched case."""
    closed_on, found = book.closed_on, []
    for row in book.results:
        past = row.visit_date <= closed_on and upload_deadline(row.visit_date) <= closed_on
        if past and not _answers(row, book):
            found.append(row)
    return found


def _evidence(book: Book, programme: str, seen: dict[str, Evidence]) -> Evidence:
    known = seen.get(programme)
    if known is None:
        known = seen[programme] = Evidence(book, programme)
    return known


def _alone_claims(
    claims: list[Claim], book: Book, seen: dict[str, Evidence], birth_key: Callable[[int], str]
) -> Iterator[tuple[str, Item]]:
    for claim in claims:
        evidence, visit = _evidence(book, claim.programme, seen), claim.visit_date
        if visit is None or not evidence.is_holder(claim) or answer(claim, evidence) is not None:
            continue
        yield (
            claim.person_id,
            Item(
                CLAIM,
                book.facility_id,
                claim.claim_id,
                claim.programme,
                claim.requirement,
                claim.order_code,
                visit,
                None,
                _birth(claim.programme, claim.subject_birth_date, birth_key),
            ),
        )


def _alone_results(
    rows: list[Result], book: Book, seen: dict[str, Evidence], birth_key: Callable[[int], str]
) -> Iterator[tuple[str, Item]]:
    for row in rows:
        if is_attached(row, _evidence(book, row.programme, seen)):
            continue
        yield (
            row.person_id,
            Item(
                RESULT,
                book.facility_id,
                row.result_id,
                row.programme,
                _facets(row),
                row.order_code,
                row.visit_date,
                row.stage2_date,
                _birth(row.programme, row.birth_date, birth_key),
            ),
        )


def _facets(row: Result) -> str:
    if row.programme != ADULT:
        return "visit" if row.programme == CHILD else "screen"
    return ",".join(facet for facet in FACETS if facet_date(row, facet) is not None)


def _birth(programme: str, born: int | None, birth_key: Callable[[int], str]) -> str:
    """Only a child's birth date is part of a key."""
    return birth_key(born) if programme == CHILD and born is not None else ""
