"""Rows that are refused for their key fields, values or owner (R-19, R-26): as if never sent."""

from datetime import date, timedelta

from bench.region.dates import roc
from bench.region.layouts import Row
from bench.region.life import nothing, ok
from bench.region.people import (
    adult,
    bc_row,
    child,
    child_row,
    full_row,
    oral,
    oral_row,
    stage1_row,
)
from bench.region.scenarios import CELLS, DELIMITED, scenario
from bench.region.story import Story
from bench.region.world import XLSX


def _refuse(story: Story, programme: str, cells: Row, *codes: str) -> None:
    story.row(programme, story.month.results, cells, "refused", *codes)


def _claimed(story: Story) -> date:
    """An adult check that nothing will answer."""
    visit = story.visit()
    (claim,) = story.case(visit, adult(story))
    story.lives(claim, nothing(story.month.claims))
    return visit


@scenario("adult", 60, "ID_MASKED", "ID_SHAPE", "ID_CHECKSUM", "KEY_BLANK")
def bad_id(story: Story) -> None:
    """The ID is masked, misshapen, mistyped or blank."""
    row = stage1_row(story, _claimed(story))
    number = story.person
    text, code = story.random.choice(
        (
            (f"{number[:5]}*****", "ID_MASKED"),
            (number[:9], "ID_SHAPE"),
            (story.region.numbers.mistyped(number), "ID_CHECKSUM"),
            ("", "KEY_BLANK"),
        )
    )
    _refuse(story, "adult", row | {"person_id": text}, code)


@scenario("adult", 50, "OWNER_MISMATCH", "FACILITY_ENOTATION", "FACILITY_SHAPE", formats=CELLS)
def bad_facility(story: Story) -> None:
    """The facility is another's, damaged by a spreadsheet, or misshapen."""
    row = stage1_row(story, _claimed(story))
    strangers = [each.code for each in story.region.facilities if each is not story.facility]
    text, code = story.random.choice(
        (
            (story.random.choice(strangers), "OWNER_MISMATCH"),
            ("3.50E+12", "FACILITY_ENOTATION"),
            ("35990", "FACILITY_SHAPE"),
            ("", "KEY_BLANK"),
        )
    )
    _refuse(story, "adult", row | {"facility_id": text}, code)


@scenario(
    "adult", 60, "DATE_GREGORIAN", "DATE_SHAPE", "DATE_RANGE", "DATE_IN_FUTURE", formats=CELLS
)
def bad_date(story: Story) -> None:
    """The date of the visit is Gregorian, a serial number, no real day, or still to come."""
    visit = _claimed(story)
    row = stage1_row(story, visit)
    text, code = story.random.choice(
        (
            (f"{visit:%Y%m%d}", "DATE_GREGORIAN"),
            ("45698", "DATE_SHAPE"),
            ("1140230", "DATE_RANGE"),
            (roc(story.month.results + timedelta(days=1)), "DATE_IN_FUTURE"),
            ("", "KEY_BLANK"),
        )
    )
    _refuse(story, "adult", row | {"stage1_date": text}, code)


@scenario("adult", 15, "DATE_GREGORIAN", formats=DELIMITED)
def slashed_gregorian_in_text(story: Story) -> None:
    """A slashed Gregorian date in a text file is refused."""
    visit = _claimed(story)
    row = stage1_row(story, visit, stage1_date=f"{visit:%Y/%m/%d}")
    _refuse(story, "adult", row, "DATE_GREGORIAN")


