"""What the calendar and the agency do: day ends, rounds, decisions, aliases, closures."""

from collections.abc import Iterator

from claims.agency_events import (
    Actions,
    CaseAction,
    FacilityClosed,
    PersonAliased,
    RoundClosed,
    RoundOpened,
)
from claims.events import DayClosed
from tests.support.oracle.desk import Desk
from tests.support.oracle.dice import Dice
from tests.support.oracle.people import FACILITIES, PEOPLE, VISITS
from tests.support.oracle.reading import due_day

KINDS = (
    ("decide_recovered", ("overdue",)),
    ("decide_not_payable", ("overdue",)),
    ("review_approved", ("noted",)),
    ("review_refused", ("noted",)),
    ("reverse", ("recovered", "not_payable", "overdue")),
    ("exempt", ("late", "overdue", "open_missing", "pending")),
    ("form_received", ("open_error", "noted")),
    ("annotate", ("open_missing", "late")),
)
PERIODS = (
    *((VISITS[4], VISITS[3]) for _ in range(4)),
    (VISITS[0], VISITS[2]),
    (VISITS[4], VISITS[4]),
)


def next_days(desk: Desk, dice: Dice) -> Iterator[DayClosed]:
    """Close today, or jump to a day on which something falls due."""
    ahead = {desk.today}
    for held in desk.life.world.claims.values():
        if held.line.visit_date is not None:
            ahead |= _around(due_day(held.line.visit_date))
    for round_id, opened in desk.life.world.rounds.items():
        if round_id not in desk.life.world.ended:
            ahead |= _around(opened.correction_deadline)
    days = sorted(day for day in ahead if day >= desk.today)
    day = dice.pick(days[:5])
    yield DayClosed(f"day-closed/{day}", day)


def past_due(desk: Desk, dice: Dice) -> Iterator[DayClosed]:
    """To the day on which the last deadline of an upload ends, or a little further."""
    visits = [held.line.visit_date for held in desk.life.world.claims.values()]
    last = max([desk.today, *(due_day(visit) for visit in visits if visit is not None)])
    day = last + dice.pick((0, 0, 1, 5))
    yield DayClosed(f"day-closed/{day}", day)


def _around(day: int) -> set[int]:
    return {day - 1, day, day + 1}


def open_round(desk: Desk, dice: Dice) -> Iterator[RoundOpened]:
    """Mostly for what is late."""
    late = [
        desk.life.world.claims[case].line.programme
        for case, view in desk.life.now.items()
        if view.state == "late"
    ]
    programme = dice.pick(late or ("oral", "adult", "child"))
    first, last = dice.pick(PERIODS)
    deadline = desk.today + dice.pick((10, 0, 1, 30))
    round_id = f"2025-{programme}-{desk.number()}"
    dates = (first, last, desk.today, deadline, deadline, None, desk.today)
    yield RoundOpened(f"round-opened/{round_id}", round_id, programme, *dates)


def close_round(desk: Desk, dice: Dice) -> Iterator[RoundClosed]:
    running = [each for each in desk.life.world.rounds if each not in desk.life.world.ended]
    if running:
        round_id = dice.pick(running)
        yield RoundClosed(f"round-closed/{round_id}", round_id, desk.today)


def act(desk: Desk, dice: Dice) -> Iterator[Actions]:
    there = {view.state for view in desk.life.now.values()}
    apt = [each for each in KINDS if there & set(each[1])]
    kind, states = dice.pick(apt if apt and not dice.one_in(4) else KINDS)
    held = desk.a_claim(dice, states)
    if held is None:
        return
    name = f"S{desk.number()}"
    code = dice.pick(("CLAIM_DATE_WRONG", "SYSTEM_CASE", "NOT_FOUND")) if kind == "annotate" else ""
    text = "" if dice.one_in(6) else "經查屬實"
    case_id = "nobody/1" if dice.one_in(16) else held.line.claim_id
    on = desk.today if kind == "form_received" else None
    item = CaseAction(1, f"C{name}", kind, case_id, code, text, on)
    yield Actions(f"{name}/1", name, 1, 1, held.facility, desk.today, "agency", (item,))


def alias(desk: Desk, dice: Dice) -> Iterator[PersonAliased]:
    """Entered, or taken back; never a cycle, which ingest refuses at the door."""
    edges = desk.life.world.edges
    one = dice.pick(PEOPLE)
    other = dice.pick([person for person in PEOPLE if person != one])
    known = frozenset((one, other)) in edges
    if not known and other in desk.life.world.group(one):
        return
    if not known and dice.one_in(6):
        return
    yield PersonAliased(f"person-aliased/{desk.number()}", desk.today, one, other, known)


def shut(desk: Desk, dice: Dice) -> Iterator[FacilityClosed]:
    facility = dice.pick((*FACILITIES[:1] * 3, FACILITIES[1]))
    day = None if facility in desk.life.world.shut else desk.today
    yield FacilityClosed(f"facility-closed/{desk.number()}", desk.today, facility, day)
