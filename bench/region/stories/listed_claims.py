"""Claims and a list: sent late, not on it, taken back, sent again (rows 1, 23; R-4, R-11, R-25)."""

from bench.region.dates import ENDED, SECOND_HALF, roc
from bench.region.facts import Sheet
from bench.region.life import Deed, gone, nothing, ok
from bench.region.people import adult, child, child_row, oral, oral_row
from bench.region.scenarios import scenario
from bench.region.story import Story


@scenario("adult", 15, "1", "R-4", "late at once", months=ENDED)
def claimed_after_the_list(story: Story) -> None:
    """Claimed when the round is open: late, but not on its list."""
    day = story.round("adult").add
    sheet = Sheet(story.facility.code, story.month.fee_month, "2", roc(day), day)
    (claim,) = story.case(story.visit(), adult(story), sheet=sheet)
    story.lives(claim, nothing(day))


@scenario("oral", 20, "NOT_ON_LIST", "R-25", months=ENDED)
def screen_not_on_the_list(story: Story) -> None:
    """A screening of a listed period that nobody claimed, uploaded when the round had opened."""
    code, day = oral(story), story.round("oral").add
    story.row("oral", day, oral_row(story, code, story.visit()), "refused", "NOT_ON_LIST")


@scenario("oral", 10, "RESULT_WITHOUT_CLAIM", "R-25", months=SECOND_HALF)
def screen_of_a_period_not_yet_listed(story: Story) -> None:
    """Nobody claimed it, but no round of its period has opened: stored."""
    code, day = oral(story), story.month.fix
    story.row("oral", day, oral_row(story, code, story.visit()), "stored")


@scenario("adult", 10, "23", "withdrawn", months=ENDED)
def listed_claim_withdrawn(story: Story) -> None:
    """A claim is taken back while it is listed."""
    (claim,) = story.case(story.visit(), adult(story))
    day = story.round("adult").fix
    story.command(day, "withdraw").claim_id = claim.claim_id
    story.lives(claim, nothing(story.month.claims), gone(day))


@scenario("oral", 10, "23", "withdrawn", "16", months=ENDED)
def overdue_claim_withdrawn(story: Story) -> None:
    """A claim is taken back when it is overdue: the recovery that was proposed is taken back."""
    (claim,) = story.case(story.visit(), oral(story))
    day = story.round("oral").after
    story.command(day, "withdraw").claim_id = claim.claim_id
    story.lives(claim, nothing(story.month.claims), gone(day))


def _newer(story: Story, programme: str) -> Sheet:
    """The month's claim file again, sent while the round is open."""
    day = story.round(programme).fix
    return Sheet(story.facility.code, story.month.fee_month, "1", roc(day), day)


@scenario("adult", 10, "23", "claim_revised", "R-11", months=ENDED)
def listed_claim_sent_again(story: Story) -> None:
    """A new version of a listed claim with the same visit date stays on the list."""
    visit, code = story.visit(), adult(story)
    (claim,) = story.case(visit, code)
    seq = int(claim.claim_id.split("/")[-2])
    sheet = _newer(story, "adult")
    story.case(visit, code, sheet=sheet, seq=seq, tags={"d15": "001"})
    story.lives(claim, nothing(story.month.claims))


@scenario("adult", 10, "23", "claim_revised", "R-4", months=ENDED)
def listed_claim_with_another_date(story: Story) -> None:
    """A new version of a listed claim with another visit date leaves the list."""
    visit, code = story.visit(28, 8), adult(story)
    (claim,) = story.case(visit, code)
    seq = int(claim.claim_id.split("/")[-2])
    sheet = _newer(story, "adult")
    story.case(visit.replace(day=visit.day - 4), code, sheet=sheet, seq=seq)
    story.lives(claim, nothing(story.month.claims), Deed(sheet.sent_on, "moved"))


@scenario("child", 10, "DUPLICATE_CLAIM", "R-11", "withdrawn", months=ENDED)
def listed_duplicate_withdrawn(story: Story) -> None:
    """補報 of a claim that was there: the duplicate is listed, and taken back."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (one,) = story.case(visit, code)
    (two,) = story.case(visit, code, sheet=story.sheet("added"))
    story.row("child", month.results, child_row(story, code, visit), "matched")
    day = story.round("child").fix
    story.command(day, "withdraw").claim_id = two.claim_id
    story.lives(one, nothing(month.claims), ok(month.results))
    story.lives(two, nothing(month.resend, "DUPLICATE_CLAIM"), gone(day))
