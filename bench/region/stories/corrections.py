"""What clinics do to rows they have uploaded: again, back and forth, away (R-23, R-24)."""

from datetime import timedelta

from bench.region.dates import ENDED, roc
from bench.region.life import gone, nothing, ok, wrong
from bench.region.people import adult, aged, bc_row, child, child_row, oral, oral_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story


@scenario("adult", 30, "5", "24", "STAGE1_INCOMPLETE")
def edited_back_and_forth(story: Story) -> None:
    """Right, then a field cleared by a second row, then right again."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit)
    story.row("adult", month.results, row, "matched")
    story.row("adult", month.resend, row | {"gpt": ""}, "stored")
    story.row("adult", month.fix, row, "matched")
    cleared = wrong(month.resend, "STAGE1_INCOMPLETE")
    story.lives(claim, nothing(month.claims), ok(month.results), cleared, ok(month.fix))


@scenario("child", 30, "24", "UPLOADED_BUT_WRONG")
def visit_spoilt_by_a_second_row(story: Story) -> None:
    """Right, then a second row on the key with a blank field: the match is taken back."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    row = child_row(story, code, visit)
    story.row("child", month.results, row, "matched")
    story.row("child", month.fix, row | {"development": ""}, "stored")
    spoilt = wrong(month.fix, "UPLOADED_BUT_WRONG")
    story.lives(claim, nothing(month.claims), ok(month.results), spoilt)


@scenario("adult", 60, "unchanged")
def row_repeated(story: Story) -> None:
    """The same row again in another file changes nothing."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit)
    story.row("adult", month.results, row, "matched")
    story.row("adult", month.fix, row, "unchanged")
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("oral", 30, "unchanged", "25")
def screen_repeated(story: Story) -> None:
    """The same row again after the match is not refused: nothing is different."""
    visit, month = story.visit(), story.month
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = oral_row(story, code, visit)
    story.row("oral", month.results, row, "matched")
    story.row("oral", month.fix, row, "unchanged")
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("child", 30, "superseded")
def two_rows_in_one_file(story: Story) -> None:
    """In one file the later row of a key wins, the earlier is superseded."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    row = child_row(story, code, visit)
    story.row("child", month.results, row | {"height_cm": ""}, "superseded")
    story.row("child", month.results, row, "matched")
    # Row by row: the case has the wrong row for as long as the file has not been read further.
    blank = wrong(month.results, "UPLOADED_BUT_WRONG")
    story.lives(claim, nothing(month.claims), blank, ok(month.results))


@scenario("adult", 20, "superseded", "STAGE1_INCOMPLETE")
def two_rows_in_one_file_worse(story: Story) -> None:
    """The later row wins although the earlier was complete."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit)
    story.row("adult", month.results, row, "superseded")
    story.row("adult", month.results, row | {"hdl": ""}, "stored")
    # Row by row: the case is answered for as long as the file has not been read further.
    worse = wrong(month.results, "STAGE1_INCOMPLETE")
    story.lives(claim, nothing(month.claims), ok(month.results), worse)


@scenario("adult", 20, "LOCKED", "BIRTH_MISMATCH")
def birth_date_is_locked(story: Story) -> None:
    """A second row that changes the birth date is refused: delete and add is the way."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit)
    other = roc(story.born.replace(day=story.born.day % 28 + 1))
    story.row("adult", month.results, row | {"birth_date": other}, "stored")
    story.row("adult", month.fix, row, "refused", "LOCKED")
    story.lives(claim, nothing(month.claims), wrong(month.results, "BIRTH_MISMATCH"))


@scenario("adult", 30, "5", "DATE_MISMATCH")
def wrong_date_then_a_right_row(story: Story) -> None:
    """A row with another date, then a row with the right one: two results, one answers."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    off = visit - timedelta(days=5)
    story.row("adult", month.results, stage1_row(story, off), "stored")
    story.row("adult", month.fix, stage1_row(story, visit), "matched")
    near = nothing(month.results, "DATE_MISMATCH")
    story.lives(claim, nothing(month.claims), near, ok(month.fix))


@scenario("adult", 30, "24", "deletion")
def matched_then_deleted(story: Story) -> None:
    """A row that answered is deleted: as before the row."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = story.row("adult", month.results, stage1_row(story, visit), "matched")
    story.command(month.fix, "delete").row = row
    story.lives(claim, nothing(month.claims), ok(month.results), nothing(month.fix))


@scenario("adult", 20, "24", "deletion", months=ENDED)
def deleted_after_the_due_day(story: Story) -> None:
    """A row that answered in time is deleted when the due day has passed: late."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = story.row("adult", month.results, stage1_row(story, visit), "matched")
    story.command(month.late, "delete").row = row
    story.lives(claim, nothing(month.claims), ok(month.results), nothing(month.late))


@scenario("child", 30, "6", "deletion", "UPLOADED_BUT_WRONG")
def wrong_then_deleted(story: Story) -> None:
    """A wrong row is deleted: pending again, nothing found."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    cells = child_row(story, code, visit, education_given="")
    row = story.row("child", month.results, cells, "stored")
    story.command(month.fix, "delete").row = row
    blank = wrong(month.results, "UPLOADED_BUT_WRONG")
    story.lives(claim, nothing(month.claims), blank, nothing(month.fix))


