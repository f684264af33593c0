"""Adult check, first stage."""

from bench.region.dates import ENDED, NOT_DUE, roc
from bench.region.life import nothing, ok, wrong
from bench.region.people import PAIRS, adult, full_row, stage1_row
from bench.region.scenarios import CELLS, scenario
from bench.region.story import Story


@scenario("adult", 2200, "3")
def stage1_on_time(story: Story) -> None:
    """First stage claimed, a complete row in time."""
    code, visit, day = adult(story), story.visit(), story.month.results
    (claim,) = story.case(visit, code)
    story.row("adult", day, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 500, "3", "RESULT_WITHOUT_CLAIM", rare=True)
def stage1_result_first(story: Story) -> None:
    """The row comes before the claim and waits for it."""
    code, visit, day = adult(story), story.visit(), story.month.early
    (claim,) = story.case(visit, code)
    story.row("adult", day, stage1_row(story, visit), "stored")
    story.lives(claim, ok(story.month.claims, received=day))


@scenario("adult", 180, "1", "7", "NOT_FOUND")
def stage1_missing(story: Story) -> None:
    """First stage claimed, nothing uploaded."""
    (claim,) = story.case(story.visit(), adult(story))
    story.lives(claim, nothing(story.month.claims), fix=["add"])


@scenario("adult", 30, "3", "R-1", months=ENDED)
def stage1_on_the_last_day(story: Story) -> None:
    """The row comes on the last good day: in time."""
    code, visit, day = adult(story), story.visit(), story.month.due
    (claim,) = story.case(visit, code)
    story.row("adult", day, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 30, "3", "7", "R-1", months=ENDED)
def stage1_one_day_late(story: Story) -> None:
    """The row comes on the day after: late, then matched and marked late."""
    code, visit, day = adult(story), story.visit(), story.month.after
    (claim,) = story.case(visit, code)
    story.row("adult", day, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 60, "3", "7", months=ENDED)
def stage1_late(story: Story) -> None:
    """The row comes well after the last good day."""
    code, visit, day = adult(story), story.visit(), story.month.late
    (claim,) = story.case(visit, code)
    story.row("adult", day, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 120, "4", "STAGE1_INCOMPLETE")
def stage1_incomplete(story: Story) -> None:
    """One or two first-stage fields are blank."""
    code, visit, day = adult(story), story.visit(), story.month.results
    (claim,) = story.case(visit, code)
    fields = ("uric_acid", "cholesterol", "urine_protein", "smoking", "hx_stroke", "egfr")
    blank = dict.fromkeys(story.random.sample(fields, story.random.choice((1, 2))), "")
    story.row("adult", day, stage1_row(story, visit, **blank), "stored")
    story.lives(claim, nothing(story.month.claims), wrong(day, "STAGE1_INCOMPLETE"), fix=["edit"])


@scenario("adult", 40, "4", "5", "STAGE1_INCOMPLETE")
def stage1_completed_later(story: Story) -> None:
    """A blank field, then a second row on the key with everything."""
    code, visit, month = adult(story), story.visit(), story.month
    (claim,) = story.case(visit, code)
    row = stage1_row(story, visit)
    story.row("adult", month.results, row | {"ldl": ""}, "stored")
    story.row("adult", month.fix, row, "matched")
    missing = wrong(month.results, "STAGE1_INCOMPLETE")
    story.lives(claim, nothing(month.claims), missing, ok(month.fix))


@scenario("adult", 60, "4", "BIRTH_MISMATCH")
def stage1_birth_differs(story: Story) -> None:
    """The birth date of the row is not the claim's."""
    code, visit, day = adult(story), story.visit(), story.month.results
    (claim,) = story.case(visit, code)
    other = story.born.replace(day=story.born.day % 28 + 1)
    story.row("adult", day, stage1_row(story, visit, birth_date=roc(other)), "stored")
    story.lives(claim, nothing(story.month.claims), wrong(day, "BIRTH_MISMATCH"), fix=["replace"])


@scenario("adult", 10, "4", "BIRTH_MISMATCH", "STAGE1_INCOMPLETE")
def stage1_two_things_wrong(story: Story) -> None:
    """Another birth date and a blank field: both reasons at once."""
    code, visit, day = adult(story), story.visit(), story.month.results
    (claim,) = story.case(visit, code)
    other = roc(story.born.replace(day=story.born.day % 28 + 1))
    story.row("adult", day, stage1_row(story, visit, birth_date=other, got=""), "stored")
    both = wrong(day, "BIRTH_MISMATCH", "STAGE1_INCOMPLETE")
    story.lives(claim, nothing(story.month.claims), both)


@scenario("adult", 20, "3", "W_BIRTH", "R-17")
def stage1_claim_without_birth(story: Story) -> None:
    """The claim has no birth date: nothing to compare, not invalid."""
    code, visit, day = adult(story), story.visit(), story.month.results
    (claim,) = story.case(visit, code, tags={"d11": ""})
    story.row("adult", day, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 20, "3", "R-12")
def one_row_answers_two_codes(story: Story) -> None:
    """Two order codes of one visit, one row: both answered."""
    visit, day = story.visit(), story.month.results
    adult(story)
    claims = story.case(visit, "21") + story.case(visit, "25")
    story.row("adult", day, stage1_row(story, visit), "matched")
    for claim in claims:
        story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 30, "3", "warnings", formats=CELLS)
def stage1_odd_values(story: Story) -> None:
    """Values out of range and a sex that contradicts the number only warn."""
    code, visit, day = adult(story), story.visit(), story.month.results
    (claim,) = story.case(visit, code)
    odd = {"cholesterol": "900", "sex": "2" if story.sex == "1" else "1"}
    story.row("adult", day, stage1_row(story, visit, **odd), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 30, "3", "DATE_6_DIGITS", "normalisation", formats=CELLS)
def stage1_sloppy_cells(story: Story) -> None:
    """Full-width digits, small letters, slashed dates and a lost leading zero are understood."""
    code, visit, day = adult(story), story.visit(), story.month.results
    (claim,) = story.case(visit, code)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in story.person)
    slashed = f"{visit.year - 1911}/{visit.month}/{visit.day}"
    cells = {
        "person_id": story.random.choice((wide, story.person.lower(), f" {story.person} ")),
        "stage1_date": slashed,
        "birth_date": roc(story.born).removeprefix("0"),
    }
    story.row("adult", day, stage1_row(story, visit, **cells), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 1100, "3")
def both_stages_on_time(story: Story) -> None:
    """Both stages claimed, one complete row."""
    code, month = adult(story), story.month
    first, second = story.visit(12), story.visit(28, 15)
    claims = story.case(first, code) + story.case(second, PAIRS[code])
    story.row("adult", month.results, full_row(story, first, second), "matched")
    for claim in claims:
        story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 40, "1", "pending", months=(NOT_DUE,))
def not_due_yet(story: Story) -> None:
    """Nothing uploaded, and the due day lies beyond the last day of the region."""
    (claim,) = story.case(story.visit(), adult(story))
    story.lives(claim, nothing(story.month.claims), fix=["add"])


@scenario("adult", 40, "4", "pending_error", "STAGE1_INCOMPLETE", months=(NOT_DUE,))
def wrong_and_not_due_yet(story: Story) -> None:
    """A wrong row, and time to correct it."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story))
    story.row("adult", day, stage1_row(story, visit, gpt=""), "stored")
    missing = nothing(story.month.claims)
    story.lives(claim, missing, wrong(day, "STAGE1_INCOMPLETE"), fix=["edit"])
