"""What the agency decides, and takes back (rows 18 to 23; R-8, R-35)."""

from bench.region.dates import ENDED, roc
from bench.region.facts import Claim, Sheet
from bench.region.life import nothing, ok, wrong
from bench.region.people import adult, child, child_row, oral, oral_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story

WHY = "經查證屬實，撤銷原處分"


def _missing(story: Story) -> Claim:
    """A screening that nobody ever uploads."""
    (claim,) = story.case(story.visit(), oral(story))
    return claim


@scenario("oral", 20, "18", "payment_denied", months=ENDED)
def fee_not_payable(story: Story) -> None:
    """Overdue, the fee is not paid yet: refused."""
    claim = _missing(story)
    day = story.round("oral").decide
    decided = story.agency(claim, day, "decide_not_payable", text="逾期未補正")
    story.lives(claim, nothing(story.month.claims), decided)


@scenario("adult", 20, "19", "recovery_ordered", "16", months=ENDED)
def fee_recovered(story: Story) -> None:
    """Overdue, the fee was paid: recovered."""
    (claim,) = story.case(story.visit(), adult(story))
    day = story.round("adult").decide
    decided = story.agency(claim, day, "decide_recovered", text="逾期未補正")
    story.lives(claim, nothing(story.month.claims), decided)


@scenario("child", 15, "19", "21", "excused", "R-8", months=ENDED)
def recovery_reversed(story: Story) -> None:
    """A recovery is taken back, no result: excused."""
    visit = story.visit()
    (claim,) = story.case(visit, child(story, visit))
    around = story.round("child")
    decided = story.agency(claim, around.decide, "decide_recovered")
    back = story.agency(claim, around.reverse, "reverse", text=WHY)
    story.lives(claim, nothing(story.month.claims), decided, back)


@scenario("child", 15, "18", "20", "21", "R-8", "LATE_CORRECTION", months=ENDED)
def refusal_reversed_on_a_late_result(story: Story) -> None:
    """The right row came too late; the agency lets it count after all: matched."""
    visit, around = story.visit(), story.round("child")
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.row("child", around.after, child_row(story, code, visit), "stored")
    decided = story.agency(claim, around.decide, "decide_not_payable")
    back = story.agency(claim, around.reverse, "reverse", text=WHY)
    late = ok(around.after)
    story.lives(claim, nothing(story.month.claims), late, decided, back, hints=["LATE_UPLOAD"])


@scenario("adult", 10, "21", "R-8", months=ENDED)
def overdue_reversed(story: Story) -> None:
    """Overdue and never decided: excused by the agency."""
    (claim,) = story.case(story.visit(), adult(story))
    back = story.agency(claim, story.round("adult").reverse, "reverse", text=WHY)
    story.lives(claim, nothing(story.month.claims), back)


@scenario("adult", 10, "DECISION_NOT_ALLOWED", "12", months=ENDED)
def decision_on_a_matched_case(story: Story) -> None:
    """Completed in the round: nothing to decide, to review, to exempt or to take back."""
    visit, around = story.visit(), story.round("adult")
    (claim,) = story.case(visit, adult(story))
    story.row("adult", around.add, stage1_row(story, visit), "matched")
    tried = [
        story.agency(claim, around.decide, kind, "DECISION_NOT_ALLOWED", text=WHY)
        for kind in ("decide_recovered", "review_approved", "exempt", "reverse")
    ]
    story.lives(claim, nothing(story.month.claims), ok(around.add), *tried)


@scenario("oral", 10, "WITHDRAW_NOT_ALLOWED", "19", "23", months=ENDED)
def decided_claim_is_not_withdrawn(story: Story) -> None:
    """A claim whose fee is recovered cannot be taken back."""
    claim, around = _missing(story), story.round("oral")
    decided = story.agency(claim, around.decide, "decide_recovered")
    tried = story.command(around.finally_, "withdraw", "refused", "WITHDRAW_NOT_ALLOWED")
    tried.claim_id = claim.claim_id
    story.lives(claim, nothing(story.month.claims), decided)


@scenario("adult", 10, "18", "claim_revised", "LATE_CORRECTION", months=ENDED)
def decided_claim_sent_again(story: Story) -> None:
    """A decided case keeps its state when a new version or a right row comes."""
    visit, code = story.visit(), adult(story)
    (claim,) = story.case(visit, code)
    around = story.round("adult")
    decided = story.agency(claim, around.decide, "decide_not_payable")
    seq, day = int(claim.claim_id.split("/")[-2]), around.finally_
    sheet = Sheet(story.facility.code, story.month.fee_month, "1", roc(day), day)
    story.case(visit, code, sheet=sheet, seq=seq, tags={"d15": "001"})
    story.lives(claim, nothing(story.month.claims), decided)


@scenario("adult", 15, "22", "exempt", months=ENDED)
def exempted_by_decision(story: Story) -> None:
    """A listed case is exempted by the agency."""
    (claim,) = story.case(story.visit(), adult(story))
    day = story.round("adult").form
    freed = story.agency(claim, day, "exempt", text="院所證明資料滅失")
    story.lives(claim, nothing(story.month.claims), freed)


@scenario("oral", 10, "CLAIM_DATE_WRONG", "R-35", months=ENDED)
def clinic_says_the_date_is_wrong(story: Story) -> None:
    """The clinic calls: the listed date is wrong. The agency notes it; the state stays."""
    claim = _missing(story)
    day = story.round("oral").form
    said = story.agency(claim, day, "annotate", code="CLAIM_DATE_WRONG", text="來電說明")
    story.lives(claim, nothing(story.month.claims), said, hints=["CLAIM_DATE_WRONG"])


@scenario("child", 10, "SYSTEM_CASE", "R-35", months=ENDED)
def system_case(story: Story) -> None:
    """Uploaded many times, still listed: support looks into it."""
    visit = story.visit()
    (claim,) = story.case(visit, child(story, visit))
    day = story.round("child").form
    said = story.agency(claim, day, "annotate", code="SYSTEM_CASE", text="客服查證中")
    story.lives(claim, nothing(story.month.claims), said, hints=["SYSTEM_CASE"])


@scenario("adult", 10, "LAB_NO_ACCESS", "R-35", "EDIT_NOT_ALLOWED", months=ENDED)
def laboratory_without_access(story: Story) -> None:
    """The laboratory cannot upload; and only oral cases have forms."""
    (claim,) = story.case(story.visit(), adult(story))
    day = story.round("adult").form
    said = story.agency(claim, day, "annotate", code="LAB_NO_ACCESS", text="代檢單位來電")
    form = story.agency(claim, day, "form_received", "EDIT_NOT_ALLOWED", on=day.isoformat())
    story.lives(claim, nothing(story.month.claims), said, form, hints=["LAB_NO_ACCESS"])


@scenario("oral", 10, "16", "19", "HABIT_MISMATCH", months=ENDED)
def wrong_negative_recovered(story: Story) -> None:
    """A negative that was never corrected: recovered, for its reasons."""
    visit, month = story.visit(), story.month
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = oral_row(story, code, visit, betel="0", smoking="0")
    story.row("oral", month.results, row, "stored")
    decided = story.agency(claim, story.round("oral").decide, "decide_recovered")
    story.lives(claim, nothing(month.claims), wrong(month.results, "HABIT_MISMATCH"), decided)
