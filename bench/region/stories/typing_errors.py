"""Claims whose number was mistyped: the row of another number of the same facility comes near."""

from bench.region.dates import ENDED, roc
from bench.region.facts import Sheet
from bench.region.life import nothing, ok, wrong
from bench.region.people import adult, child, child_row, oral, oral_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.story import Story


def _mistyped(story: Story) -> str:
    """One wrong digit, a wrong check digit, or two neighbours swapped."""
    numbers, number = story.region.numbers, story.person
    kind = story.random.randrange(3)
    if kind == 0:
        return numbers.transposed(number)
    return numbers.wrong_check_digit(number) if kind == 1 else numbers.mistyped(number)


@scenario("adult", 20, "ID_MISMATCH", "R-17", "R-29")
def check_claimed_under_a_mistyped_number(story: Story) -> None:
    """The claim's number has a typing error: no result can be taken under it. Nothing is done."""
    visit, month, code = story.visit(), story.month, adult(story)
    (claim,) = story.case(visit, code, person=_mistyped(story))
    story.row("adult", month.results, stage1_row(story, visit), "stored")
    story.lives(claim, nothing(month.claims), nothing(month.results, "ID_MISMATCH"), fix=["resend"])


@scenario("child", 15, "ID_MISMATCH", "R-29")
def visit_claimed_under_a_mistyped_number(story: Story) -> None:
    """The same for a child's visit: date, code and birth date agree."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code, person=_mistyped(story))
    story.row("child", month.results, child_row(story, code, visit), "stored")
    story.lives(claim, nothing(month.claims), nothing(month.results, "ID_MISMATCH"), fix=["resend"])


@scenario("oral", 15, "ID_MISMATCH", "claim_revised", "23", "12", months=ENDED)
def mistyped_number_repaired_while_listed(story: Story) -> None:
    """The claim is sent again with the right number while it is listed: it matches."""
    visit, month, code = story.visit(), story.month, oral(story)
    (claim,) = story.case(visit, code, person=_mistyped(story))
    story.row("oral", month.results, oral_row(story, code, visit), "stored")
    day = story.round("oral").fix
    seq = int(claim.claim_id.split("/")[-2])
    sheet = Sheet(story.facility.code, month.fee_month, "1", roc(day), day)
    story.case(visit, code, sheet=sheet, seq=seq)
    near = nothing(month.results, "ID_MISMATCH")
    story.lives(claim, nothing(month.claims), near, ok(day, received=month.results))


@scenario("adult", 10, "ID_OLD_NEW", "R-30")
def old_and_new_number(story: Story) -> None:
    """Claimed under the old resident number, uploaded under the new; nobody calls."""
    visit, month, code = story.visit(), story.month, adult(story)
    numbers = story.region.numbers
    story.person = numbers.of_kind("resident_old", story.sex)
    new = numbers.of_kind("resident_new", story.sex)
    (claim,) = story.case(visit, code)
    story.row("adult", month.results, stage1_row(story, visit, person_id=new), "stored")
    story.lives(claim, nothing(month.claims), nothing(month.results, "ID_OLD_NEW"), fix=["alias"])


@scenario("adult", 10, "AGE_NOT_ELIGIBLE", "R-33", months=ENDED)
def too_young(story: Story) -> None:
    """A check claimed ten years too early: matched, with a hint."""
    visit, month = story.visit(), story.month
    adult(story)
    story.born = story.born.replace(year=visit.year - 28)
    (claim,) = story.case(visit, "21")
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    hints = ["AGE_NOT_ELIGIBLE"]
    story.lives(claim, nothing(month.claims), ok(month.results), hints=hints)


@scenario("oral", 10, "INTERVAL_TOO_SHORT", "R-33", months=ENDED)
def screened_twice_in_a_year(story: Story) -> None:
    """Two screenings in one month: the second is too soon, and still matches."""
    visit, month = story.visit(10), story.month
    oral(story)
    story.born = story.born.replace(year=visit.year - 45)
    for day, hints in ((visit, ()), (visit.replace(day=visit.day + 12), ("INTERVAL_TOO_SHORT",))):
        (claim,) = story.case(day, "95")
        story.row("oral", month.results, oral_row(story, "95", day), "matched")
        story.lives(claim, nothing(month.claims), ok(month.results), hints=hints)


@scenario("adult", 15, "BIRTH_MISMATCH", "PERSONS_SWAPPED", months=ENDED)
def persons_swapped(story: Story) -> None:
    """Two persons of one day, each row under the other's number: wrong birth dates, and a hint."""
    visit, month, code = story.visit(), story.month, adult(story)
    one, born = story.person, story.born
    other = story.region.numbers.person(story.sex)
    other_born = born.replace(day=born.day % 28 + 1)
    for person, own, theirs in ((one, born, other_born), (other, other_born, born)):
        story.born = own
        (claim,) = story.case(visit, code, person=person)
        cells = {"person_id": person, "birth_date": roc(theirs)}
        story.row("adult", month.results, stage1_row(story, visit, **cells), "stored")
        mismatch = wrong(month.results, "BIRTH_MISMATCH")
        story.lives(claim, nothing(month.claims), mismatch, hints=["PERSONS_SWAPPED"])
