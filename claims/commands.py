"""What people do to a case: notes, reviews, decisions. Each is judged once, and may be refused.

source: correction.md rows 13, 15, 17 to 19, 21, 22, 25 and section 4; R-8, R-26, R-34, R-35.
A refusal is a reason code; an empty text is consent.
"""

from collections.abc import Callable
from typing import NamedTuple

from claims.model import PLAIN, Book, Claim, Head, Note, Reason, Standing, with_
from claims.settling import Cause, Change, Own, settle, with_standing
from claims.states import (
    DENIAL,
    EXCUSED,
    EXEMPTION,
    MATCHED,
    NOT_PAYABLE,
    NOTE,
    NOTE_EMPTIED,
    NOTED,
    OPEN,
    OPEN_ERROR,
    OVERDUE,
    RECOVERED,
    RECOVERY,
    REMARK,
    REVERSAL,
    REVIEW,
)
from claims.verdicts import APPROVED, REFUSED, REVERSED, verdict

ANNOTATIONS = ("CLAIM_DATE_WRONG", "SYSTEM_CASE", "LAB_NO_ACCESS")
ORAL = "oral"


class Act(NamedTuple):
    """One action of the agency. ``kind`` as on the wire; ``on``: day of a postmark."""

    kind: str
    command_id: str
    code: str = ""
    text: str = ""
    on: int | None = None


class Done(NamedTuple):
    """What became of a command: the refusal (empty: done), and what changed."""

    code: str
    changes: tuple[Change, ...] = ()


class Target(NamedTuple):
    """The case a command is about."""

    place: int
    claim: Claim
    head: Head

    @property
    def standing(self) -> Standing:
        return self.head.standing or PLAIN

    @property
    def round_is_over(self) -> bool:
        listing = self.standing.listing
        return listing is not None and listing.ended_on is not None


def target_of(book: Book, case_id: str) -> Target | None:
    for place, claim in enumerate(book.claims):
        if claim.claim_id == case_id:
            return Target(place, claim, book.heads[place])
    return None


# -- notes 無法補登說明


def may_note(book: Book, target: Target) -> str:
    """Oral, on an open list, status 2, positive; hard (spec README, seed conflicts)."""
    if target.claim.programme != ORAL:
        return "NOTE_NOT_ALLOWED"
    state = target.head.state
    if state == MATCHED:
        return "LOCKED"
    if target.round_is_over:
        return "ROUND_CLOSED"
    if state == NOTED:
        return ""
    if state != OPEN_ERROR:
        return "NOTE_NOT_ALLOWED"
    row = verdict(target.claim, book).result
    positive = row is not None and row.values.get("result_sign") == "1"
    return "" if positive else "NOTE_NOT_ALLOWED"


def save_note(
    book: Book, case_id: str, text: str, command_id: str, cause: Cause
) -> tuple[Book, Done]:
    """Rows 13 and 15; an empty ``text`` takes the note back."""
    target = target_of(book, case_id)
    if target is None:
        return book, Done("UNKNOWN_CASE")
    code = may_note(book, target)
    standing = target.standing
    if code or (not text and standing.note is None):
        return book, Done(code)
    note = Note(text, command_id, cause.day) if text else None
    trigger = NOTE if text else NOTE_EMPTIED
    return _apply(book, target, with_(standing, note=note), trigger, cause)


# -- actions of the agency


def act(book: Book, case_id: str, action: Act, cause: Cause) -> tuple[Book, Done]:
    """One action on one case; an unknown ``kind`` is VALUE_NOT_ALLOWED."""
    target = target_of(book, case_id)
    if target is None:
        return book, Done("UNKNOWN_CASE")
    judge = ACTIONS.get(action.kind)
    if judge is None:
        return book, Done("VALUE_NOT_ALLOWED")
    code, standing, trigger = judge(book, target, action)
    if code:
        return book, Done(code)
    if action.text:
        standing = with_(standing, remark=action.text)
    if standing == target.standing:
        return book, Done("")  # said before: nothing new
    return _apply(book, target, standing, trigger, cause)


Judged = tuple[str, Standing, str]
"""Refusal or nothing; the standing that follows; its trigger."""


def _review(book: Book, target: Target, action: Act) -> Judged:
    """Row 17: HPA reviews a note once the round is over."""
    standing = target.standing
    if target.head.state != NOTED or not target.round_is_over:
        return "DECISION_NOT_ALLOWED", standing, REVIEW
    review = APPROVED if action.kind == "review_approved" else REFUSED
    return "", with_(standing, review=review), REVIEW


def _decide(book: Book, target: Target, action: Act) -> Judged:
    """Rows 18 and 19: 不予核付 before the fee was paid, 追扣 after."""
    standing = target.standing
    paid = action.kind == "decide_recovered"
    trigger = RECOVERY if paid else DENIAL
    if target.head.state != OVERDUE:
        return "DECISION_NOT_ALLOWED", standing, trigger
    return "", with_(standing, decision=RECOVERED if paid else NOT_PAYABLE), trigger


def _reverse(book: Book, target: Target, action: Act) -> Judged:
    """Row 21; R-8: back to matched when a right result exists, else excused, with a reason."""
    standing = target.standing
    if target.head.state not in (OVERDUE, NOT_PAYABLE, RECOVERED):
        return "DECISION_NOT_ALLOWED", standing, REVERSAL
    if not action.text.strip():
        return "VALUE_NOT_ALLOWED", standing, REVERSAL
    freed = with_(standing, decision=REVERSED)
    right = verdict(target.claim, with_standing(book, target.place, freed)).state == MATCHED
    return "", freed if right else with_(standing, decision=EXCUSED), REVERSAL


def _exempt(book: Book, target: Target, action: Act) -> Judged:
    """Row 22: others than children of a closed facility only by decision."""
    standing = target.standing
    if target.head.state not in OPEN:
        return "DECISION_NOT_ALLOWED", standing, EXEMPTION
    return "", with_(standing, exempt=True), EXEMPTION


def _form_received(book: Book, target: Target, action: Act) -> Judged:
    """R-35: 大口資料修改申請表 came by mail."""
    if target.claim.programme != ORAL or action.on is None:
        return "EDIT_NOT_ALLOWED", target.standing, REMARK
    return "", with_(target.standing, form_received_on=action.on), REMARK


def _annotate(book: Book, target: Target, action: Act) -> Judged:
    """R-35: what a clinic said by phone, kept once a code, shown as a hint."""
    standing = target.standing
    if action.code not in ANNOTATIONS:
        return "VALUE_NOT_ALLOWED", standing, REMARK
    kept = {*standing.annotations, Reason(action.code)}
    order = sorted(kept, key=lambda reason: ANNOTATIONS.index(reason.code))
    return "", with_(standing, annotations=tuple(order)), REMARK


ACTIONS: dict[str, Callable[[Book, Target, Act], Judged]] = {
    "review_approved": _review,
    "review_refused": _review,
    "decide_not_payable": _decide,
    "decide_recovered": _decide,
    "reverse": _reverse,
    "exempt": _exempt,
    "form_received": _form_received,
    "annotate": _annotate,
}


def _apply(
    book: Book, target: Target, standing: Standing, trigger: str, cause: Cause
) -> tuple[Book, Done]:
    own = {target.claim.claim_id: Own(trigger, target.head)}
    book = with_standing(book, target.place, standing)
    settled = settle(book, target.claim.programme, cause, own)
    return settled.book, Done("", settled.changes)
