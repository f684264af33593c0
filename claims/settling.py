"""One look at a book after something befell it: which cases changed, and what that is called."""

from typing import NamedTuple

from claims.model import Book, Claim, Head, Reason
from claims.rules.evidence import Evidence
from claims.states import MATCHED, NEW, WITHDRAWN, change_of_case, change_of_claim
from claims.verdicts import Verdict, hints, judge


class Cause(NamedTuple):
    """What befell the book: the business day, and the record, command or milestone by its id."""

    day: int
    id: str


class Change(NamedTuple):
    """One step in the life of a case: everything its event says."""

    claim: Claim
    previous_state: str
    change: str
    head: Head
    verdict: Verdict
    hints: tuple[Reason, ...]
    cause: Cause


class Own(NamedTuple):
    """A case whose own claim is what happened: its trigger, and the state it comes from."""

    trigger: str
    previous: str


class Settled(NamedTuple):
    """The book with its new heads, what changed, and every verdict that was looked at."""

    book: Book
    changes: tuple[Change, ...]
    verdicts: tuple[tuple[Claim, Verdict], ...]


NONE_OWN: dict[str, Own] = {}


def settle(book: Book, programme: str, cause: Cause, own: dict[str, Own] = NONE_OWN) -> Settled:
    """Judge every case of a programme again.

    A case speaks when its state, its reasons or the result that answers it change, and always when
    its own claim is the cause. Retractions come first: a match passes from one case to another in
    that order (R-12).
    """
    evidence = Evidence(book, programme)
    claims, heads = book.claims, list(book.heads)
    changes: list[Change] = []
    looked: list[tuple[Claim, Verdict]] = []
    for place in evidence.places:
        claim, head = claims[place], heads[place]
        if head.state == WITHDRAWN:
            continue
        found = judge(claim, evidence)
        looked.append((claim, found))
        mine = own.get(claim.claim_id)
        same = found.state == head.state and found.reasons == head.reasons
        if same and found.state == MATCHED:
            same = _answered_by(found) == head.result_id
        if same and mine is None:
            continue
        after = heads[place] = _head_after(head, found)
        changes.append(_change(claim, head, after, found, mine, cause, evidence))
    if changes:
        book = with_heads(book, tuple(heads))
    if len(changes) > 1:
        changes.sort(key=lambda step: step.previous_state != MATCHED)
    return Settled(book, tuple(changes), tuple(looked))


def _answered_by(found: Verdict) -> str:
    return found.result.result_id if found.result is not None else ""


def _head_after(head: Head, found: Verdict) -> Head:
    """A case that stays matched by the same result keeps the day on which that began (R-3)."""
    sequence = head.sequence + 1
    row = found.result
    if found.state != MATCHED or row is None:
        return Head(found.state, sequence, found.reasons)
    if head.result_id == row.result_id:
        return Head(MATCHED, sequence, (), row.result_id, head.completed_on, head.is_late)
    return Head(MATCHED, sequence, (), row.result_id, row.received_on, found.is_late)


def _change(
    claim: Claim,
    before: Head,
    after: Head,
    found: Verdict,
    mine: Own | None,
    cause: Cause,
    evidence: Evidence,
) -> Change:
    if mine is None:
        previous = before.state
        name = change_of_case(previous, after.state)
    else:
        previous = mine.previous
        has_result = found.result is not None
        name = change_of_claim(previous, mine.trigger, after.state, has_result)
    said = hints(claim, found, evidence, after.is_late)
    return Change(claim, previous, name, after, found, said, cause)


def withdrawn(claim: Claim, before: Head, cause: Cause) -> Change:
    """The last step of a case whose claim was taken back."""
    after = Head(WITHDRAWN, before.sequence + 1)
    return Change(claim, before.state, "claim_withdrawn", after, Verdict(WITHDRAWN), (), cause)


def with_heads(book: Book, heads: tuple[Head, ...]) -> Book:
    return Book(
        book.facility_id, book.seen, book.closed_on, book.claims, heads, book.results, book.indexed
    )


def reopened(head: Head) -> Head:
    """The head of a case that its own new version is about to judge afresh.

    A match is remembered, so that the same result keeps its day of completion.
    """
    return Head(NEW, head.sequence, (), head.result_id, head.completed_on, head.is_late)