@scenario("adult", 30, "6", "3", "deletion", "BIRTH_MISMATCH")
def deleted_and_added_again(story: Story) -> None:
    """A wrong birth date: the row is deleted, a right one added on a later day."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit)
    other = roc(story.born.replace(day=story.born.day % 28 + 1))
    bad = story.row("adult", month.results, row | {"birth_date": other}, "stored")
    story.command(month.resend, "delete").row = bad
    story.row("adult", month.fix, row, "matched")
    birth = wrong(month.results, "BIRTH_MISMATCH")
    story.lives(claim, nothing(month.claims), birth, nothing(month.resend), ok(month.fix))


@scenario("oral", 20, "DELETE_NOT_ALLOWED", "R-24")
def screen_deletion_refused(story: Story) -> None:
    """Oral results are never deleted."""
    visit, month = story.visit(), story.month
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = story.row("oral", month.results, oral_row(story, code, visit), "matched")
    story.command(month.fix, "delete", "refused", "DELETE_NOT_ALLOWED").row = row
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 20, "VERSION_CONFLICT")
def deletion_of_another_version(story: Story) -> None:
    """A deletion that saw the first version is refused when there is a second."""
    visit, month = story.visit(), story.month
    aged(story, "L1001C")
    (claim,) = story.case(visit, "L1001C")
    cells = bc_row(story, visit)
    row = story.row("adult", month.results, cells | {"hbsag": ""}, "stored")
    story.row("adult", month.resend, cells, "matched")
    story.command(month.fix, "delete", "refused", "VERSION_CONFLICT").row = row
    blank = wrong(month.results, "HBSAG_MISSING")
    story.lives(claim, nothing(month.claims), blank, ok(month.resend))


@scenario("child", 40, "5", "edit", "CODE_MISMATCH")
def code_edited(story: Story) -> None:
    """The order code of a row is edited in place; the case matches at once."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    other = "71" if code != "71" else "72"
    cells = child_row(story, other, visit)
    row = story.row("child", month.results, cells, "stored")
    edit = story.command(month.fix, "edit")
    edit.row, edit.cells = row, cells | {"order_code": code}
    near = nothing(month.results, "CODE_MISMATCH")
    story.lives(claim, nothing(month.claims), near, ok(month.fix))


@scenario("child", 20, "5", "edit", "moves")
def person_edited(story: Story) -> None:
    """The person of a row is edited: it moves from one person's book to another's."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    cells = child_row(story, code, visit)
    stranger = story.region.numbers.person(story.sex)
    row = story.row("child", month.results, cells | {"person_id": stranger}, "stored")
    edit = story.command(month.fix, "edit")
    edit.row, edit.cells = row, cells
    story.lives(claim, nothing(month.claims), ok(month.fix))


@scenario("adult", 20, "LOCKED", "edit")
def locked_field_edited(story: Story) -> None:
    """The first-stage date of an adult row cannot be edited."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    cells = stage1_row(story, visit - timedelta(days=3))
    row = story.row("adult", month.results, cells, "stored")
    edit = story.command(month.fix, "edit", "refused", "LOCKED")
    edit.row, edit.cells = row, cells | {"stage1_date": roc(visit)}
    near = nothing(month.results, "DATE_MISMATCH")
    story.lives(claim, nothing(month.claims), near)


@scenario("adult", 20, "3", "replace", "R-31", "DATE_MISMATCH")
def row_replaced(story: Story) -> None:
    """Delete and add again as one command: the legal way to another first-stage date."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    cells = stage1_row(story, visit - timedelta(days=3))
    row = story.row("adult", month.results, cells, "stored")
    replacing = story.command(month.fix, "replace")
    replacing.row, replacing.cells = row, cells | {"stage1_date": roc(visit)}
    near = nothing(month.results, "DATE_MISMATCH")
    story.lives(claim, nothing(month.claims), near, ok(month.fix))


@scenario("adult", 30, "23", "withdrawn")
def claim_withdrawn(story: Story) -> None:
    """The clinic takes an unanswered claim back."""
    (claim,) = story.case(story.visit(), adult(story))
    story.command(story.month.fix, "withdraw").claim_id = claim.claim_id
    story.lives(claim, nothing(story.month.claims), gone(story.month.fix))


@scenario("oral", 15, "23", "withdrawn", "R-35")
def matched_claim_withdrawn(story: Story) -> None:
    """A matched claim may be withdrawn too."""
    visit, month = story.visit(), story.month
    code = oral(story)
    (claim,) = story.case(visit, code)
    story.row("oral", month.results, oral_row(story, code, visit), "matched")
    story.command(month.fix, "withdraw").claim_id = claim.claim_id
    story.lives(claim, nothing(month.claims), ok(month.results), gone(month.fix))


@scenario("child", 15, "23", "withdrawn", months=ENDED)
def late_claim_withdrawn(story: Story) -> None:
    """A late claim is withdrawn."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, child(story, visit))
    story.command(month.late, "withdraw").claim_id = claim.claim_id
    story.lives(claim, nothing(month.claims), gone(month.late))


@scenario("child", 15, "DUPLICATE_RESULT", "edit")
def edited_onto_another_row(story: Story) -> None:
    """A second row is edited onto the key of the first: refused, one of them is to be deleted."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    story.born -= timedelta(days=40)
    (claim,) = story.case(visit, code)
    cells = child_row(story, code, visit)
    story.row("child", month.results, cells, "matched")
    other = cells | {"visit_date": roc(visit - timedelta(days=3))}
    row = story.row("child", month.results, other, "stored")
    edit = story.command(month.fix, "edit", "refused", "DUPLICATE_RESULT")
    edit.row, edit.cells = row, cells | {"height_cm": ""}
    story.lives(claim, nothing(month.claims), ok(month.results))
