"""Results that lie under the code of another facility (R-30): found when both stand alone."""

from dataclasses import replace

from bench.region.dates import ENDED
from bench.region.life import nothing, ok
from bench.region.people import adult, child, child_row, oral, oral_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story
from bench.region.world import Facility


def _sister(story: Story, programme: str) -> Facility:
    """Another eventful facility that offers the programme."""
    known = [
        each
        for each in story.region.facilities
        if each is not story.facility and each.eventful and programme in each.programmes
    ]
    return story.random.choice(known)


@scenario("adult", 20, "FACILITY_MISMATCH", "16", months=ENDED)
def check_uploaded_by_another_facility(story: Story) -> None:
    """The row lies under another facility's code: proven when both are past their due day."""
    visit, month, code = story.visit(), story.month, adult(story)
    (claim,) = story.case(visit, code)
    other = _sister(story, "adult")
    cells = stage1_row(story, visit, facility_id=other.code)
    story.row("adult", month.results, cells, "stored", at=other)
    story.lives(claim, nothing(month.claims), nothing(month.after, "FACILITY_MISMATCH"))


@scenario("child", 10, "FACILITY_MISMATCH", "12", months=ENDED)
def visit_uploaded_by_another_facility(story: Story) -> None:
    """The same for a child's visit; it is added under the claiming code while it is listed."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    other = _sister(story, "child")
    cells = child_row(story, code, visit)
    story.row("child", month.results, cells | {"facility_id": other.code}, "stored", at=other)
    day = story.round("child").fix
    story.row("child", day, cells, "matched")
    mismatch = nothing(month.after, "FACILITY_MISMATCH")
    story.lives(claim, nothing(month.claims), mismatch, ok(day))


@scenario("oral", 10, "FACILITY_MISMATCH", "16", months=ENDED)
def screen_uploaded_by_another_facility(story: Story) -> None:
    """The same for a screening."""
    visit, month, code = story.visit(), story.month, oral(story)
    (claim,) = story.case(visit, code)
    other = _sister(story, "oral")
    cells = oral_row(story, code, visit, facility_id=other.code)
    story.row("oral", month.results, cells, "stored", at=other)
    story.lives(claim, nothing(month.claims), nothing(month.after, "FACILITY_MISMATCH"))


@scenario("adult", 15, "FACILITY_CODE_CHANGED", "R-30", months=ENDED, role="renamed-unknown")
def uploaded_under_the_code_of_the_successor(story: Story) -> None:
    """The registry knows the successor, but the rename was never entered."""
    visit, month, code = story.visit(), story.month, adult(story)
    (claim,) = story.case(visit, code)
    new = replace(story.facility, code=story.facility.successor)
    cells = stage1_row(story, visit, facility_id=new.code)
    story.row("adult", month.results, cells, "stored", at=new)
    story.lives(claim, nothing(month.claims), nothing(month.after, "FACILITY_CODE_CHANGED"))


@scenario("oral", 10, "INTERVAL_TOO_SHORT", "16", months=ENDED)
def screened_before_at_another_facility(story: Story) -> None:
    """Two facilities claim a screening in one month, nothing is uploaded: a hint on the later."""
    visit, month, here = story.visit(28, 20), story.month, story.facility
    oral(story)
    story.born = story.born.replace(year=visit.year - 45)
    (claim,) = story.case(visit, "95")
    story.facility = _sister(story, "oral")
    (earlier,) = story.case(visit.replace(day=visit.day - 15), "95")
    story.facility = here
    story.lives(earlier, nothing(month.claims))
    story.lives(claim, nothing(month.claims), hints=["INTERVAL_TOO_SHORT"])
