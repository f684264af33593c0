"""Results that almost answer: another date, inside and outside thirty days (R-29)."""

from datetime import timedelta

from bench.region.dates import roc
from bench.region.life import nothing
from bench.region.people import (
    adult,
    aged,
    bc_row,
    child,
    child_row,
    hepatitis,
    oral,
    oral_row,
    stage1_row,
)
from bench.region.scenarios import scenario
from bench.region.story import Story

NEAR = (-30, -29, -14, -7, -2, -1, 1, 3)
FAR = (-31, -32, -45)


@scenario("adult", 80, "DATE_MISMATCH")
def stage1_other_date(story: Story) -> None:
    """The row is dated up to thirty days off."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story))
    off = visit + timedelta(days=story.random.choice(NEAR))
    story.row("adult", day, stage1_row(story, off), "stored")
    story.lives(claim, nothing(story.month.claims), nothing(day, "DATE_MISMATCH"), fix=["replace"])


@scenario("adult", 20, "NOT_FOUND", "RESULT_WITHOUT_CLAIM")
def stage1_too_far_off(story: Story) -> None:
    """The row is dated more than thirty days off: nothing is proven."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story))
    off = visit + timedelta(days=story.random.choice(FAR))
    story.row("adult", day, stage1_row(story, off), "stored")
    story.lives(claim, nothing(story.month.claims))


@scenario("adult", 20, "DATE_MISMATCH", "BIRTH_MISMATCH")
def stage1_other_date_and_birth(story: Story) -> None:
    """Date and birth date differ: both are shown."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story))
    other = story.born.replace(day=story.born.day % 28 + 1)
    off = visit + timedelta(days=story.random.choice(NEAR))
    story.row("adult", day, stage1_row(story, off, birth_date=roc(other)), "stored")
    differs = nothing(day, "DATE_MISMATCH", "BIRTH_MISMATCH")
    story.lives(claim, nothing(story.month.claims), differs)


@scenario("adult", 20, "DATE_MISMATCH")
def bc_other_date(story: Story) -> None:
    """Hepatitis beside the check, the row dated off: a near miss for both."""
    aged(story, "21")
    visit, day = story.visit(), story.month.results
    off = visit + timedelta(days=story.random.choice(NEAR))
    claims = story.case(visit, "21", "L1001C")
    story.row("adult", day, stage1_row(story, off, **hepatitis(story)), "stored")
    for claim in claims:
        story.lives(claim, nothing(story.month.claims), nothing(day, "DATE_MISMATCH"))


@scenario("adult", 20, "DATE_MISMATCH", "NOT_FOUND")
def bc_alone_other_date(story: Story) -> None:
    """Hepatitis alone, dated off by thirty days or by one more."""
    aged(story, "L1001C")
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, "L1001C")
    off, reason = story.random.choice(((-30, "DATE_MISMATCH"), (-31, "NOT_FOUND")))
    story.row("adult", day, bc_row(story, visit + timedelta(days=off)), "stored")
    story.lives(claim, nothing(story.month.claims), nothing(day, reason))


@scenario("child", 50, "DATE_MISMATCH")
def visit_other_date(story: Story) -> None:
    """Person, code and birth date agree, the date is up to thirty days off."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    # Born early enough that a row dated before the visit is not dated before the birth.
    story.born -= timedelta(days=40)
    (claim,) = story.case(visit, code)
    off = visit + timedelta(days=story.random.choice(NEAR))
    story.row("child", day, child_row(story, code, off), "stored")
    story.lives(claim, nothing(story.month.claims), nothing(day, "DATE_MISMATCH"), fix=["edit"])


@scenario("child", 15, "NOT_FOUND", "RESULT_WITHOUT_CLAIM")
def visit_too_far_off(story: Story) -> None:
    """The date is more than thirty days off."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    story.born -= timedelta(days=60)
    (claim,) = story.case(visit, code)
    off = visit + timedelta(days=story.random.choice(FAR))
    story.row("child", day, child_row(story, code, off), "stored")
    story.lives(claim, nothing(story.month.claims))


@scenario("child", 10, "NOT_FOUND")
def visit_two_things_differ(story: Story) -> None:
    """Code and birth date differ: only the date agrees, which proves nothing."""
    visit, day = story.visit(), story.month.results
    child(story, visit)
    (claim,) = story.case(visit, "71")
    other = story.born - timedelta(days=3)
    row = child_row(story, "79", visit, birth_date=roc(other))
    story.row("child", day, row, "stored")
    story.lives(claim, nothing(story.month.claims))


@scenario("oral", 50, "DATE_MISMATCH")
def screen_other_date(story: Story) -> None:
    """The row is dated up to thirty days off."""
    visit, day = story.visit(), story.month.results
    code = oral(story)
    (claim,) = story.case(visit, code)
    off = visit + timedelta(days=story.random.choice(NEAR))
    story.row("oral", day, oral_row(story, code, off), "stored")
    story.lives(claim, nothing(story.month.claims), nothing(day, "DATE_MISMATCH"))


@scenario("oral", 15, "NOT_FOUND")
def screen_too_far_off(story: Story) -> None:
    """The row is dated more than thirty days off."""
    visit, day = story.visit(), story.month.results
    code = oral(story)
    (claim,) = story.case(visit, code)
    off = visit + timedelta(days=story.random.choice(FAR))
    story.row("oral", day, oral_row(story, code, off), "stored")
    story.lives(claim, nothing(story.month.claims))


@scenario("adult", 10, "NOT_FOUND")
def another_person_is_no_near_miss(story: Story) -> None:
    """The facility uploads an adult row of another person; the case stays alone."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story))
    own, story.person = story.person, story.region.numbers.person(story.sex)
    story.row("adult", day, stage1_row(story, visit), "stored")
    story.person = own
    story.lives(claim, nothing(story.month.claims))
