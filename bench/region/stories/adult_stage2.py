"""Adult check, second stage."""

from datetime import timedelta

from bench.region.dates import roc
from bench.region.facts import Claim
from bench.region.layouts import STAGE2
from bench.region.life import nothing, ok, wrong
from bench.region.people import PAIRS, adult, full_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story


def _two_visits(story: Story) -> tuple[Claim, Claim]:
    """Claims of both stages; the visits are kept in story.first and story.second."""
    code = adult(story)
    story.first, story.second = story.visit(12), story.visit(28, 15)
    (one,) = story.case(story.first, code)
    (two,) = story.case(story.second, PAIRS[code])
    return one, two


@scenario("adult", 60, "1", "7", "NOT_FOUND")
def both_stages_missing(story: Story) -> None:
    """Both stages claimed, nothing uploaded."""
    for claim in _two_visits(story):
        story.lives(claim, nothing(story.month.claims))


@scenario("adult", 100, "4", "STAGE2_MISSING")
def stage2_missing(story: Story) -> None:
    """Both stages claimed, the row ends with the first."""
    one, two = _two_visits(story)
    month = story.month
    story.row("adult", month.results, stage1_row(story, story.first), "matched")
    story.lives(one, nothing(month.claims), ok(month.results))
    story.lives(two, nothing(month.claims), wrong(month.results, "STAGE2_MISSING"))


@scenario("adult", 60, "4", "5", "STAGE2_MISSING")
def stage2_comes_later(story: Story) -> None:
    """First the row of stage 1, then the same row with stage 2."""
    one, two = _two_visits(story)
    month, full = story.month, full_row(story, story.first, story.second)
    half = {name: text for name, text in full.items() if name not in (*STAGE2, "stage2_date")}
    story.row("adult", month.results, half, "matched")
    story.row("adult", month.fix, full, "matched")
    # Stage 1 is answered by the second version too; it was never unmatched in between.
    story.lives(one, nothing(month.claims), ok(month.results))
    missing = wrong(month.results, "STAGE2_MISSING")
    story.lives(two, nothing(month.claims), missing, ok(month.fix))


@scenario("adult", 80, "4", "STAGE2_INCOMPLETE")
def stage2_incomplete(story: Story) -> None:
    """A field of the second stage is blank."""
    one, two = _two_visits(story)
    month, blank = story.month, story.random.choice(tuple(STAGE2))
    row = full_row(story, story.first, story.second, **{blank: ""})
    story.row("adult", month.results, row, "matched")
    story.lives(one, nothing(month.claims), ok(month.results))
    story.lives(two, nothing(month.claims), wrong(month.results, "STAGE2_INCOMPLETE"))


@scenario("adult", 20, "4", "STAGE1_INCOMPLETE", "STAGE2_INCOMPLETE")
def stage1_field_blank_in_a_full_row(story: Story) -> None:
    """A first-stage field is blank: with stage 2 done, all fields are mandatory for both."""
    one, two = _two_visits(story)
    month = story.month
    row = full_row(story, story.first, story.second, hdl="")
    story.row("adult", month.results, row, "stored")
    story.lives(one, nothing(month.claims), wrong(month.results, "STAGE1_INCOMPLETE"))
    story.lives(two, nothing(month.claims), wrong(month.results, "STAGE2_INCOMPLETE"))


@scenario("adult", 50, "4", "STAGE2_DATE_MISSING")
def stage2_date_missing(story: Story) -> None:
    """The second stage is filled but for its date."""
    one, two = _two_visits(story)
    month = story.month
    row = full_row(story, story.first, story.second, stage2_date="")
    story.row("adult", month.results, row, "matched")
    story.lives(one, nothing(month.claims), ok(month.results))
    story.lives(two, nothing(month.claims), wrong(month.results, "STAGE2_DATE_MISSING"))


@scenario("adult", 30, "4", "BIRTH_MISMATCH")
def both_stages_birth_differs(story: Story) -> None:
    """Another birth date spoils both stages."""
    claims = _two_visits(story)
    other = roc(story.born.replace(day=story.born.day % 28 + 1))
    day = story.month.results
    row = full_row(story, story.first, story.second, birth_date=other)
    story.row("adult", day, row, "stored")
    for claim in claims:
        story.lives(claim, nothing(story.month.claims), wrong(day, "BIRTH_MISMATCH"))


@scenario("adult", 40, "DATE_MISMATCH", "R-29")
def stage2_other_date(story: Story) -> None:
    """The second stage is dated a few days off: stage 1 matches, stage 2 has a near miss."""
    one, two = _two_visits(story)
    month = story.month
    off = story.second - timedelta(days=story.random.randint(1, 2))
    story.row("adult", month.results, full_row(story, story.first, off), "matched")
    story.lives(one, nothing(month.claims), ok(month.results))
    story.lives(two, nothing(month.claims), nothing(month.results, "DATE_MISMATCH"))


@scenario("adult", 20, "NOT_FOUND", "STAGE1_CLAIM_MISSING", "R-33")
def stage2_alone(story: Story) -> None:
    """Only the second stage is claimed and nothing is uploaded; the missing claim is a hint."""
    (claim,) = story.case(story.visit(28, 15), PAIRS[adult(story)])
    story.lives(claim, nothing(story.month.claims))


@scenario("adult", 20, "3", "STAGE1_CLAIM_MISSING", "R-33")
def stage2_alone_answered(story: Story) -> None:
    """Only the second stage is claimed; a complete row answers it."""
    month, first, second = story.month, story.visit(12), story.visit(28, 15)
    (claim,) = story.case(second, PAIRS[adult(story)])
    story.row("adult", month.results, full_row(story, first, second), "matched")
    story.lives(claim, nothing(month.claims), ok(month.results))
