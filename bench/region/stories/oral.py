"""Oral mucosa screening."""

from bench.region.dates import ENDED
from bench.region.life import nothing, ok, wrong
from bench.region.people import aged, oral, oral_row
from bench.region.scenarios import scenario
from bench.region.story import Story

POSITIVE = {"result_sign": "1", "lesion_site": "頰黏膜"}


@scenario("oral", 1500, "3")
def screen_on_time(story: Story) -> None:
    """A screening claimed, a row that meets every content rule; one in 25 positive."""
    visit, day = story.visit(), story.month.results
    code = oral(story)
    (claim,) = story.case(visit, code)
    positive = story.random.random() < 0.04
    row = oral_row(story, code, visit, **(POSITIVE if positive else {}))
    story.row("oral", day, row, "matched")
    story.lives(claim, nothing(story.month.claims), ok(day), positive=positive)


@scenario("oral", 200, "3", "RESULT_WITHOUT_CLAIM", rare=True)
def screen_result_first(story: Story) -> None:
    """The row comes before the claim."""
    visit, day = story.visit(), story.month.early
    code = oral(story)
    (claim,) = story.case(visit, code)
    story.row("oral", day, oral_row(story, code, visit), "stored")
    story.lives(claim, ok(story.month.claims, received=day))


@scenario("oral", 100, "1", "7", "NOT_FOUND")
def screen_missing(story: Story) -> None:
    """A screening claimed, nothing uploaded."""
    (claim,) = story.case(story.visit(), oral(story))
    story.lives(claim, nothing(story.month.claims), fix=["add"])


