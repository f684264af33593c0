"""On a list: added, corrected, too late (correction.md rows 8 to 12, 16, 20, 24; R-3, R-4, R-6)."""

from datetime import timedelta

from bench.region.dates import ENDED, roc
from bench.region.facts import Claim
from bench.region.layouts import Row
from bench.region.life import nothing, ok, wrong
from bench.region.people import adult, aged, child, child_row, oral, oral_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story


def _adult(story: Story) -> tuple[Claim, Row]:
    """An adult check that is claimed, and the row that answers it."""
    visit = story.visit()
    (claim,) = story.case(visit, adult(story))
    return claim, stage1_row(story, visit)


def _child(story: Story) -> tuple[Claim, Row]:
    visit = story.visit()
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    return claim, child_row(story, code, visit)


def _oral(story: Story) -> tuple[Claim, Row]:
    visit = story.visit()
    code = oral(story)
    (claim,) = story.case(visit, code)
    return claim, oral_row(story, code, visit)


@scenario("adult", 30, "8", "12", "completed_on", months=ENDED)
def listed_check_added(story: Story) -> None:
    """Missing, listed, added while the round is open."""
    claim, row = _adult(story)
    day = story.round("adult").add
    story.row("adult", day, row, "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 30, "8", "12", "completed_on", months=ENDED)
def listed_visit_added(story: Story) -> None:
    """Missing, listed, added while the round is open."""
    claim, row = _child(story)
    day = story.round("child").add
    story.row("child", day, row, "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("oral", 30, "8", "12", "completed_on", months=ENDED)
def listed_screen_added(story: Story) -> None:
    """Missing, listed, added while the round is open."""
    claim, row = _oral(story)
    day = story.round("oral").add
    story.row("oral", day, row, "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 15, "12", "R-1", "R-3", months=ENDED)
def added_on_the_last_day_of_the_round(story: Story) -> None:
    """Added on the correction deadline itself: it counts."""
    claim, row = _child(story)
    day = story.round("child").last
    story.row("child", day, row, "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 15, "16", "20", "LATE_UPLOAD", "LATE_CORRECTION", months=ENDED)
def added_after_the_round(story: Story) -> None:
    """The right row comes when the round is over: overdue stays, with a hint."""
    claim, row = _adult(story)
    day = story.round("adult").after
    story.row("adult", day, row, "stored")
    missing, late = nothing(story.month.claims), ok(day)
    story.lives(claim, missing, late, hints=["LATE_CORRECTION"])


@scenario("oral", 15, "16", "20", "LATE_UPLOAD", "LATE_CORRECTION", months=ENDED)
def negative_corrected_after_the_round(story: Story) -> None:
    """A negative is corrected when the round is over: taken, and only a hint."""
    claim, row = _oral(story)
    day = story.round("oral").after
    story.row("oral", story.month.results, row | {"payer": "2"}, "stored")
    story.row("oral", day, row, "stored")
    payer = wrong(story.month.results, "PAYER_NOT_1")
    story.lives(claim, nothing(story.month.claims), payer, ok(day), hints=["LATE_CORRECTION"])


@scenario("adult", 20, "9", "12", "edit", "STAGE1_INCOMPLETE", months=ENDED)
def listed_check_edited(story: Story) -> None:
    """A blank field, listed, filled in place while the round is open."""
    claim, cells = _adult(story)
    month, day = story.month, story.round("adult").fix
    row = story.row("adult", month.results, cells | {"ldl": ""}, "stored")
    edit = story.command(day, "edit")
    edit.row, edit.cells = row, cells
    story.lives(claim, nothing(month.claims), wrong(month.results, "STAGE1_INCOMPLETE"), ok(day))


@scenario("adult", 15, "9", "12", "LOCKED", "replace", "BIRTH_MISMATCH", months=ENDED)
def listed_check_replaced(story: Story) -> None:
    """A wrong birth date, listed: an edit is refused, delete and add again matches."""
    claim, cells = _adult(story)
    month, around = story.month, story.round("adult")
    other = roc(story.born.replace(day=story.born.day % 28 + 1))
    row = story.row("adult", month.results, cells | {"birth_date": other}, "stored")
    edit = story.command(around.add, "edit", "refused", "LOCKED")
    edit.row, edit.cells = row, cells
    replacing = story.command(around.fix, "replace")
    replacing.row, replacing.cells = row, cells
    birth = wrong(month.results, "BIRTH_MISMATCH")
    deleted = nothing(around.fix)
    story.lives(claim, nothing(month.claims), birth, deleted, ok(around.fix))


@scenario("child", 15, "12", "edit", "all four key fields", months=ENDED)
def listed_visit_with_every_key_edited(story: Story) -> None:
    """Person, date, code and birth date of the row are wrong: listed, edited in place, matched."""
    visit = story.visit()
    story.born = visit - timedelta(days=500)
    (claim,) = story.case(visit, "76")
    cells = child_row(story, "76", visit)
    wrong_cells = {
        "person_id": story.region.numbers.person(story.sex),
        "visit_date": roc(visit + timedelta(days=2)),
        "order_code": "77",
        "birth_date": roc(story.born - timedelta(days=60)),
    }
    row = story.row("child", story.month.results, cells | wrong_cells, "stored")
    day = story.round("child").fix
    edit = story.command(day, "edit")
    edit.row, edit.cells = row, cells
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 15, "9", "11", "12", "deletion", "UPLOADED_BUT_WRONG", months=ENDED)
def listed_visit_deleted_and_added(story: Story) -> None:
    """A wrong row is deleted while listed, and a right one added."""
    claim, cells = _child(story)
    month, around = story.month, story.round("child")
    row = story.row("child", month.results, cells | {"height_cm": ""}, "stored")
    story.command(around.add, "delete").row = row
    story.row("child", around.fix, cells, "matched")
    blank = wrong(month.results, "UPLOADED_BUT_WRONG")
    story.lives(claim, nothing(month.claims), blank, nothing(around.add), ok(around.fix))


@scenario("adult", 15, "10", "12", "STAGE1_INCOMPLETE", months=ENDED)
def added_wrong_then_right(story: Story) -> None:
    """While listed a wrong row is added, then corrected."""
    claim, cells = _adult(story)
    around = story.round("adult")
    story.row("adult", around.add, cells | {"got": ""}, "stored")
    story.row("adult", around.fix, cells, "matched")
    blank = wrong(around.add, "STAGE1_INCOMPLETE")
    story.lives(claim, nothing(story.month.claims), blank, ok(around.fix))


@scenario("oral", 20, "9", "12", "edit", "PAYER_NOT_1", months=ENDED)
def listed_negative_edited(story: Story) -> None:
    """A negative with the wrong payer is corrected on line."""
    claim, cells = _oral(story)
    month, day = story.month, story.round("oral").fix
    row = story.row("oral", month.results, cells | {"payer": "3"}, "stored")
    edit = story.command(day, "edit")
    edit.row, edit.cells = row, cells
    story.lives(claim, nothing(month.claims), wrong(month.results, "PAYER_NOT_1"), ok(day))


@scenario("oral", 10, "9", "10", "HABIT_NOT_ELIGIBLE", "R-32", months=ENDED)
def listed_negative_not_eligible(story: Story) -> None:
    """A correcting row whose habits still fail: stored, never completes."""
    visit, month = story.visit(), story.month
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    row = oral_row(story, "95", visit, betel="0", smoking="0", residence_code="9901")
    day = story.round("oral").fix
    story.row("oral", month.results, row, "stored")
    story.row("oral", day, row | {"residence_code": "9902"}, "stored")
    habit, still = wrong(month.results, "HABIT_MISMATCH"), wrong(day, "HABIT_NOT_ELIGIBLE")
    story.lives(claim, nothing(month.claims), habit, still)


@scenario("adult", 15, "16", "ROUND_CLOSED", "STAGE1_INCOMPLETE", months=ENDED)
def edited_after_the_round(story: Story) -> None:
    """An edit when the round is over is refused."""
    claim, cells = _adult(story)
    month, day = story.month, story.round("adult").after
    row = story.row("adult", month.results, cells | {"hdl": ""}, "stored")
    edit = story.command(day, "edit", "refused", "ROUND_CLOSED")
    edit.row, edit.cells = row, cells
    story.lives(claim, nothing(month.claims), wrong(month.results, "STAGE1_INCOMPLETE"))


@scenario("child", 10, "16", "ROUND_CLOSED", "UPLOADED_BUT_WRONG", months=ENDED)
def deleted_after_the_round(story: Story) -> None:
    """A deletion and a second row when the round is over are refused."""
    claim, cells = _child(story)
    month, around = story.month, story.round("child")
    row = story.row("child", month.results, cells | {"development": ""}, "stored")
    story.command(around.after, "delete", "refused", "ROUND_CLOSED").row = row
    story.row("child", around.finally_, cells, "refused", "ROUND_CLOSED")
    story.lives(claim, nothing(month.claims), wrong(month.results, "UPLOADED_BUT_WRONG"))


@scenario("adult", 10, "12", "ROUND_CLOSED", months=ENDED)
def completed_then_edited_after_the_round(story: Story) -> None:
    """Completed on the list; when the round is over the row is locked."""
    claim, cells = _adult(story)
    around = story.round("adult")
    row = story.row("adult", around.add, cells, "matched")
    edit = story.command(around.after, "edit", "refused", "ROUND_CLOSED")
    edit.row, edit.cells = row, cells | {"ldl": ""}
    story.lives(claim, nothing(story.month.claims), ok(around.add))


@scenario("adult", 10, "12", "24", "16", "deletion", months=ENDED)
def completed_then_deleted(story: Story) -> None:
    """Completed on the list, then deleted while the round is open: listed again, overdue."""
    claim, cells = _adult(story)
    around = story.round("adult")
    row = story.row("adult", around.add, cells, "matched")
    story.command(around.fix, "delete").row = row
    story.lives(claim, nothing(story.month.claims), ok(around.add), nothing(around.fix))


@scenario("adult", 10, "24", "R-4", "deletion", months=ENDED)
def retracted_while_the_round_is_open(story: Story) -> None:
    """Matched before the list; the row is deleted during the round: late, and not on that list."""
    claim, cells = _adult(story)
    month, day = story.month, story.round("adult").fix
    row = story.row("adult", month.results, cells, "matched")
    story.command(day, "delete").row = row
    life = nothing(month.claims), ok(month.results), nothing(day)
    story.lives(claim, *life)
