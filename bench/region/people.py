"""Who comes to a visit: ages that fit the order code, and a filled row about the visit.

source: programmes.md sections 1 to 3.
"""

from datetime import date, timedelta

from bench.region.dates import roc
from bench.region.layouts import Row, child_content, stage1_content, stage2_content
from bench.region.story import Story

PAIRS = {"21": "23", "22": "24", "25": "26", "27": "28", "3D": "3E"}
AGES = {"21": (40, 64), "22": (65, 90), "25": (35, 70), "27": (55, 64), "3D": (30, 39)}
AGES |= {"L1001C": (45, 79), "95": (30, 75), "97": (18, 29)}
MONTHS_OLD = {"71": (0, 1), "72": (2, 3), "73": (4, 9), "75": (10, 17), "76": (18, 23)}
MONTHS_OLD |= {"77": (24, 35), "79": (36, 83)}


def adult(story: Story) -> str:
    """An adult and the stage-1 code of that age; sets story.born."""
    code = story.random.choices(tuple(PAIRS), (60, 25, 3, 4, 8))[0]
    aged(story, code)
    return code


def aged(story: Story, code: str) -> None:
    """Someone whose age by year fits the code."""
    first, last = AGES[code]
    year = story.month.first.year - story.random.randint(first, last)
    story.born = date(year, story.random.randint(1, 12), story.random.randint(1, 28))


def child(story: Story, visit: date) -> str:
    """A child and the code of a visit at that age; sets story.born."""
    code = story.random.choice(tuple(MONTHS_OLD))
    first, last = MONTHS_OLD[code]
    # Half a month of slack on both sides keeps completed months inside the window.
    days = story.random.randint(first * 31 + 2, last * 30 + 20)
    story.born = visit - timedelta(days=days)
    return code


def oral(story: Story) -> str:
    code = story.random.choices(("95", "97"), (85, 15))[0]
    aged(story, code)
    return code


def _person(story: Story) -> Row:
    return {
        "person_id": story.person,
        "name": "測試民眾",
        "birth_date": roc(story.born),
        "sex": story.sex,
        "facility_id": story.facility.code,
    }


def stage1_row(story: Story, visit: date, **cells: str) -> Row:
    """An adult row with the first stage complete; cells replace ours."""
    row = _person(story) | stage1_content(story.random)
    row |= {"stage1_date": roc(visit), "bc_history": story.random.choice("012")}
    return row | cells


def full_row(story: Story, first: date, second: date, **cells: str) -> Row:
    """An adult row with both stages complete, without hepatitis."""
    row = stage1_row(story, first) | stage2_content(story.random)
    return row | {"stage2_date": roc(second)} | cells


def hepatitis(story: Story) -> Row:
    return {"hbsag": story.random.choice("0001"), "anti_hcv": story.random.choice("0001")}


def bc_row(story: Story, visit: date, **cells: str) -> Row:
    """Hepatitis alone: nothing of the first stage."""
    own = {"stage1_date": roc(visit), "bc_history": "3"}
    return _person(story) | own | hepatitis(story) | cells


def child_row(story: Story, code: str, visit: date, **cells: str) -> Row:
    own = {"order_code": code, "visit_date": roc(visit)}
    return _person(story) | own | child_content(story.random) | cells


def oral_row(story: Story, code: str, visit: date, **cells: str) -> Row:
    """A row that satisfies the habit rule of the code; negative unless told otherwise."""
    habits = {"betel": story.random.choice("12345"), "smoking": story.random.choice("012345")}
    if code == "95" and story.random.random() < 0.5:
        habits = {"betel": "0", "smoking": story.random.choice("2345")}
    own = {
        "visit_date": roc(visit),
        "payer": "1",
        "indigenous": "1" if code == "97" else story.random.choice("00001"),
        "residence_code": f"99{story.random.randrange(100):02d}",
        "result_sign": "0",
    }
    return _person(story) | own | habits | cells
