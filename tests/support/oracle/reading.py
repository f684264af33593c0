"""The verdict on one case, by reading a whole World; nothing is kept between two questions.

source: correction.md sections 2, 3 and 5, rulings R-1 to R-10, R-12, R-29, R-33, R-34, ADR 0007.
"""

import datetime
import re
from dataclasses import dataclass, replace

from claims.events import ClaimLine, ResultItem
from tests.support.oracle.content import (
    PAIRS,
    Held,
    Row,
    born_apart,
    facets,
    faults,
    has_key,
    only_hepatitis,
    same_newborn,
)
from tests.support.oracle.world import World

OPEN = {"pending", "pending_error", "late", "open_missing", "open_error", "noted", "overdue"}
"""R-5."""
STATUS_SHOWN = {"late", "open_missing", "open_error", "noted", "overdue"}
HABITS = {"HABIT_MISMATCH", "HABIT_NOT_ELIGIBLE"}
EPOCH = datetime.date(1970, 1, 1)
Choices = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class View:
    """What is so of one case. ``reasons``: the sets of codes that the pages allow; () for any."""

    state: str
    reasons: Choices = ()
    status: int = 0
    round_id: str = ""
    result_id: str = ""
    completed_on: int | None = None
    is_late: bool = False
    sign: str = ""
    note_on: int | None = None
    due_on: int | None = None
    form_on: int | None = None


@dataclass(frozen=True)
class Look:
    """How a claim stands to the results: the best one with its key, or why there is none."""

    row: Row | None = None
    codes: frozenset[str] = frozenset()
    instead: Choices = ()

    @property
    def right(self) -> bool:
        return self.row is not None and not self.codes