@scenario("oral", 40, "3", "7", months=ENDED)
def screen_late(story: Story) -> None:
    """The row comes after the due day."""
    visit, day = story.visit(), story.random.choice((story.month.after, story.month.late))
    code = oral(story)
    (claim,) = story.case(visit, code)
    story.row("oral", day, oral_row(story, code, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("oral", 60, "4", "PAYER_NOT_1")
def screen_other_payer(story: Story) -> None:
    """Paid by something else."""
    visit, day = story.visit(), story.month.results
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = oral_row(story, code, visit, payer=story.random.choice("234"))
    story.row("oral", day, row, "stored")
    story.lives(claim, nothing(story.month.claims), wrong(day, "PAYER_NOT_1"), fix=["edit"])


@scenario("oral", 60, "4", "HABIT_MISMATCH")
def screen_habit(story: Story) -> None:
    """The stored habits do not meet the rule of the order."""
    visit, day = story.visit(), story.month.results
    code = oral(story)
    (claim,) = story.case(visit, code)
    smoking = "0" if code == "95" else story.random.choice("0235")
    row = oral_row(story, code, visit, betel="0", smoking=smoking)
    story.row("oral", day, row, "stored")
    story.lives(claim, nothing(story.month.claims), wrong(day, "HABIT_MISMATCH"))


@scenario("oral", 30, "3", "R-32")
def screen_habit_boundary(story: Story) -> None:
    """Quit betel counts, smoking from level 2; smoking quit alone counts with a hint."""
    visit, day = story.visit(), story.month.results
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    betel, smoking = story.random.choice((("1", "0"), ("0", "2"), ("0", "1")))
    story.row("oral", day, oral_row(story, "95", visit, betel=betel, smoking=smoking), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("oral", 30, "4", "INDIGENOUS_MISMATCH")
def screen_indigenous(story: Story) -> None:
    """Order 97 without indigenous = 1; habits fit."""
    visit, day = story.visit(), story.month.results
    aged(story, "97")
    (claim,) = story.case(visit, "97")
    row = oral_row(story, "97", visit, indigenous="0")
    story.row("oral", day, row, "stored")
    story.lives(claim, nothing(story.month.claims), wrong(day, "INDIGENOUS_MISMATCH"), fix=["edit"])


@scenario("oral", 15, "4", "PAYER_NOT_1", "HABIT_MISMATCH")
def screen_all_wrong(story: Story) -> None:
    """Payer and habits wrong: both reasons at once."""
    visit, day = story.visit(), story.month.results
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    row = oral_row(story, "95", visit, payer="2", betel="0", smoking="0")
    story.row("oral", day, row, "stored")
    both = wrong(day, "PAYER_NOT_1", "HABIT_MISMATCH")
    story.lives(claim, nothing(story.month.claims), both)


@scenario("oral", 30, "4", "5", "PAYER_NOT_1")
def screen_corrected(story: Story) -> None:
    """Payer wrong, then a second row with the right one."""
    visit, month = story.visit(), story.month
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = oral_row(story, code, visit)
    story.row("oral", month.results, row | {"payer": "4"}, "stored")
    story.row("oral", month.fix, row, "matched")
    payer = wrong(month.results, "PAYER_NOT_1")
    story.lives(claim, nothing(month.claims), payer, ok(month.fix))


@scenario("oral", 20, "4", "HABIT_NOT_ELIGIBLE", "R-32")
def screen_correction_not_eligible(story: Story) -> None:
    """A correcting row whose habits still fail."""
    visit, month = story.visit(), story.month
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    row = oral_row(story, "95", visit, betel="0", smoking="0", residence_code="9901")
    story.row("oral", month.results, row, "stored")
    story.row("oral", month.fix, row | {"residence_code": "9902"}, "stored")
    habit, still = (
        wrong(month.results, "HABIT_MISMATCH"),
        wrong(month.fix, "HABIT_NOT_ELIGIBLE"),
    )
    story.lives(claim, nothing(month.claims), habit, still)


@scenario("oral", 20, "25", "LOCKED", "R-23")
def screen_locked(story: Story) -> None:
    """Once matched, a second row with other content is refused and changes nothing."""
    visit, month = story.visit(), story.month
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = oral_row(story, code, visit, residence_code="9901")
    story.row("oral", month.results, row, "matched")
    story.row("oral", month.fix, row | {"residence_code": "9902"}, "refused", "LOCKED")
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("oral", 60, "4", "7", "needs-note", months=ENDED)
def positive_with_errors(story: Story) -> None:
    """A positive with errors passes its due day: only a note can help."""
    visit, day = story.visit(), story.month.results
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    cells, reason = story.random.choice(
        (
            ({"payer": "2"}, "PAYER_NOT_1"),
            ({"betel": "0", "smoking": "0"}, "HABIT_MISMATCH"),
        )
    )
    story.row("oral", day, oral_row(story, "95", visit, **POSITIVE, **cells), "stored")
    story.lives(claim, nothing(story.month.claims), wrong(day, reason), positive=True)


@scenario("oral", 15, "5", "needs-note", months=ENDED)
def positive_corrected_after_the_due_day(story: Story) -> None:
    """A positive with errors, late, then uploaded right: it needed a note, and no longer does."""
    visit, month = story.visit(), story.month
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    row = oral_row(story, "95", visit, **POSITIVE)
    story.row("oral", month.results, row | {"payer": "3"}, "stored")
    story.row("oral", month.late, row, "matched")
    payer = wrong(month.results, "PAYER_NOT_1")
    story.lives(claim, nothing(month.claims), payer, ok(month.late), positive=True)


@scenario("oral", 20, "4", "PAYER_NOT_1", months=(ENDED[0],))
def positive_in_time(story: Story) -> None:
    """A positive with errors, corrected before the due day: never needs a note."""
    visit, month = story.visit(), story.month
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    row = oral_row(story, "95", visit, **POSITIVE)
    story.row("oral", month.results, row | {"payer": "2"}, "stored")
    story.row("oral", month.fix, row, "matched")
    payer = wrong(month.results, "PAYER_NOT_1")
    story.lives(claim, nothing(month.claims), payer, ok(month.fix), positive=True)
