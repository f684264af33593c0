"""Child visits."""

from datetime import timedelta

from bench.region.dates import ENDED, roc
from bench.region.facts import Line
from bench.region.life import invalid, nothing, ok, wrong
from bench.region.people import child, child_row
from bench.region.scenarios import CELLS, scenario
from bench.region.story import Story

EDUCATION = {"71": "01", "72": "02", "73": "03", "75": "04", "76": "05", "77": "06", "79": "07"}


@scenario("child", 1300, "3")
def visit_on_time(story: Story) -> None:
    """A visit claimed, a complete row in time."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.row("child", day, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 300, "3", "none lines")
def visit_with_education(story: Story) -> None:
    """The education line beside the visit has no case."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    claim, _ = story.case(visit, code, EDUCATION[code])
    story.row("child", day, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 200, "3", "RESULT_WITHOUT_CLAIM", rare=True)
def visit_result_first(story: Story) -> None:
    """The row comes before the claim."""
    visit, day = story.visit(), story.month.early
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.row("child", day, child_row(story, code, visit), "stored")
    story.lives(claim, ok(story.month.claims, received=day))


@scenario("child", 100, "1", "7", "NOT_FOUND")
def visit_missing(story: Story) -> None:
    """A visit claimed, nothing uploaded."""
    visit = story.visit()
    (claim,) = story.case(visit, child(story, visit))
    story.lives(claim, nothing(story.month.claims), fix=["add"])


@scenario("child", 40, "3", "7", months=ENDED)
def visit_late(story: Story) -> None:
    """The row comes after the due day."""
    visit, day = story.visit(), story.random.choice((story.month.after, story.month.late))
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.row("child", day, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 60, "4", "UPLOADED_BUT_WRONG")
def visit_field_blank(story: Story) -> None:
    """A mandatory field is blank: uploaded, but wrong."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    blank = story.random.choice(("height_cm", "development", "education_given", "sex"))
    if code in ("71", "72", "73", "75", "76") and story.random.random() < 0.3:
        blank = "head_cm"
    story.row("child", day, child_row(story, code, visit, **{blank: ""}), "stored")
    story.lives(claim, nothing(story.month.claims), wrong(day, "UPLOADED_BUT_WRONG"), fix=["edit"])


@scenario("child", 20, "3")
def visit_head_not_needed(story: Story) -> None:
    """The head is measured up to the fifth visit only."""
    visit, day = story.visit(), story.month.results
    code = story.random.choice(("77", "79"))
    story.born = visit - timedelta(days=26 * 31 if code == "77" else 40 * 31)
    (claim,) = story.case(visit, code)
    story.row("child", day, child_row(story, code, visit, head_cm=""), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 40, "4", "5", "UPLOADED_BUT_WRONG")
def visit_field_filled_later(story: Story) -> None:
    """A blank field, then a second row with it."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    row = child_row(story, code, visit)
    story.row("child", month.results, row | {"weight_kg": ""}, "stored")
    story.row("child", month.fix, row, "matched")
    missing = wrong(month.results, "UPLOADED_BUT_WRONG")
    story.lives(claim, nothing(month.claims), missing, ok(month.fix))


@scenario("child", 60, "CODE_MISMATCH", "R-29")
def visit_other_code(story: Story) -> None:
    """Person, date and birth date agree, the order code does not."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    other = story.random.choice([each for each in EDUCATION if each != code])
    row = child_row(story, other, visit)
    story.row("child", day, row, "stored")
    story.lives(claim, nothing(story.month.claims), nothing(day, "CODE_MISMATCH"), fix=["edit"])


@scenario("child", 60, "BIRTH_MISMATCH", "R-29")
def visit_other_birth(story: Story) -> None:
    """Person, date and code agree, the birth date does not."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    other = story.born - timedelta(days=story.random.choice((1, 10, 300)))
    story.row("child", day, child_row(story, code, visit, birth_date=roc(other)), "stored")
    story.lives(claim, nothing(story.month.claims), nothing(day, "BIRTH_MISMATCH"), fix=["edit"])


@scenario("child", 40, "3", "R-13")
def newborn_twins(story: Story) -> None:
    """Two newborns on a parent's card, told apart by their mark; blank counts as 1."""
    visit, day = story.visit(), story.month.results
    child_born = visit - timedelta(days=story.random.randint(3, 25))
    story.born = child_born.replace(year=child_born.year - 30, day=min(child_born.day, 28))
    first = story.random.choice(("", "1"))
    for mark, row_mark in ((first, "1" if not first else ""), ("2", "2")):
        tags = {"d45": roc(child_born), "d15": "903"} | ({"d51": mark} if mark else {})
        (claim,) = story.case(visit, "71", tags=tags)
        cells = {"birth_date": roc(child_born), "newborn_mark": row_mark}
        story.row("child", day, child_row(story, "71", visit, **cells), "matched")
        story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 20, "NOT_FOUND", "R-13")
def newborn_second_twin_missing(story: Story) -> None:
    """Only the first twin's row comes: it does not answer for the second."""
    visit, day = story.visit(), story.month.results
    child_born = visit - timedelta(days=story.random.randint(3, 25))
    story.born = child_born.replace(year=child_born.year - 30, day=min(child_born.day, 28))
    one, two = (
        story.case(visit, "71", tags={"d45": roc(child_born), "d51": mark, "d15": "903"})[0]
        for mark in "12"
    )
    cells = {"birth_date": roc(child_born), "newborn_mark": "1"}
    story.row("child", day, child_row(story, "71", visit, **cells), "matched")
    story.lives(one, nothing(story.month.claims), ok(day))
    story.lives(two, nothing(story.month.claims))


@scenario("child", 40, "2", "BIRTH_INVALID", "W_BIRTH")
def claim_without_birth(story: Story) -> None:
    """The claim's birth date is missing or no date: the key is unusable."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    birth = story.random.choice(("", "1139901", "0000000"))
    (claim,) = story.case(visit, code, tags={"d11": birth})
    story.row("child", day, child_row(story, code, visit), "stored")
    story.lives(claim, invalid(story.month.claims, "BIRTH_INVALID"), fix=["resend"])


@scenario("child", 40, "3", "W_SEQ", "claim_id")
def claim_without_sequence(story: Story) -> None:
    """Order sequences are missing or repeated: the position stands in."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    lines = [Line(EDUCATION[code], "1"), Line(code, story.random.choice((None, "1")))]
    _, claim = story.case(visit, EDUCATION[code], code, lines=lines)
    story.row("child", day, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("child", 20, "3", "xlsx date cells", "R-27", formats=CELLS)
def visit_with_wide_birth(story: Story) -> None:
    """Dates with separators, digits in full width."""
    visit, day = story.visit(), story.month.results
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    born = story.born
    cells = {
        "birth_date": f"{born.year - 1911}.{born.month}.{born.day}",
        "order_code": "".join(chr(ord(char) + 0xFEE0) for char in code),
    }
    story.row("child", day, child_row(story, code, visit, **cells), "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))
