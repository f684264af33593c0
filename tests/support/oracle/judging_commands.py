"""Notes of clinics and actions of the agency, judged once.

source: correction.md rows 13 to 22, rulings R-5, R-8, R-34, R-35, ADR 0009.
"""

from claims.agency_events import CaseAction
from claims.events import ResultItem
from tests.support.oracle.content import Held
from tests.support.oracle.entries import Did
from tests.support.oracle.life import Life
from tests.support.oracle.reading import OPEN, View, look_at
from tests.support.oracle.told import DONE, Told, refused
from tests.support.oracle.world import DECIDED


def is_over(life: Life, view: View) -> bool:
    """The round that lists the case has ended."""
    return view.round_id in life.world.ended


def note(life: Life, item: ResultItem, on: int) -> Told:
    held = life.world.claims.get(item.target_id)
    if held is None:
        return refused("UNKNOWN_CASE")
    if held.line.programme != "oral":
        return refused("NOTE_NOT_ALLOWED")
    view, text = life.now[item.target_id], item.values.get("note", "")
    if view.state == "matched":
        return refused("LOCKED")
    if view.round_id and is_over(life, view):
        late = {"NOTE_NOT_ALLOWED"} if view.state in ("withdrawn", "invalid", "exempt") else set()
        return refused("ROUND_CLOSED", *late)
    if view.state != "noted" and not (view.state == "open_error" and view.sign == "1"):
        return refused("NOTE_NOT_ALLOWED")
    if not text and not life.world.of(item.target_id).note:
        return DONE
    life.take(Did("note", item.target_id, text, on))
    return DONE


def act(life: Life, item: CaseAction, on: int) -> Told:
    held = life.world.claims.get(item.case_id)
    if held is None:
        return refused("UNKNOWN_CASE")
    did = _allowed(life, item, life.now[item.case_id], held, on)
    if isinstance(did, Told):
        return did
    life.take(did)
    return DONE


def _allowed(life: Life, item: CaseAction, view: View, held: Held, on: int) -> Did | Told:
    not_now = refused("DECISION_NOT_ALLOWED")
    match item.kind:
        case "review_approved" | "review_refused":
            if view.state != "noted" or not is_over(life, view):
                return not_now
            return Did(item.kind.removeprefix("review_"), item.case_id)
        case "decide_not_payable" | "decide_recovered":
            if view.state != "overdue":
                return not_now
            return Did(item.kind.removeprefix("decide_"), item.case_id)
        case "reverse":
            if codes := _against_reversal(item, view):
                return refused(*codes)
            # A claim without a usable key has no result, whatever a row lacks as well.
            right = held.usable and look_at(life.world, held).right
            return Did("late_counts" if right else "excused", item.case_id)
        case "exempt":
            return Did("exempt", item.case_id) if view.state in OPEN else not_now
        case "form_received":
            if held.line.programme != "oral":
                return refused("EDIT_NOT_ALLOWED")
            return Did("form", item.case_id, day=item.on if item.on is not None else on)
    if item.code not in ("CLAIM_DATE_WRONG", "SYSTEM_CASE", "LAB_NO_ACCESS"):
        return refused("VALUE_NOT_ALLOWED")
    return Did("annotate", item.case_id, item.code)


def _against_reversal(item: CaseAction, view: View) -> list[str]:
    found = [] if view.state in DECIDED | {"overdue"} else ["DECISION_NOT_ALLOWED"]
    return found if item.text.strip() else [*found, "VALUE_NOT_ALLOWED"]
