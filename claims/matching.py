"""Which result answers which claim, and which comes near. A near miss is never a match.

source: programmes.md section 5 with its incomplete-row rule; R-12, R-13, R-29
"""

from collections.abc import Iterable

import msgspec

from claims.model import Claim, Reason, Result
from claims.periods import roc_text
from claims.programmes import programmes
from claims.rules import RULES
from claims.rules.agreement import birth_differs, birth_mismatch
from claims.rules.evidence import CHILD, Evidence, newborn_mark, usable
from claims.rules.facets import facet_date

NEAREST_SHOWN = 3
STAGE2_FILLED = frozenset({"stage2", "interp_hbv", "interp_hcv"})
"""Any of these says that stage 2 was done (R-20; uploads.md section 2, layout A)."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The result that has a claim's key, and what is wrong with it; nothing wrong is a match."""

    result: Result
    reasons: tuple[Reason, ...]


class Near(msgspec.Struct, frozen=True, gc=False):
    """A result that matches nothing, near a claim: what differs, and by how many days."""

    result: Result
    reasons: tuple[Reason, ...]
    days: int

    @property
    def differs(self) -> tuple[str, ...]:
        return tuple(reason.field for reason in self.reasons)


def _with_key(claim: Claim, evidence: Evidence) -> Iterable[Result]:
    """The results whose key agrees with the claim's, exactly."""
    visit = claim.visit_date
    if visit is None:
        return ()
    requirement = claim.requirement
    if requirement == "visit":
        return [row for row in evidence.dated(visit) if _child_key_agrees(claim, row)]
    if requirement == "stage2":
        return [row for row in evidence.second(visit) if facet_date(row, "stage2") == visit]
    rows = evidence.dated(visit)
    if requirement == "stage1":
        return [row for row in rows if facet_date(row, "stage1") == visit]
    return rows  # screen; bc: a row of that day without hepatitis is present, and wrong


def _child_key_agrees(claim: Claim, row: Result) -> bool:
    return (
        row.order_code == claim.order_code
        and row.birth_date == claim.subject_birth_date
        and (
            not claim.is_newborn
            or newborn_mark(row.newborn_mark) == newborn_mark(claim.newborn_mark)
        )
    )


def answer(claim: Claim, evidence: Evidence) -> Answer | None:
    """The result with the claim's key; None when there is none.

    Two rows can share a stage-2 date, a book joined by an alias can hold two of a day, and twins'
    rows all fit a child of its own number: then the one with the fewest faults counts, the older of
    equals. Never the one that happens to lie first: the order in which they came decides nothing.
    """
    best: Answer | None = None
    for row in _with_key(claim, evidence):
        reasons: tuple[Reason, ...] = ()
        for rule in RULES[claim.requirement]:
            reasons += rule(claim, row, evidence)
        if best is None or _rank(row, reasons) < _rank(best.result, best.reasons):
            best = Answer(row, reasons)
    if best is None and claim.requirement == "stage2":
        return _stage1_row_of_pair(claim, evidence)
    return best


def answers_key(claim: Claim, row: Result, evidence: Evidence) -> bool:
    """Whether a result has the key of a claim, the incomplete-row rule included."""
    visit, requirement = claim.visit_date, claim.requirement
    if visit is None or not usable(claim):
        return False
    if requirement == "visit":
        return row.visit_date == visit and _child_key_agrees(claim, row)
    if requirement in ("stage1", "stage2") and facet_date(row, requirement) == visit:
        return True
    if requirement == "stage2":
        pair = evidence.pair_claim(claim)
        return (
            pair is not None
            and row.stage2_date is None
            and facet_date(row, "stage1") == pair.visit_date
        )
    return requirement != "stage1" and row.visit_date == visit


def _rank(row: Result, reasons: tuple[Reason, ...]) -> tuple[int, int, str]:
    return (len(reasons), row.received_on, row.result_id)


