"""verdict(claim, book): state, reasons, nearest results, deadline. From the book alone.

source: correction.md sections 1 to 3; rulings R-1, R-3, R-4, R-7 to R-10, R-29, R-33, R-34
"""

import msgspec

from claims.deadlines import upload_deadline
from claims.elsewhere import elsewhere_reasons
from claims.matching import Near, answer, near_misses
from claims.model import NO_HEAD, PLAIN, Book, Claim, Head, Listing, Reason, Result, Standing
from claims.periods import roc_text
from claims.rules.evidence import CHILD, ORAL, Evidence, usable
from claims.states import (
    EXCUSED,
    EXEMPT,
    INVALID,
    LATE,
    MATCHED,
    NOTED,
    OPEN_ERROR,
    OPEN_MISSING,
    OVERDUE,
    PENDING,
    PENDING_ERROR,
    SHOWS_STATUS,
)
from claims.strangers import strangers_near

NOT_FOUND = (Reason("NOT_FOUND"),)
DUPLICATE = (Reason("DUPLICATE_CLAIM"),)
NOTE_REQUIRED = Reason("NOTE_REQUIRED", "note")
FORM_REQUIRED = Reason("FORM_REQUIRED", "betel,smoking")
HABITS = frozenset({"HABIT_MISMATCH", "HABIT_NOT_ELIGIBLE"})
NEAREST_SHOWN = 3
REVERSED = "reversed"
"""A decision taken back on a right result: whenever it came, it counts (row 21; R-8)."""
APPROVED, REFUSED = "approved", "refused"


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What is true of a case now.

    result      the result with the key, right or wrong; None when there is none
    upload_due  上傳期限; None for a claim without a visit date
    listing     the round that lists the case
    too_late    the result is right, and came after the round was over (P-2)
    """

    state: str
    reasons: tuple[Reason, ...] = ()
    result: Result | None = None
    nearest: tuple[Near, ...] = ()
    upload_due: int | None = None
    listing: Listing | None = None
    too_late: bool = False

    @property
    def due_on(self) -> int | None:
        """The deadline that counts now: of the upload, then of the correction."""
        return self.upload_due if self.listing is None else self.listing.closes_on

    @property
    def is_late(self) -> bool:
        """Matched by a result received after the upload deadline."""
        return (
            self.state == MATCHED
            and self.result is not None
            and self.upload_due is not None
            and self.result.received_on > self.upload_due
        )

    @property
    def sign(self) -> str:
        """陰性 0 or 陽性 1 of an oral result that has the key; empty when none."""
        row = self.result
        if row is None or row.programme != ORAL:
            return ""
        return row.values.get("result_sign", "")

    @property
    def system_status(self) -> int:
        """系統狀態 1 no result with the key, 2 one that fails; 0 where not shown (R-10)."""
        if self.state not in SHOWS_STATUS or self.too_late:
            return 0
        return 1 if self.result is None else 2


def head_of(claim: Claim, book: Book) -> Head:
    for place, known in enumerate(book.claims):
        if known.claim_id == claim.claim_id and place < len(book.heads):
            return book.heads[place]
    return NO_HEAD


def verdict(claim: Claim, book: Book) -> Verdict:
    """The verdict on a claim that is not withdrawn, from its book."""
    return judge(claim, Evidence(book, claim.programme), head_of(claim, book).standing)


def judge(claim: Claim, evidence: Evidence, standing: Standing | None = None) -> Verdict:
    """The same, for a look at the book that serves several claims."""
    visit = claim.visit_date
    done = standing or PLAIN
    listing = done.listing
    decided = "" if done.decision == REVERSED else done.decision
    if visit is None or not usable(claim):
        due = None if visit is None else upload_deadline(visit)
        return Verdict(decided or INVALID, _unusable(claim), upload_due=due, listing=listing)
    due = upload_deadline(visit)
    reasons, result, nearest = _found(claim, evidence)
    if not reasons and result is not None and not decided:
        if listing is not None and done.decision != REVERSED and _came_too_late(listing, result):
            reasons = (_late_upload(listing.ended_on, result),)
            state = _without_match(claim, evidence, done, due, result, reasons)
            return Verdict(state, reasons, result, (), due, listing, too_late=True)
        if done.review != APPROVED:
            return Verdict(MATCHED, (), result, upload_due=due, listing=listing)
    state = decided or _without_match(claim, evidence, done, due, result, reasons)
    if state == OPEN_ERROR and _is_positive(result):
        reasons = (*reasons, *_asked_of_positives(reasons))
    return Verdict(state, reasons, result, nearest, due, listing)


def _without_match(
    claim: Claim,
    evidence: Evidence,
    done: Standing,
    due: int,
    result: Result | None,
    reasons: tuple[Reason, ...],
) -> str:
    """The state of a usable case that no result in time answers, and that nobody has decided."""
    if done.review == APPROVED:
        return EXCUSED
    if done.exempt or (evidence.book.facility_closed is not None and claim.programme == CHILD):
        return EXEMPT  # row 22: a closed facility exempts children, others only a decision
    if done.listing is not None:
        return _listed(done, done.listing, result, reasons)
    if due <= evidence.closed_on:
        return LATE
    return PENDING if result is None else PENDING_ERROR


def _asked_of_positives(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """R-34: a listed positive needs a note; a habit that must change, the form besides."""
    if any(reason.code in HABITS for reason in reasons):
        return NOTE_REQUIRED, FORM_REQUIRED
    return (NOTE_REQUIRED,)


def _found(
    claim: Claim, evidence: Evidence
) -> tuple[tuple[Reason, ...], Result | None, tuple[Near, ...]]:
    """Reasons (none: a right result), the result with the key, and what comes near."""
    book = evidence.book
    if not evidence.is_holder(claim):
        return DUPLICATE, None, ()
    if evidence.results:
        found = answer(claim, evidence)
        if found is not None:
            return found.reasons, found.result, ()
        nearest = near_misses(claim, evidence)
    else:
        nearest = ()
    if book.strangers:
        both = [*nearest, *strangers_near(claim, book, evidence)]
        both.sort(key=lambda near: (len(near.reasons), near.days, near.result.result_id))
        nearest = tuple(both[:NEAREST_SHOWN])
    if nearest:
        return nearest[0].reasons, None, nearest
    return (elsewhere_reasons(claim, book) if book.elsewhere else ()) or NOT_FOUND, None, ()


def _came_too_late(listing: Listing, result: Result) -> bool:
    """R-3, R-7: once the round is over, only what was received by its end counts."""
    return listing.ended_on is not None and result.received_on > listing.ended_on


def _late_upload(last_good: int | None, result: Result) -> Reason:
    return Reason("LATE_UPLOAD", "", roc_text(last_good or 0), roc_text(result.received_on))


def _listed(
    standing: Standing, listing: Listing, result: Result | None, reasons: tuple[Reason, ...]
) -> str:
    """Rows 8 to 17: on a list, its round open or over. A note that stood when the round ended
    waits for its review, whatever comes after."""
    if listing.ended_on is not None:
        return NOTED if standing.note is not None and not standing.review else OVERDUE
    if standing.note is not None and reasons and _is_positive(result):
        return NOTED
    return OPEN_MISSING if result is None else OPEN_ERROR


def _is_positive(result: Result | None) -> bool:
    """陽性: an oral result with the sign 1."""
    return (
        result is not None and result.programme == ORAL and result.values.get("result_sign") == "1"
    )


def _unusable(claim: Claim) -> tuple[Reason, ...]:
    """All key fields that cannot be used."""
    reasons = []
    if not claim.person_id:
        reasons.append(Reason("KEY_BLANK", "person_id"))
    if claim.visit_date is None:
        reasons.append(Reason("KEY_BLANK", "visit_date"))
    if claim.programme == CHILD and claim.subject_birth_date is None:
        reasons.append(Reason("BIRTH_INVALID", "birth_date"))
    return tuple(reasons)


__all__ = ["PLAIN", "Verdict", "head_of", "judge", "verdict"]
