"""Hepatitis B and C: beside the adult check or alone."""

from datetime import date

from bench.region.facts import Claim
from bench.region.layouts import Row
from bench.region.life import nothing, ok, wrong
from bench.region.people import (
    PAIRS,
    aged,
    bc_row,
    full_row,
    hepatitis,
    stage1_row,
)
from bench.region.scenarios import scenario
from bench.region.story import Story


def _with_check(story: Story) -> tuple[date, Claim, Claim]:
    """First stage and hepatitis in one case."""
    visit = story.visit()
    aged(story, "21")
    check, hepatitis_claim = story.case(visit, "21", "L1001C")
    return visit, check, hepatitis_claim


@scenario("adult", 500, "3", "R-16")
def bc_with_check(story: Story) -> None:
    """Hepatitis beside the first stage, both filled."""
    visit, *claims = _with_check(story)
    month = story.month
    story.row("adult", month.results, stage1_row(story, visit, **hepatitis(story)), "matched")
    for claim in claims:
        story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 80, "4", "BC_RESULT_MISSING")
def bc_result_missing(story: Story) -> None:
    """Hepatitis claimed beside the check, 40 and 41 both blank."""
    visit, check, bc = _with_check(story)
    month = story.month
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    story.lives(check, nothing(month.claims), ok(month.results))
    story.lives(bc, nothing(month.claims), wrong(month.results, "BC_RESULT_MISSING"))


def _one_blank(story: Story, blank: str, reason: str) -> None:
    visit, check, bc = _with_check(story)
    month = story.month
    row = stage1_row(story, visit, **hepatitis(story)) | {blank: ""}
    story.row("adult", month.results, row, "matched")
    story.lives(check, nothing(month.claims), ok(month.results))
    story.lives(bc, nothing(month.claims), wrong(month.results, reason))


@scenario("adult", 20, "4", "HBSAG_MISSING")
def bc_hbsag_blank(story: Story) -> None:
    """The surface antigen is blank."""
    _one_blank(story, "hbsag", "HBSAG_MISSING")


@scenario("adult", 20, "4", "ANTI_HCV_MISSING")
def bc_anti_hcv_blank(story: Story) -> None:
    """The antibody against hepatitis C is blank."""
    _one_blank(story, "anti_hcv", "ANTI_HCV_MISSING")


@scenario("adult", 20, "3", "4", "STAGE1_INCOMPLETE")
def bc_complete_check_not(story: Story) -> None:
    """The check has a blank field, hepatitis is complete: one reason, one match."""
    visit, check, bc = _with_check(story)
    month = story.month
    row = stage1_row(story, visit, **hepatitis(story)) | {"exercise": ""}
    story.row("adult", month.results, row, "matched")
    story.lives(check, nothing(month.claims), wrong(month.results, "STAGE1_INCOMPLETE"))
    story.lives(bc, nothing(month.claims), ok(month.results))


@scenario("adult", 60, "1", "7", "NOT_FOUND")
def bc_with_check_missing(story: Story) -> None:
    """Check and hepatitis claimed, nothing uploaded."""
    _, *claims = _with_check(story)
    for claim in claims:
        story.lives(claim, nothing(story.month.claims))


@scenario("adult", 20, "4", "BIRTH_MISMATCH")
def bc_birth_differs(story: Story) -> None:
    """Another birth date spoils check and hepatitis."""
    visit, *claims = _with_check(story)
    day, other = story.month.results, story.born.replace(day=story.born.day % 28 + 1)
    truly, story.born = story.born, other
    row = stage1_row(story, visit, **hepatitis(story))
    story.born = truly
    story.row("adult", day, row, "stored")
    for claim in claims:
        story.lives(claim, nothing(story.month.claims), wrong(day, "BIRTH_MISMATCH"))


def _three_claims(story: Story) -> tuple[Claim, Claim, Claim, Row]:
    """Both stages and hepatitis; and a row with everything but the judgements 56 and 57."""
    aged(story, "21")
    first, second = story.visit(12), story.visit(28, 15)
    check, bc = story.case(first, "21", "L1001C")
    (stage2,) = story.case(second, PAIRS["21"])
    return check, bc, stage2, full_row(story, first, second, **hepatitis(story))


