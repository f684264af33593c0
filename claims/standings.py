"""Where the open cases of a book stand, in short: for somebody who asks, not for the journal."""

from collections.abc import Collection

from claims.fix_words import fix_in_words
from claims.fixes import shortest_fix
from claims.masks import mask_person_id
from claims.model import Book, Claim, Head
from claims.precheck_events import CaseStanding
from claims.rules.evidence import Evidence
from claims.settling import Cause, Change
from claims.states import OPEN
from claims.verdicts import judge

_ASKED = Cause(0, "asked")


def open_cases(book: Book, but: Collection[str]) -> list[CaseStanding]:
    """The open cases of a book but those whose ids are named, the latest visits first."""
    both = zip(book.claims, book.heads, strict=True)
    found = [
        (claim, head) for claim, head in both if head.state in OPEN and claim.claim_id not in but
    ]
    found.sort(key=lambda pair: (-(pair[0].visit_date or 0), pair[0].claim_id))
    return [_standing(book, claim, head) for claim, head in found]


def _standing(book: Book, claim: Claim, head: Head) -> CaseStanding:
    verdict = judge(claim, Evidence(book, claim.programme), head.standing)
    now = Change(claim, head.state, "", head, verdict, head.hints, _ASKED, head, book)
    return CaseStanding(
        claim.claim_id,
        mask_person_id(claim.person_id),
        claim.programme,
        claim.order_code,
        claim.visit_date,
        head.state,
        verdict.due_on,
        tuple(reason.code for reason in head.reasons),
        tuple(fix_in_words(step, claim) for step in shortest_fix(now)),
    )