@scenario("adult", 15, "3", "R-27", formats=(XLSX,))
def slashed_gregorian_in_a_spreadsheet(story: Story) -> None:
    """The same text in a spreadsheet is a Gregorian date, and understood."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit, stage1_date=f"{visit:%Y/%m/%d}")
    story.row("adult", day, row, "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 30, "DATE_ORDER")
def dates_out_of_order(story: Story) -> None:
    """The second stage before the first, or a birth after the visit."""
    visit = _claimed(story)
    if story.random.random() < 0.5:
        cells = full_row(story, visit, visit - timedelta(days=1))
    else:
        cells = stage1_row(story, visit, birth_date=roc(visit + timedelta(days=1)))
    _refuse(story, "adult", cells, "DATE_ORDER")


@scenario("adult", 30, "VALUE_NOT_ALLOWED", "FIELD_TOO_LONG", formats=CELLS)
def bad_value(story: Story) -> None:
    """A value outside its list, or a name that is too long."""
    row = stage1_row(story, _claimed(story))
    cells, code = story.random.choice(
        (
            ({"sex": "3"}, "VALUE_NOT_ALLOWED"),
            ({"urine_protein": "9"}, "VALUE_NOT_ALLOWED"),
            ({"hx_heart": "無"}, "VALUE_NOT_ALLOWED"),
            ({"name": "測" * 21}, "FIELD_TOO_LONG"),
        )
    )
    _refuse(story, "adult", row | cells, code)


@scenario("adult", 20, "every failing field at once", formats=CELLS)
def everything_bad(story: Story) -> None:
    """Four fields fail: all four are named."""
    visit = _claimed(story)
    cells = {
        "person_id": story.person[:9],
        "facility_id": "35990",
        "stage1_date": f"{visit:%Y%m%d}",
        "sex": "x",
    }
    codes = ("ID_SHAPE", "FACILITY_SHAPE", "DATE_GREGORIAN", "VALUE_NOT_ALLOWED")
    _refuse(story, "adult", stage1_row(story, visit) | cells, *codes)


@scenario("child", 40, "ORDER_CODE_NOT_ALLOWED", "KEY_BLANK", "DATE_ORDER")
def bad_child_key(story: Story) -> None:
    """The order code is not a visit's, a key field is blank, or the birth comes after it."""
    visit = story.visit()
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.lives(claim, nothing(story.month.claims))
    cells, refusal = story.random.choice(
        (
            ({"order_code": "74"}, "ORDER_CODE_NOT_ALLOWED"),
            ({"order_code": ""}, "KEY_BLANK"),
            ({"birth_date": ""}, "KEY_BLANK"),
            ({"visit_date": ""}, "KEY_BLANK"),
            ({"birth_date": roc(visit + timedelta(days=1))}, "DATE_ORDER"),
        )
    )
    _refuse(story, "child", child_row(story, code, visit) | cells, refusal)


@scenario("oral", 40, "ID_CHECKSUM", "KEY_BLANK", "VALUE_NOT_ALLOWED")
def bad_oral_row(story: Story) -> None:
    """A mistyped ID, a blank date, a habit level that does not exist."""
    visit = story.visit()
    code = oral(story)
    (claim,) = story.case(visit, code)
    story.lives(claim, nothing(story.month.claims))
    cells, refusal = story.random.choice(
        (
            ({"person_id": story.region.numbers.mistyped(story.person)}, "ID_CHECKSUM"),
            ({"visit_date": ""}, "KEY_BLANK"),
            ({"betel": "6"}, "VALUE_NOT_ALLOWED"),
        )
    )
    _refuse(story, "oral", oral_row(story, code, visit) | cells, refusal)


@scenario("adult", 20, "refused, then right")
def refused_then_right(story: Story) -> None:
    """A refused row, then the same with the right ID: matched."""
    visit, month = story.visit(), story.month
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit)
    mistyped = story.region.numbers.mistyped(story.person)
    _refuse(story, "adult", row | {"person_id": mistyped}, "ID_CHECKSUM")
    story.row("adult", month.fix, row, "matched")
    story.lives(claim, nothing(month.claims), ok(month.fix))


@scenario("adult", 20, "3", "FACILITY_PADDED", formats=CELLS, kinds=("01",))
def lost_zero_of_the_facility(story: Story) -> None:
    """A hospital's code lost its leading zero in a spreadsheet: padded, with a warning."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story))
    row = stage1_row(story, visit, facility_id=story.facility.code.removeprefix("0"))
    story.row("adult", day, row, "matched")
    story.lives(claim, nothing(story.month.claims), ok(day))


@scenario("adult", 60, "RESULT_WITHOUT_CLAIM")
def result_without_claim(story: Story) -> None:
    """A good row that nobody claimed."""
    visit = story.visit()
    code = adult(story)
    cells = stage1_row(story, visit) if code != "3D" else bc_row(story, visit)
    story.row("adult", story.month.results, cells, "stored")
