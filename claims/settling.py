"""One look at a book after something befell it: which cases changed, and what that is called."""

import msgspec

from claims.hints import hints
from claims.model import PLAIN, Book, Claim, Head, Reason, Standing, Step, with_
from claims.recovery import order_of
from claims.rules.evidence import Evidence
from claims.states import (
    CLAIM_ACCEPTED,
    MATCHED,
    NEW,
    OVERDUE,
    REVISION,
    TRACKED,
    WITHDRAWAL,
    WITHDRAWN,
    change_of_case,
    change_of_own,
)
from claims.verdicts import Verdict, judge


class Cause(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What befell the book: the business day, and the record, command or milestone by its id."""

    day: int
    id: str


class Change(msgspec.Struct, frozen=True, gc=False):
    """One step in the life of a case: everything its event says.

    before  the head until then, of a revised claim the one of its former version
    book    as it was after the step, to try fixes on; None when nothing is left to fix
    """

    claim: Claim
    previous_state: str
    change: str
    head: Head
    verdict: Verdict
    hints: tuple[Reason, ...]
    cause: Cause
    before: Head
    book: Book | None = None


class Own(msgspec.Struct, frozen=True, gc=False):
    """A case that is itself what something befell: the trigger, and the head it comes from."""

    trigger: str
    before: Head


class Settled(msgspec.Struct, frozen=True, gc=False):
    """The book with its new heads, what changed, and every verdict that was looked at."""

    book: Book
    changes: tuple[Change, ...]
    verdicts: tuple[tuple[Claim, Verdict], ...]


Judged = tuple[Claim, str, str, Head, Verdict, tuple[Reason, ...], Cause, Head]
"""All of a Change but its book, which is known when every case was judged."""

NONE_OWN: dict[str, Own] = {}


def settle(
    book: Book,
    programme: str,
    cause: Cause,
    own: dict[str, Own] = NONE_OWN,
    trigger: str = "",
) -> Settled:
    """Judge every case of a programme again.

    A case speaks when its state, its reasons, its hints or the result that answers it change, and
    always when it is itself what something befell (``own``). Retractions come first: a match
    passes from one case to another in that order (R-12).
    """
    evidence = Evidence(book, programme)
    claims, heads = book.claims, list(book.heads)
    steps: list[Judged] = []
    looked: list[tuple[Claim, Verdict]] = []
    for place in evidence.places:
        claim, head = claims[place], heads[place]
        if head.state == WITHDRAWN:
            continue
        found = judge(claim, evidence, head.standing)
        if head.waived:
            found = _kept(found, head)
        looked.append((claim, found))
        mine = own.get(claim.claim_id)
        is_late = _is_late(head, found)
        said = hints(claim, found, evidence, head, is_late)
        if mine is None and _is_the_same(head, found, said):
            continue
        step = _step(claim, head, found, said, is_late, mine, cause, trigger)
        heads[place] = step[3]
        steps.append(step)
    if not steps:
        return Settled(book, (), tuple(looked))
    book = with_(book, heads=tuple(heads))
    changes = [Change(*step, book) for step in steps]
    if len(changes) > 1:
        changes.sort(key=lambda change: change.previous_state != MATCHED)
    return Settled(book, tuple(changes), tuple(looked))


def settle_all(book: Book, cause: Cause, trigger: str = "") -> tuple[Book, tuple[Change, ...]]:
    """The same for every programme of the book."""
    changes: tuple[Change, ...] = ()
    for programme in dict.fromkeys(claim.programme for claim in book.claims):
        settled = settle(book, programme, cause, trigger=trigger)
        book, changes = settled.book, changes + settled.changes
    return book, changes


def _is_the_same(head: Head, found: Verdict, said: tuple[Reason, ...]) -> bool:
    return (
        found.state == head.state
        and found.reasons == head.reasons
        and said == head.hints
        and found.sign == head.sign
        and (found.state != MATCHED or _answered_by(found) == head.result_id)
    )


def _answered_by(found: Verdict) -> str:
    return found.result.result_id if found.result is not None else ""


def _kept(found: Verdict, head: Head) -> Verdict:
    """Row 28: what only a change of the rules says against a match does not undo it."""
    if (
        head.state == MATCHED
        and found.state != MATCHED
        and _answered_by(found) == head.result_id
        and set(found.reasons) <= set(head.waived)
    ):
        return with_(found, state=MATCHED, reasons=())
    return found


def _is_late(head: Head, found: Verdict) -> bool:
    """A case that stays matched by the same result keeps what was true when that began."""
    if found.state == MATCHED and head.result_id and head.result_id == _answered_by(found):
        return head.is_late
    return found.is_late


def _step(
    claim: Claim,
    head: Head,
    found: Verdict,
    said: tuple[Reason, ...],
    is_late: bool,
    mine: Own | None,
    cause: Cause,
    trigger: str,
) -> Judged:
    before = head if mine is None else mine.before
    name = _name(head, found, said, mine, trigger)
    after = _head_after(head, found, said, is_late)
    if found.state in TRACKED or before.state in TRACKED:
        after = _tracked(claim, before, after, name, cause)
    return claim, before.state, name, after, found, said, cause, before


def _name(
    head: Head, found: Verdict, said: tuple[Reason, ...], mine: Own | None, trigger: str
) -> str:
    if mine is not None:
        return change_of_own(mine.before.state, mine.trigger, found.state, found.result is not None)
    if found.state == head.state and found.state != MATCHED:
        if found.reasons == head.reasons and found.sign == head.sign:
            return "hint_changed"
        if found.too_late and found.state == OVERDUE:
            return "late_correction"
    elif found.state == head.state and _answered_by(found) == head.result_id:
        return "hint_changed"
    return change_of_case(head.state, found.state, trigger)


def _head_after(head: Head, found: Verdict, said: tuple[Reason, ...], is_late: bool) -> Head:
    """A case that stays matched by the same result keeps the day on which that began (R-3)."""
    sequence, row = head.sequence + 1, found.result
    if found.state != MATCHED or row is None:
        return Head(
            found.state,
            sequence,
            found.reasons,
            hints=said,
            standing=head.standing,
            sign=found.sign,
        )
    same = head.result_id == row.result_id
    completed_on = head.completed_on if same else row.received_on
    return Head(
        MATCHED,
        sequence,
        (),
        row.result_id,
        completed_on,
        is_late,
        said,
        head.standing,
        head.waived if same else (),
        found.sign,
    )


def _tracked(claim: Claim, before: Head, after: Head, name: str, cause: Cause) -> Head:
    """Keep the chain of steps behind a recovery, and the recovery's id."""
    standing = after.standing or PLAIN
    chain = standing.chain if before.state in TRACKED else ()
    step = Step(after.sequence, cause.day, name, after.state, after.reasons)
    order = order_of(claim.claim_id, standing.order_id, before.state, after)
    return with_(after, standing=with_(standing, chain=(*chain, step), order_id=order))


def withdrawn(claim: Claim, before: Head, cause: Cause) -> Change:
    """The last step of a case whose claim was taken back."""
    after = Head(WITHDRAWN, before.sequence + 1, standing=before.standing)
    if before.state in TRACKED:
        after = _tracked(claim, before, after, "claim_withdrawn", cause)
    name = change_of_own(before.state, WITHDRAWAL, WITHDRAWN, False)
    return Change(claim, before.state, name, after, Verdict(WITHDRAWN), (), cause, before)


def reopened(head: Head, standing: Standing | None) -> Head:
    """The head of a case that its own new version is about to judge afresh.

    A match is remembered, so that the same result keeps its day of completion.
    """
    return Head(
        NEW,
        head.sequence,
        (),
        head.result_id,
        head.completed_on,
        head.is_late,
        (),
        standing,
    )


def with_standing(book: Book, place: int, standing: Standing) -> Book:
    """The book in which something was done to one case; ``settle`` says what follows."""
    heads = book.heads
    head = with_(heads[place], standing=standing)
    return with_(book, heads=(*heads[:place], head, *heads[place + 1 :]))


__all__ = [
    "CLAIM_ACCEPTED",
    "REVISION",
    "Cause",
    "Change",
    "Own",
    "Settled",
    "reopened",
    "settle",
    "settle_all",
    "with_standing",
    "withdrawn",
]
