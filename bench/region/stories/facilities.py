"""Facilities that close, or go on under another code (rows 22 and 26; R-7, R-30)."""

from dataclasses import replace

from bench.region.dates import FIRST_HALF, MONTHS
from bench.region.life import Deed, Moment, nothing, ok, wrong
from bench.region.people import adult, child, child_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story
from bench.region.world import CLOSURE_ENTERED, RENAME_ENTERED, RENAME_ENTERED_LATE, Facility

# Claims of these months have been sent when the closure is entered.
BEFORE_CLOSURE = MONTHS[6:10]
CLOSED = Deed(CLOSURE_ENTERED, "closed")


@scenario("child", 15, "22", "FACILITY_CLOSED", "exempted", months=BEFORE_CLOSURE, role="closing")
def visit_of_a_closed_facility(story: Story) -> None:
    """Pending or late when the facility closes: nothing needs to be uploaded."""
    visit = story.visit()
    (claim,) = story.case(visit, child(story, visit))
    story.lives(claim, nothing(story.month.claims), CLOSED)


@scenario("child", 10, "22", "UPLOADED_BUT_WRONG", months=BEFORE_CLOSURE, role="closing")
def wrong_visit_of_a_closed_facility(story: Story) -> None:
    """The same for a wrong row."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.row("child", month.results, child_row(story, code, visit, sex=""), "stored")
    blank = wrong(month.results, "UPLOADED_BUT_WRONG")
    story.lives(claim, nothing(month.claims), blank, CLOSED)


@scenario("child", 10, "22", "3", months=BEFORE_CLOSURE, role="closing")
def visit_added_after_the_closure(story: Story) -> None:
    """Exempt, and then a right row comes all the same: matched."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    day = month.late if month.late > CLOSURE_ENTERED else MONTHS[10].claims
    story.row("child", day, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(month.claims), CLOSED, ok(day))


@scenario("child", 10, "3", "FACILITY_CLOSED", months=BEFORE_CLOSURE, role="closing")
def matched_visit_of_a_closed_facility(story: Story) -> None:
    """Matched before the closure: it stays so."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.row("child", month.results, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(month.claims), ok(month.results), CLOSED)


@scenario("adult", 15, "FACILITY_CLOSED", "16", "22", months=BEFORE_CLOSURE, role="closing")
def check_of_a_closed_facility(story: Story) -> None:
    """Adults are not exempt: overdue in the end, with a hint."""
    (claim,) = story.case(story.visit(), adult(story))
    missing = nothing(story.month.claims)
    story.lives(claim, missing, CLOSED, hints=["FACILITY_CLOSED"])


@scenario("adult", 10, "22", "FACILITY_CLOSED", "exempt", months=BEFORE_CLOSURE, role="closing")
def check_of_a_closed_facility_exempted(story: Story) -> None:
    """An adult's case of a closed facility is exempted by decision."""
    (claim,) = story.case(story.visit(), adult(story))
    freed = story.agency(claim, story.round("adult").form, "exempt", text="機構已歇業")
    story.lives(claim, nothing(story.month.claims), CLOSED, freed, hints=["FACILITY_CLOSED"])


def _successor(story: Story) -> Facility:
    """The facility under its new code; it saves the same kind of files."""
    return replace(story.facility, code=story.facility.successor)


def _after_the_rename(story: Story) -> Moment:
    """A result under the new code is found when the rename is entered, or at once."""
    entered, month = RENAME_ENTERED, story.month
    return ok(max(entered, month.results), received=month.results)


@scenario("adult", 20, "26", "FACILITY_CODE_CHANGED", months=MONTHS[4:9], role="renamed")
def claimed_under_the_old_code(story: Story) -> None:
    """Claimed under the old code, uploaded under the new; the rename is entered in time."""
    visit, month, code = story.visit(), story.month, adult(story)
    (claim,) = story.case(visit, code)
    new = _successor(story)
    outcome = "stored" if month.results < RENAME_ENTERED else "matched"
    cells = stage1_row(story, visit, facility_id=new.code)
    story.row("adult", month.results, cells, outcome, at=new)
    story.lives(claim, nothing(month.claims), _after_the_rename(story))


@scenario("child", 20, "26", "3", months=MONTHS[:9], role="renamed")
def all_under_the_old_code(story: Story) -> None:
    """Claimed and uploaded under the old code, before the rename and after it."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.row("child", month.results, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 10, "26", "16", months=MONTHS[2:9], role="renamed")
def missing_at_a_renamed_facility(story: Story) -> None:
    """Nothing is uploaded under any code: overdue."""
    (claim,) = story.case(story.visit(), adult(story))
    story.lives(claim, nothing(story.month.claims))


@scenario("adult", 15, "26", "R-7", "FACILITY_MISMATCH", months=FIRST_HALF, role="renamed-late")
def rename_when_overdue(story: Story) -> None:
    """Overdue; the rename is entered afterwards, and a result in time existed: matched."""
    visit, month, code = story.visit(), story.month, adult(story)
    (claim,) = story.case(visit, code)
    new = _successor(story)
    cells = stage1_row(story, visit, facility_id=new.code)
    story.row("adult", month.results, cells, "stored", at=new)
    found = ok(RENAME_ENTERED_LATE, received=month.results)
    story.lives(claim, nothing(month.claims), found)
