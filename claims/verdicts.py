"""verdict(claim, book): state, reasons, hints, nearest results, deadline. From the book alone."""

from typing import NamedTuple

from claims.deadlines import upload_deadline
from claims.matching import Near, answer, near_misses
from claims.model import Book, Claim, Reason, Result
from claims.periods import roc_text
from claims.rules.eligibility import age_hint
from claims.rules.evidence import CHILD, Evidence, usable
from claims.rules.facets import says_bc_only
from claims.rules.oral import habit_is_doubtful
from claims.states import INVALID, LATE, MATCHED, PENDING, PENDING_ERROR, SHOWS_STATUS

NOT_FOUND = (Reason("NOT_FOUND"),)
DUPLICATE = (Reason("DUPLICATE_CLAIM"),)


class Verdict(NamedTuple):
    """What is true of a case now.

    result         the result with the key, right or wrong; None when there is none
    system_status  系統狀態 1 no result with the key, 2 one that fails; 0 where not shown (R-10)
    is_late        matched by a result received after the deadline
    """

    state: str
    reasons: tuple[Reason, ...] = ()
    result: Result | None = None
    nearest: tuple[Near, ...] = ()
    due_on: int | None = None

    @property
    def is_late(self) -> bool:
        return (
            self.state == MATCHED
            and self.result is not None
            and self.due_on is not None
            and self.result.received_on > self.due_on
        )

    @property
    def system_status(self) -> int:
        if self.state not in SHOWS_STATUS:
            return 0
        return 1 if self.result is None else 2


def verdict(claim: Claim, book: Book) -> Verdict:
    """The verdict on a claim that is not withdrawn, from its book."""
    return judge(claim, Evidence(book, claim.programme))


def judge(claim: Claim, evidence: Evidence) -> Verdict:
    """The same, for a look at the book that serves several claims."""
    visit = claim.visit_date
    if visit is None or not usable(claim):
        return Verdict(INVALID, _unusable(claim), due_on=visit and upload_deadline(visit))
    due_on = upload_deadline(visit)
    late = due_on <= evidence.closed_on
    waiting = LATE if late else PENDING
    if not evidence.is_holder(claim):
        return Verdict(waiting, DUPLICATE, due_on=due_on)
    if not evidence.results:
        return Verdict(waiting, NOT_FOUND, due_on=due_on)
    found = answer(claim, evidence)
    if found is None:
        nearest = near_misses(claim, evidence)
        reasons = nearest[0].reasons if nearest else NOT_FOUND
        return Verdict(waiting, reasons, nearest=nearest, due_on=due_on)
    if not found.reasons:
        return Verdict(MATCHED, (), found.result, due_on=due_on)
    return Verdict(LATE if late else PENDING_ERROR, found.reasons, found.result, due_on=due_on)


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


def hints(claim: Claim, verdict: Verdict, evidence: Evidence, is_late: bool) -> tuple[Reason, ...]:
    """What is odd about a case, but no reason (R-22, R-32, R-33)."""
    found: list[Reason] = list(age_hint(claim)) if verdict.state != INVALID else []
    row = verdict.result
    if is_late and verdict.due_on is not None and row is not None:
        found.append(Reason("LATE_UPLOAD", "", roc_text(verdict.due_on), roc_text(row.received_on)))
    stage2 = claim.requirement == "stage2" and verdict.state != INVALID
    if stage2 and evidence.pair_claim(claim) is None:
        found.append(Reason("STAGE1_CLAIM_MISSING"))
    if row is None:
        return tuple(found)
    if claim.requirement in ("stage1", "bc") and says_bc_only(row) and "stage1" in row.filled:
        found.append(Reason("BC_FLAG_ODD", "bc_history", "", row.values["bc_history"]))
    if claim.requirement == "screen" and habit_is_doubtful(claim.order_code, row):
        found.append(Reason("HABIT_DOUBTFUL", "smoking", "", row.values.get("smoking", "")))
    return tuple(found)
