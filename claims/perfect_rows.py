"""Rows that never came: what a right result of a claim looks like, to try a fix with."""

from claims.model import Claim, Reason, Result, with_
from claims.rules.evidence import CHILD, ORAL, Evidence
from claims.rules.facets import BC_ONLY
from claims.rules.oral import PREVENTION, habits_that_fit

HEPATITIS = ("hbsag", "anti_hcv")
INTERPRETED = ("interp_hbv", "interp_hcv")


def perfect_row(claim: Claim, evidence: Evidence) -> Result:
    """A complete and right result with the claim's key."""
    visit = claim.visit_date or 0
    stage1 = visit
    if claim.requirement == "stage2":
        pair = evidence.pair_claim(claim)
        stage1 = visit if pair is None or pair.visit_date is None else pair.visit_date
    born = claim.subject_birth_date if claim.programme == CHILD else claim.birth_date
    row = Result(
        result_id="tried",
        version=1,
        record_id="tried:0",
        received_on=evidence.closed_on + 1,
        programme=claim.programme,
        person_id=claim.person_id,
        birth_date=born,
        visit_date=stage1,
        stage2_date=visit if claim.requirement == "stage2" else None,
        order_code=claim.order_code if claim.programme == CHILD else "",
        newborn_mark=claim.newborn_mark,
        values={},
        filled=(),
        missing=(),
        content_hash="tried",
    )
    return mended(claim, row, (), evidence)


def mended(claim: Claim, row: Result, reasons: tuple[Reason, ...], evidence: Evidence) -> Result:
    """The row with every answer the claim asks for; ``reasons`` name the key fields that differ."""
    row = with_(with_key_fields(claim, row, reasons), missing=())
    if claim.programme == ORAL:
        return with_(row, values=row.values | _oral_answers(claim, row))
    if claim.programme == CHILD:
        return row
    return _adult(claim, row, evidence)


def with_key_fields(claim: Claim, row: Result, reasons: tuple[Reason, ...]) -> Result:
    """The row with the claim's birth date and stage-2 date, where ``reasons`` name them."""
    fields = {field for reason in reasons for field in reason.field.split(",")}
    if "birth_date" in fields:
        row = with_(row, birth_date=claim.birth_date)
    if "stage2_date" in fields:
        row = with_(row, stage2_date=claim.visit_date)
    return row


def _oral_answers(claim: Claim, row: Result) -> dict[str, str]:
    answers = {"payer": PREVENTION}
    if claim.order_code == "97":
        answers["indigenous"] = "1"
    return answers | habits_that_fit(claim.order_code, row.values)


def _adult(claim: Claim, row: Result, evidence: Evidence) -> Result:
    filled = dict.fromkeys(row.filled)
    if claim.requirement == "bc":
        filled |= dict.fromkeys(HEPATITIS)
        if evidence.has_stage2(claim):
            filled |= dict.fromkeys(INTERPRETED)
        if not evidence.with_adult(claim):
            row = with_(row, values=row.values | {"bc_history": BC_ONLY})
    else:
        filled["stage1"] = None
        if claim.requirement == "stage2":
            filled["stage2"] = None
    return with_(row, filled=tuple(filled))
