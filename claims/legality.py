"""Which change of an uploaded result is legal now (correction.md section 4; R-6, R-23, R-24, R-25).

An answer is the code of the refusal; an empty text is consent.
"""

from collections.abc import Sequence
from typing import NamedTuple

from claims.matching import answers_key
from claims.model import Book, Claim, Head, Result, Round, with_
from claims.rules.evidence import Evidence
from claims.settling import Cause, settle
from claims.states import DECIDED, EXCUSED, MATCHED, OVERDUE, WITHDRAWN

ADULT, ORAL = "adult", "oral"
OVER = DECIDED | {OVERDUE, EXCUSED}
"""States from which no correction leads back."""
_NOBODY = Cause(0, "")


class Concerned(NamedTuple):
    """A case that has a result's key, or is answered by it."""

    claim: Claim
    head: Head

    @property
    def is_listed(self) -> bool:
        return self.head.standing is not None and self.head.standing.listing is not None

    @property
    def round_is_over(self) -> bool:
        standing = self.head.standing
        listing = None if standing is None else standing.listing
        return listing is not None and listing.ended_on is not None


def concerned(book: Book, row: Result) -> list[Concerned]:
    """The cases of the book that a change of ``row`` touches."""
    evidence = Evidence(book, row.programme)
    return [
        Concerned(claim, head)
        for claim, head in zip(book.claims, book.heads, strict=True)
        if claim.programme == row.programme
        and head.state != WITHDRAWN
        and (head.result_id == row.result_id or answers_key(claim, row, evidence))
    ]


def may_change(book: Book, known: Result, row: Result, form_no: str = "") -> str:
    """Whether ``row`` may become the next version of ``known``, whose content it differs from."""
    if known.programme == ADULT and (
        known.visit_date != row.visit_date
        or known.person_id != row.person_id
        or known.birth_date != row.birth_date
    ):
        return "LOCKED"  # adult Q2(1)2: delete the row, add it again
    cases = concerned(book, known)
    if known.programme != ORAL:
        return _round_closed(cases)
    if any(case.head.state == MATCHED for case in cases):
        return "LOCKED"
    positive = known.values.get("result_sign") == "1"
    listed = [case for case in cases if case.is_listed]
    if positive and listed and not form_no:
        right = row.person_id == known.person_id and _would_be_right(book, known, row, listed)
        return "" if right else "EDIT_NOT_ALLOWED"
    return ""


def may_remove(book: Book, known: Result) -> str:
    """Whether a result may be deleted. Oral results never are (R-24)."""
    if known.programme == ORAL:
        return "DELETE_NOT_ALLOWED"
    return _round_closed(concerned(book, known))


def _round_closed(cases: list[Concerned]) -> str:
    """R-6: legal until a round lists the case, and while that round is open."""
    if any(case.head.state == MATCHED and case.round_is_over for case in cases):
        return "ROUND_CLOSED"
    if cases and all(case.round_is_over or case.head.state in OVER for case in cases):
        return "ROUND_CLOSED"
    return ""


def _would_be_right(book: Book, known: Result, row: Result, listed: list[Concerned]) -> bool:
    """P-4: for a listed positive only a content that is right for its case is taken, tried on a
    copy. Whether another claim gets the match, or another result answers, is not asked (R-12)."""
    same_key = {case.claim.claim_id for case in concerned(book, known)}
    alone = with_(book, results=(row,))
    return any(
        _is_right(_without(alone, same_key - {case.claim.claim_id}), row, case.claim)
        for case in listed
    )


def _is_right(book: Book, row: Result, claim: Claim) -> bool:
    settled = settle(book, row.programme, _NOBODY)
    return any(
        mine is claim and found.result is row and (found.too_late or not found.reasons)
        for mine, found in settled.verdicts
    )


def _without(book: Book, claim_ids: set[str]) -> Book:
    if not claim_ids:
        return book
    kept = [
        (claim, head)
        for claim, head in zip(book.claims, book.heads, strict=True)
        if claim.claim_id not in claim_ids
    ]
    return with_(
        book, claims=tuple(claim for claim, _ in kept), heads=tuple(head for _, head in kept)
    )


def off_the_list(book: Book, row: Result, rounds: Sequence[Round]) -> bool:
    """R-25: an oral row of a period whose round has opened, and no claim has its key."""
    if row.programme != ORAL:
        return False
    visit = row.visit_date
    if not any(
        opened.programme == ORAL and opened.service_from <= visit <= opened.service_to
        for opened in rounds
    ):
        return False
    return not any(
        claim.programme == ORAL and claim.visit_date == visit and head.state != WITHDRAWN
        for claim, head in zip(book.claims, book.heads, strict=True)
    )
