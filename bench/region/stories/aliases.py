"""新舊身分證號: two numbers of one person, joined by the agency (row 26; R-7, R-13, R-30)."""

from bench.region.dates import ENDED
from bench.region.life import nothing, ok
from bench.region.people import adult, child, child_row, oral, oral_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story


def _old_and_new(story: Story) -> tuple[str, str]:
    """A resident's two numbers; the story goes on as the old one."""
    numbers = story.region.numbers
    story.person = numbers.of_kind("resident_old", story.sex)
    return story.person, numbers.of_kind("resident_new", story.sex)


@scenario("adult", 15, "26", "ID_OLD_NEW", "R-30", "alias_added", months=ENDED)
def alias_in_time(story: Story) -> None:
    """Claimed under the old number, uploaded under the new: the alias is entered in time."""
    visit, month, code = story.visit(), story.month, adult(story)
    old, new = _old_and_new(story)
    (claim,) = story.case(visit, code)
    story.row("adult", month.results, stage1_row(story, visit, person_id=new), "stored")
    story.proclaim(month.fix, "person_alias", old_id=old, new_id=new)
    near = nothing(month.results, "ID_OLD_NEW")
    story.lives(claim, nothing(month.claims), near, ok(month.fix, received=month.results))


@scenario("oral", 15, "26", "ID_OLD_NEW", "12", months=ENDED)
def alias_while_listed(story: Story) -> None:
    """The same, but the clinic calls when it finds the case on the list."""
    visit, month, code = story.visit(), story.month, oral(story)
    old, new = _old_and_new(story)
    (claim,) = story.case(visit, code)
    story.row("oral", month.results, oral_row(story, code, visit, person_id=new), "stored")
    day = story.round("oral").form
    story.proclaim(day, "person_alias", old_id=old, new_id=new)
    near = nothing(month.results, "ID_OLD_NEW")
    story.lives(claim, nothing(month.claims), near, ok(day, received=month.results))


@scenario("child", 15, "26", "R-7", "R-13", "16", months=ENDED)
def alias_when_overdue(story: Story) -> None:
    """A child's own number is entered when the case is overdue: a result in time existed."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    own = story.region.numbers.person(story.sex)
    cells = child_row(story, code, visit, person_id=own)
    story.row("child", month.results, cells, "stored")
    day = story.round("child").reopen
    story.proclaim(day, "person_alias", old_id=story.person, new_id=own)
    story.lives(claim, nothing(month.claims), ok(day, received=month.results))


@scenario("adult", 10, "26", "20", "R-7", "LATE_CORRECTION", months=ENDED)
def alias_with_a_late_result(story: Story) -> None:
    """The alias finds a result that came when the round was over: overdue stays."""
    visit, month, code = story.visit(), story.month, adult(story)
    around = story.round("adult")
    (claim,) = story.case(visit, code)
    own = story.region.numbers.person(story.sex)
    story.row("adult", around.after, stage1_row(story, visit, person_id=own), "stored")
    story.proclaim(around.reopen, "person_alias", old_id=story.person, new_id=own)
    late = ok(around.reopen, received=around.after)
    story.lives(claim, nothing(month.claims), late, hints=["LATE_CORRECTION"])


@scenario("oral", 10, "26", "R-7", "alias_taken_back", months=ENDED)
def alias_taken_back(story: Story) -> None:
    """Entered when the case was overdue, and taken back: overdue again, a second recovery."""
    visit, month, code = story.visit(), story.month, oral(story)
    around = story.round("oral")
    (claim,) = story.case(visit, code)
    own = story.region.numbers.person(story.sex)
    story.row("oral", month.results, oral_row(story, code, visit, person_id=own), "stored")
    story.proclaim(around.reopen, "person_alias", old_id=story.person, new_id=own)
    back = around.reverse
    story.proclaim(back, "person_alias_taken_back", old_id=story.person, new_id=own)
    found = ok(around.reopen, received=month.results)
    story.lives(claim, nothing(month.claims), found, nothing(back))


@scenario("adult", 10, "26", "facts on both sides", "DUPLICATE_CLAIM", "R-12", months=ENDED)
def alias_with_facts_on_both_sides(story: Story) -> None:
    """Both numbers have claims and rows; joined, one row is found and one claim is a duplicate."""
    visit, month, code = story.visit(14), story.month, adult(story)
    later = visit.replace(day=visit.day + 10)
    own = story.region.numbers.person(story.sex)
    (first,) = story.case(visit, code)
    (second,) = story.case(later, code)
    (twin,) = story.case(visit, code, person=own)
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    story.row("adult", month.results, stage1_row(story, later, person_id=own), "stored")
    story.proclaim(month.fix, "person_alias", old_id=story.person, new_id=own)
    story.lives(first, nothing(month.claims), ok(month.results))
    story.lives(second, nothing(month.claims), ok(month.fix, received=month.results))
    story.lives(twin, nothing(month.claims), nothing(month.fix, "DUPLICATE_CLAIM"))


@scenario("child", 10, "26", "alias_taken_back", "conservation", months=ENDED)
def alias_entered_and_taken_back_in_time(story: Story) -> None:
    """Joined by mistake and split again before anything is due; the right row comes later."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    stranger = story.region.numbers.person(story.sex)
    cells = child_row(story, code, visit)
    story.row("child", month.results, cells | {"person_id": stranger}, "stored")
    entered, back = month.resend, month.fix
    story.proclaim(entered, "person_alias", old_id=story.person, new_id=stranger)
    story.proclaim(back, "person_alias_taken_back", old_id=story.person, new_id=stranger)
    story.row("child", month.after, cells, "matched")
    found = ok(entered, received=month.results)
    story.lives(claim, nothing(month.claims), found, nothing(back), ok(month.after))


@scenario("adult", 10, "26", "8", "alias_taken_back", months=ENDED)
def alias_split_while_late(story: Story) -> None:
    """Two persons joined by mistake and split when both are late: both are listed afterwards."""
    visit, month, code = story.visit(28, 2), story.month, adult(story)
    other = story.region.numbers.person(story.sex)
    claims = story.case(visit, code) + story.case(visit.replace(day=1), code, person=other)
    story.proclaim(month.resend, "person_alias", old_id=story.person, new_id=other)
    story.proclaim(month.late, "person_alias_taken_back", old_id=story.person, new_id=other)
    for claim in claims:
        story.lives(claim, nothing(month.claims))
