"""Claim lines come, come again, and are taken back (correction.md rows 1, 2, 23, 27; R-11)."""

import msgspec

from claims.model import NEVER, NO_HEAD, Book, Claim, Head, with_
from claims.rounds import standing_of_revision
from claims.settling import Cause, Change, Own, reopened, settle, withdrawn
from claims.states import CLAIM_ACCEPTED, DECIDED, MATCHED, REVISION, WITHDRAWN


class Moved(msgspec.Struct, frozen=True, gc=False):
    """A case on its way from one book to another: its claims with their heads."""

    lines: tuple[tuple[Claim, Head], ...]


class ClaimsTaken(msgspec.Struct, frozen=True, gc=False):
    """What became of the lines of a case: matched, stored or unchanged, in their order."""

    outcomes: tuple[str, ...]
    changes: tuple[Change, ...]


def same_content(one: Claim, other: Claim) -> bool:
    """All that a clinic claimed agrees; the claim date alone is no new content."""
    return (
        one.rest == other.rest
        and one.visit_date == other.visit_date
        and one.order_code == other.order_code
        and one.person_id == other.person_id
        and one.birth_date == other.birth_date
        and one.subject_birth_date == other.subject_birth_date
        and one.points == other.points
        and one.newborn_mark == other.newborn_mark
        and one.is_newborn == other.is_newborn
        and one.requirement == other.requirement
        and one.lab_facility_id == other.lab_facility_id
        and one.fee_month == other.fee_month
    )


def newest_version(book: Book, case_key: str) -> int:
    """The claim date of the version of a case that the book holds; NEVER when it holds none."""
    dates = [claim.appl_date for claim in book.claims if claim.case_key == case_key]
    return max(dates, default=NEVER)


def take_case(
    book: Book, case_key: str, lines: tuple[Claim, ...], appl_date: int, cause: Cause
) -> tuple[Book, ClaimsTaken]:
    """The lines of one case in one file; an older version changes nothing.

    Lines of the version before that the new one no longer holds are withdrawn.
    """
    if not book.claims and len(lines) == 1:
        return _take_first(book, lines[0], cause)
    known = {
        claim.claim_id: place
        for place, claim in enumerate(book.claims)
        if claim.case_key == case_key
    }
    if known and appl_date < newest_version(book, case_key):
        return book, ClaimsTaken(("unchanged",) * len(lines), ())
    claims, heads = list(book.claims), list(book.heads)
    own: dict[str, Own] = {}
    programmes: list[str] = []
    for line in lines:
        place = known.get(line.claim_id)
        if place is None:
            known[line.claim_id] = len(claims)
            claims.append(line)
            heads.append(NO_HEAD)
            own[line.claim_id] = Own(CLAIM_ACCEPTED, NO_HEAD)
        elif line.claim_id in own:  # named twice in one file: the later line counts
            claims[place] = line
        elif same_content(line, claims[place]) and (
            heads[place].state != WITHDRAWN or appl_date == claims[place].appl_date
        ):
            if line.appl_date == claims[place].appl_date:
                continue
            claims[place] = line  # the claim date decides between duplicates, so it is kept
        else:
            programmes.append(claims[place].programme)
            own[line.claim_id] = Own(REVISION, heads[place])
            standing = standing_of_revision(claims[place], line, heads[place])
            claims[place], heads[place] = line, reopened(heads[place], standing)
        programmes.append(line.programme)
    if not programmes and not known.keys() - {line.claim_id for line in lines}:
        return book, ClaimsTaken(("unchanged",) * len(lines), ())
    changes: tuple[Change, ...] = ()
    if known:
        heads, changes = _gone(claims, heads, known, {line.claim_id for line in lines}, cause)
        programmes += [step.claim.programme for step in changes]
    book = with_(book, claims=tuple(claims), heads=tuple(heads))
    for programme in dict.fromkeys(programmes):
        settled = settle(book, programme, cause, own)
        book, changes = settled.book, changes + settled.changes
    return book, ClaimsTaken(_outcomes(lines, own, changes), changes)


def _take_first(book: Book, line: Claim, cause: Cause) -> tuple[Book, ClaimsTaken]:
    """The same for a book without claims: what most lines meet."""
    own = {line.claim_id: Own(CLAIM_ACCEPTED, NO_HEAD)}
    book = with_(book, claims=(line,), heads=(NO_HEAD,))
    settled = settle(book, line.programme, cause, own)
    outcome = MATCHED if settled.book.heads[0].state == MATCHED else "stored"
    return settled.book, ClaimsTaken((outcome,), settled.changes)


def _gone(
    claims: list[Claim], heads: list[Head], known: dict[str, int], kept: set[str], cause: Cause
) -> tuple[list[Head], tuple[Change, ...]]:
    changes = []
    for claim_id, place in known.items():
        state = heads[place].state
        if claim_id not in kept and state != WITHDRAWN and state not in DECIDED:
            step = withdrawn(claims[place], heads[place], cause)
            changes.append(step)
            heads[place] = step.head
    return heads, tuple(changes)


def _outcomes(
    lines: tuple[Claim, ...], own: dict[str, Own], changes: tuple[Change, ...]
) -> tuple[str, ...]:
    now = {step.claim.claim_id: step.head.state for step in changes}
    return tuple(
        "unchanged"
        if line.claim_id not in own
        else "matched"
        if now.get(line.claim_id) == MATCHED
        else "stored"
        for line in lines
    )


def withdraw_claim(book: Book, claim_id: str, cause: Cause) -> tuple[Book, str, tuple[Change, ...]]:
    """撤回申報 (row 23; R-35). Legal until the agency decided; twice changes nothing.

    returns the refusal (UNKNOWN_CASE, WITHDRAW_NOT_ALLOWED), or an empty text.
    """
    place = next((at for at, line in enumerate(book.claims) if line.claim_id == claim_id), None)
    if place is None:
        return book, "UNKNOWN_CASE", ()
    claim, state = book.claims[place], book.heads[place].state
    if state in DECIDED:
        return book, "WITHDRAW_NOT_ALLOWED", ()
    if state == WITHDRAWN:
        return book, "", ()
    step = withdrawn(claim, book.heads[place], cause)
    heads = (*book.heads[:place], step.head, *book.heads[place + 1 :])
    settled = settle(with_(book, heads=heads), claim.programme, cause)
    return settled.book, "", (step, *settled.changes)


def send_away(book: Book, case_key: str, cause: Cause) -> tuple[Book, Moved, tuple[Change, ...]]:
    """A newer version names another person: the case leaves this book, its history with it."""
    lines = tuple(
        (claim, head)
        for claim, head in zip(book.claims, book.heads, strict=True)
        if claim.case_key == case_key
    )
    stays = [place for place, claim in enumerate(book.claims) if claim.case_key != case_key]
    book = with_(
        book,
        claims=tuple(book.claims[place] for place in stays),
        heads=tuple(book.heads[place] for place in stays),
    )
    changes: tuple[Change, ...] = ()
    for programme in dict.fromkeys(claim.programme for claim, _ in lines):
        settled = settle(book, programme, cause)
        book, changes = settled.book, changes + settled.changes
    return book, Moved(lines), changes


def receive(book: Book, moved: Moved) -> Book:
    """The other end of ``send_away``; its new version is taken right after, and judges it."""
    return with_(
        book,
        claims=book.claims + tuple(claim for claim, _ in moved.lines),
        heads=book.heads + tuple(head for _, head in moved.lines),
    )