def _stage1_row_of_pair(claim: Claim, evidence: Evidence) -> Answer | None:
    """The incomplete-row rule: stage 1 was uploaded, stage 2 claimed, its date is blank (R-20)."""
    pair = evidence.pair_claim(claim)
    if pair is None or pair.visit_date is None:
        return None
    best: Answer | None = None
    for row in evidence.dated(pair.visit_date):
        if row.stage2_date is None and facet_date(row, "stage1") is not None:
            any_filled = not STAGE2_FILLED.isdisjoint(row.filled)
            code = "STAGE2_DATE_MISSING" if any_filled else "STAGE2_MISSING"
            reasons: tuple[Reason, ...] = (
                Reason(code, "stage2_date", roc_text(claim.visit_date or 0), ""),
            )
            if birth_differs(claim, row):
                reasons = (birth_mismatch(claim.birth_date, row.birth_date), *reasons)
            if best is None or _rank(row, reasons) < _rank(best.result, best.reasons):
                best = Answer(row, reasons)
    return best


def near_misses(claim: Claim, evidence: Evidence) -> tuple[Near, ...]:
    """Results of the same book that match nothing and differ little, nearest first (R-29)."""
    visit = claim.visit_date
    if visit is None or not evidence.results:
        return ()
    look = _near_child if claim.requirement == "visit" else _near_date
    reach = programmes().settings.near_miss_days
    found = [
        near
        for row in evidence.results
        if (
            abs(row.visit_date - visit) <= reach
            or (row.stage2_date is not None and abs(row.stage2_date - visit) <= reach)
        )
        and (near := look(claim, visit, row, evidence))
    ]
    found.sort(key=lambda near: (len(near.reasons), near.days, near.result.result_id))
    return tuple(found[:NEAREST_SHOWN])


def _near_date(claim: Claim, visit: int, row: Result, evidence: Evidence) -> Near | None:
    """Adult and oral: the same person and facility, another date within reach."""
    oral = claim.requirement == "screen"
    date = row.visit_date if oral else facet_date(row, claim.requirement)
    if date is None or (claim.requirement, date) in evidence.attached():
        return None
    days = abs(date - visit)
    if days > programmes().settings.near_miss_days:
        return None
    field = {"stage1": "stage1_date", "bc": "stage1_date", "stage2": "stage2_date"}.get(
        claim.requirement, "visit_date"
    )
    reasons: tuple[Reason, ...] = (Reason("DATE_MISMATCH", field, roc_text(visit), roc_text(date)),)
    if not oral and birth_differs(claim, row):  # an oral key and its content know no birth date
        reasons += (birth_mismatch(claim.birth_date, row.birth_date),)
    return Near(row, reasons, days)


def _near_child(claim: Claim, visit: int, row: Result, evidence: Evidence) -> Near | None:
    """Child: two of order code, date and birth date agree, the third differs."""
    if claim.is_newborn and newborn_mark(row.newborn_mark) != newborn_mark(claim.newborn_mark):
        return None  # a twin's row
    reasons: tuple[Reason, ...] = ()
    days = abs(row.visit_date - visit)
    if row.order_code != claim.order_code:
        reasons += (Reason("CODE_MISMATCH", "order_code", claim.order_code, row.order_code),)
    if days:
        reasons += (
            Reason("DATE_MISMATCH", "visit_date", roc_text(visit), roc_text(row.visit_date)),
        )
    if row.birth_date != claim.subject_birth_date:
        reasons += (birth_mismatch(claim.subject_birth_date, row.birth_date),)
    if len(reasons) != 1 or days > programmes().settings.near_miss_days:
        return None
    return None if is_attached(row, evidence) else Near(row, reasons, days)


def is_attached(row: Result, evidence: Evidence) -> bool:
    """Whether a live claim asks for this result's key, in any of its facets."""
    attached = evidence.attached()
    if evidence.programme == CHILD:
        key = (row.order_code, row.visit_date, row.birth_date)
        return key in attached or (*key, newborn_mark(row.newborn_mark)) in attached
    if evidence.programme == "oral":
        return ("screen", row.visit_date) in attached
    return any(
        (requirement, facet_date(row, requirement)) in attached
        for requirement in ("stage1", "stage2", "bc")
    )