@scenario("adult", 250, "3", "R-21")
def bc_with_both_stages(story: Story) -> None:
    """Both stages and hepatitis, everything filled."""
    *claims, row = _three_claims(story)
    month = story.month
    row |= {"interp_hbv": "0", "interp_hcv": "0"}
    story.row("adult", month.results, row, "matched")
    for claim in claims:
        story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 50, "4", "INTERP_HBV_MISSING", "INTERP_HCV_MISSING")
def bc_judgement_missing(story: Story) -> None:
    """Stage 2 was claimed, a hepatitis judgement is blank: only hepatitis suffers."""
    check, bc, stage2, row = _three_claims(story)
    month = story.month
    reasons = story.random.choice(
        (
            ("INTERP_HBV_MISSING",),
            ("INTERP_HCV_MISSING",),
            ("INTERP_HBV_MISSING", "INTERP_HCV_MISSING"),
        )
    )
    row |= {"interp_hbv": "0", "interp_hcv": "0"}
    row |= {reason.removesuffix("_MISSING").lower(): "" for reason in reasons}
    story.row("adult", month.results, row, "matched")
    story.lives(check, nothing(month.claims), ok(month.results))
    story.lives(stage2, nothing(month.claims), ok(month.results))
    story.lives(bc, nothing(month.claims), wrong(month.results, *reasons))


@scenario("adult", 20, "24", "INTERP_HBV_MISSING", "R-21")
def bc_retracted_by_stage2(story: Story) -> None:
    """A stage-2 claim that is added later asks for the judgements: hepatitis loses its match."""
    aged(story, "21")
    month, first, second = story.month, story.visit(12), story.visit(28, 15)
    check, bc = story.case(first, "21", "L1001C")
    (stage2,) = story.case(second, "23", sheet=story.sheet("added"))
    row = full_row(story, first, second, **hepatitis(story))
    story.row("adult", month.results, row, "matched")
    story.lives(check, nothing(month.claims), ok(month.results))
    story.lives(stage2, ok(month.resend, received=month.results))
    missing = wrong(month.resend, "INTERP_HBV_MISSING", "INTERP_HCV_MISSING")
    story.lives(bc, nothing(month.claims), ok(month.results), missing)


@scenario("adult", 250, "3", "R-16", "R-22")
def bc_alone(story: Story) -> None:
    """Hepatitis alone, flag 3, nothing of the check."""
    aged(story, "L1001C")
    visit, month = story.visit(), story.month
    code = story.random.choices(("L1001C", "29"), (9, 1))[0]
    (claim,) = story.case(visit, code)
    story.row("adult", month.results, bc_row(story, visit), "matched")
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 40, "4", "BC_FLAG_NOT_3")
def bc_alone_flag_not_3(story: Story) -> None:
    """Hepatitis alone, but the flag does not say so."""
    aged(story, "L1001C")
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, "L1001C")
    row = bc_row(story, visit, bc_history=story.random.choice("012"))
    if story.random.random() < 0.5:
        row = stage1_row(story, visit) | hepatitis(story)
    story.row("adult", month.results, row, "stored")
    story.lives(claim, nothing(month.claims), wrong(month.results, "BC_FLAG_NOT_3"))


@scenario("adult", 30, "4", "BC_RESULT_MISSING")
def bc_alone_blank(story: Story) -> None:
    """Hepatitis alone, flag 3, both results blank."""
    aged(story, "L1001C")
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, "L1001C")
    row = bc_row(story, visit, hbsag="", anti_hcv="")
    story.row("adult", month.results, row, "stored")
    story.lives(claim, nothing(month.claims), wrong(month.results, "BC_RESULT_MISSING"))


@scenario("adult", 30, "1", "7", "NOT_FOUND")
def bc_alone_missing(story: Story) -> None:
    """Hepatitis alone, nothing uploaded."""
    aged(story, "L1001C")
    (claim,) = story.case(story.visit(), "L1001C")
    story.lives(claim, nothing(story.month.claims))