def due_day(visit: int) -> int:
    """60 days from the first of the month after the service, that first day included."""
    served = EPOCH + datetime.timedelta(visit)
    first = datetime.date(served.year + served.month // 12, served.month % 12 + 1, 1)
    return (first - EPOCH).days + 59


def numbers(claim_id: str) -> tuple[object, ...]:
    """A claim id with its numbers as numbers, for R-12."""
    parts = re.split(r"(\d+)", claim_id)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def verdict(world: World, case_id: str) -> View:
    """State, reasons and the rest, as if nobody had ever asked before."""
    held, done = world.claims[case_id], world.of(case_id)
    line = held.line
    if not held.live:
        return View("withdrawn", round_id=done.round_id, form_on=done.form_on)
    if not held.usable:
        if done.decision:
            return View(done.decision, round_id=done.round_id, form_on=done.form_on)
        code = "BIRTH_INVALID" if held.keyed else "KEY_BLANK"
        return View("invalid", (frozenset({code}),), round_id=done.round_id)
    look = look_at(world, held)
    state, counts = _state(world, case_id, held, look)
    assert line.visit_date is not None
    opened = world.rounds.get(done.round_id)
    base = View(
        state,
        round_id=done.round_id,
        note_on=done.note_on,
        due_on=opened.correction_deadline if opened else due_day(line.visit_date),
        form_on=done.form_on,
        sign=look.row.item.values.get("result_sign", "") if look.row else "",
    )
    if state == "matched":
        assert look.row is not None
        late = look.row.received_on > due_day(line.visit_date)
        answer = {"result_id": look.row.result_id, "is_late": late}
        return replace(base, completed_on=look.row.received_on, **answer)  # type: ignore[arg-type]
    if state not in OPEN:
        return base
    if look.right and not counts:
        return replace(base, reasons=(frozenset({"LATE_UPLOAD"}),))
    status = (1 if look.instead else 2) if state in STATUS_SHOWN else 0
    reasons = look.instead or (look.codes,)
    if state == "open_error" and base.sign == "1":
        form = {"FORM_REQUIRED"} if look.codes & HABITS else set()
        reasons = (look.codes | {"NOTE_REQUIRED"} | form,)
    return replace(base, status=status, reasons=reasons)


def _state(world: World, case_id: str, held: Held, look: Look) -> tuple[str, bool]:
    """(state, whether a right result counts), in the order of the questions."""
    done, wrong = world.of(case_id), not look.instead
    over = world.ended.get(done.round_id) if done.round_id else None
    in_time = over is None or (look.row is not None and look.row.received_on <= over)
    counts = look.right and (in_time or done.late_counts)
    if done.decision:
        return done.decision, counts
    if done.review == "approved":
        return "excused", counts
    if counts:
        return "matched", True
    if done.exempt or (held.line.programme == "child" and held.facility in world.shut):
        return "exempt", False
    if done.round_id and over is None:
        positive = look.row is not None and look.row.item.values.get("result_sign") == "1"
        if done.note and wrong and positive:
            return "noted", False
        return ("open_error" if wrong else "open_missing"), False
    if done.round_id:
        return ("noted" if done.note and not done.review else "overdue"), False
    assert held.line.visit_date is not None
    if due_day(held.line.visit_date) <= world.closed:
        return "late", False
    return ("pending_error" if wrong else "pending"), False


# -- results


def neighbours(world: World, held: Held) -> list[Held]:
    """Live claims of the same person at the same facility, itself included."""
    group = world.group(held.line.person_id)
    return [
        other
        for other in world.claims.values()
        if other.live and other.facility == held.facility and other.line.person_id in group
    ]


def rows_of(world: World, held: Held) -> list[Row]:
    group = world.group(held.line.person_id)
    return [
        row
        for row in world.rows.values()
        if row.facility == held.facility and row.item.person_id in group
    ]


def look_at(world: World, held: Held) -> Look:
    line, beside = held.line, neighbours(world, held)
    rank = (held.appl_date, numbers(line.claim_id))
    for other in beside:
        same = other.usable and visit_key(other.line) == visit_key(line)
        if same and (other.appl_date, numbers(other.line.claim_id)) < rank:
            return Look(instead=(frozenset({"DUPLICATE_CLAIM"}),))
    rows = rows_of(world, held)
    beside_it = around(line, beside)
    judged = [(faults(line, row, **beside_it), row) for row in rows if has_key(line, row.item)]
    if judged:
        codes, row = min(
            judged, key=lambda each: (len(each[0]), each[1].received_on, each[1].result_id)
        )
        return Look(row, frozenset(codes))
    half = _incomplete(line, beside, rows)
    if half:
        return Look(codes=half)
    return Look(instead=_near(line, beside, rows) or (frozenset({"NOT_FOUND"}),))


def visit_key(line: ClaimLine) -> tuple[object, ...]:
    """Facility and person are compared by the caller (claim-file.md section 2, R-12)."""
    newborn = (line.subject_birth_date, line.newborn_mark or "1") if line.is_newborn else ()
    return (line.visit_date, line.order_code, newborn)


def _pair_of(stage2: ClaimLine, beside: list[Held]) -> ClaimLine | None:
    """The newest stage-1 claim of the pair code, not after stage 2."""
    assert stage2.visit_date is not None
    found = [
        other.line
        for other in beside
        if other.line.order_code == PAIRS.get(stage2.order_code)
        and other.line.visit_date is not None
        and other.line.visit_date <= stage2.visit_date
    ]
    return max(found, key=lambda line: line.visit_date or 0, default=None)


def around(line: ClaimLine, beside: list[Held]) -> dict[str, bool]:
    checks = [
        each.line
        for each in beside
        if each.line.requirement == "stage1" and each.line.visit_date == line.visit_date
    ]
    pairs = [
        _pair_of(each.line, beside)
        for each in beside
        if each.line.requirement == "stage2" and each.line.visit_date is not None
    ]
    claimed = {(pair.order_code, pair.visit_date) for pair in pairs if pair is not None}
    stage2 = any((check.order_code, check.visit_date) in claimed for check in checks)
    return {"with_adult": bool(checks), "with_stage2": stage2}


def _incomplete(line: ClaimLine, beside: list[Held], rows: list[Row]) -> frozenset[str]:
    """The incomplete-row rule of programmes.md section 5: present, but wrong."""
    halves = []
    for row in rows:
        if is_half(line, beside, row.item):
            second = {"stage2", "interp_hbv", "interp_hcv"} & set(row.item.filled)
            codes = {"STAGE2_DATE_MISSING" if second else "STAGE2_MISSING"}
            if born_apart(line, row.item):
                codes.add("BIRTH_MISMATCH")
            halves.append((len(codes), row.received_on, row.result_id, frozenset(codes)))
    return min(halves)[3] if halves else frozenset()


def is_half(line: ClaimLine, beside: list[Held], item: ResultItem) -> bool:
    """A row of the first stage's day, without a second date."""
    if item.programme != "adult" or item.visit_date is None:
        return False
    if line.requirement != "stage2" or item.stage2_date is not None or only_hepatitis(item):
        return False
    pair = _pair_of(line, beside)
    return pair is not None and pair.visit_date == item.visit_date


# -- near misses


def _asked_for(row: Row, facet: str, beside: list[Held]) -> bool:
    """Whether a live claim has this facet's key: then it explains nothing else (R-29)."""
    return any(
        each.usable and each.line.requirement == facet and has_key(each.line, row.item)
        for each in beside
    )


def _near(line: ClaimLine, beside: list[Held], rows: list[Row]) -> Choices:
    """Codes of the nearest results; several sets where the pages do not say which comes first."""
    found: list[tuple[int, int, frozenset[str]]] = []
    for row in rows:
        if line.requirement in facets(row.item) and not _asked_for(row, line.requirement, beside):
            differs = _differences(line, row)
            if differs is not None:
                found.append((len(differs[1]), *differs))
    best = min((each[:2] for each in found), default=None)
    return tuple({each[2] for each in found if each[:2] == best})


def _differences(line: ClaimLine, row: Row) -> tuple[int, frozenset[str]] | None:
    """(days apart, codes) when the result is near; None when it is not."""
    item, day = row.item, facets(row.item)[line.requirement]
    assert day is not None and line.visit_date is not None
    days = abs(day - line.visit_date)
    if days > 30:
        return None
    codes = {"DATE_MISMATCH"} if days else set()
    if line.requirement != "visit":
        if line.programme == "adult" and born_apart(line, item):
            codes.add("BIRTH_MISMATCH")
        return (days, frozenset(codes)) if days else None
    if item.order_code != line.order_code:
        codes.add("CODE_MISMATCH")
    if item.birth_date != line.subject_birth_date:
        codes.add("BIRTH_MISMATCH")
    near = len(codes) == 1 and same_newborn(line, item)
    return (days, frozenset(codes)) if near else None
