"""What becomes of every row and command, judged once, in the order of `records`.

source: correction.md section 4, rulings R-3 to R-8, R-11, R-23 to R-26, R-35, ADR 0007 and 0009.
Where two refusals hold at once and no page says which is told, ``codes`` names both.
"""

from dataclasses import replace

from claims.agency_events import (
    Actions,
    FacilityClosed,
    PersonAliased,
    RoundClosed,
    RoundOpened,
)
from claims.events import ClaimLine, ClaimWithdrawal, DayClosed, Records, ResultItem
from tests.support.oracle.content import Held, Row, faults, has_key, result_key
from tests.support.oracle.entries import (
    DayEnd,
    Gone,
    Linked,
    RoundEnd,
    Sent,
    Shut,
    Stored,
    TakenBack,
)
from tests.support.oracle.judging_commands import act, is_over, note
from tests.support.oracle.life import Life
from tests.support.oracle.reading import around, is_half, neighbours, rows_of
from tests.support.oracle.told import DONE, Told, refused
from tests.support.oracle.world import DECIDED, same_content

Event = Records | Actions | DayClosed | RoundOpened | RoundClosed | PersonAliased | FacilityClosed


def hear(life: Life, event: Event) -> dict[int, Told]:
    """Take a message; row number -> what its row is told."""
    match event:
        case Records():
            return _records(life, event)
        case Actions():
            return {item.row_no: act(life, item, event.received_on) for item in event.items}
        case DayClosed(day=day):
            life.take(DayEnd(day))
        case RoundOpened():
            life.take(event)
        case RoundClosed(round_id=round_id, closed_on=day):
            life.take(RoundEnd(round_id, day))
        case PersonAliased(old_id=old, new_id=new, taken_back=back):
            life.take(Linked(frozenset((old, new)), not back))
        case FacilityClosed(facility_id=facility, closed_on=last_day):
            life.take(Shut(facility, last_day))
    return {}


def _records(life: Life, event: Records) -> dict[int, Told]:
    told: dict[int, Told] = {}
    cases: dict[str, list[ClaimLine]] = {}
    for line in event.claims:
        cases.setdefault(line.case_key, []).append(line)
    for lines in cases.values():
        told |= send(life, lines, event)
    for withdrawal in event.withdrawals:
        told[withdrawal.row_no] = withdraw(life, withdrawal)
    for item in event.results:
        known = dict(life.world.rows)
        told[item.row_no] = answer = result(life, item, event)
        before = known.get(answer.result_id)
        took = item.action == "row" and answer.outcome in ("stored", "matched")
        if took and before is not None and before.submission == event.submission_id:
            told[before.item.row_no] = Told("superseded")
    return told


# -- claims


def send(life: Life, lines: list[ClaimLine], event: Records) -> dict[int, Told]:
    """R-11: the newer claim date wins, of equal ones the later arrival."""
    known = [held for held in life.world.claims.values() if held.line.case_key == lines[0].case_key]
    appl_date = max(line.appl_date for line in lines)
    newest = max((held.appl_date for held in known), default=-1)
    if appl_date < newest:
        return {line.row_no: Told("unchanged") for line in lines}
    held = tuple(_next(life, line, appl_date, event) for line in lines)
    before = dict(life.world.claims)
    life.take(Sent(lines[0].case_key, held))
    told = {}
    for line, new in zip(lines, held, strict=True):
        old = before.get(line.claim_id)
        same = old is not None and same_content(old.line, line) and old.live == new.live
        state = life.now[line.claim_id].state
        told[line.row_no] = Told("unchanged" if same else _sort(state == "matched"))
    return told


def _next(life: Life, line: ClaimLine, appl_date: int, event: Records) -> Held:
    """The line as it stands now; the same version again does not revive what was taken back."""
    held = Held(line, event.facility_id, event.received_on, appl_date)
    old = life.world.claims.get(line.claim_id)
    if old is None or not same_content(old.line, line):
        return held
    kept = replace(held, received_on=old.received_on)
    return kept if appl_date > old.appl_date else replace(kept, live=old.live)


def _sort(matched: bool) -> str:
    return "matched" if matched else "stored"


def withdraw(life: Life, row: ClaimWithdrawal) -> Told:
    """R-35: any state but not_payable and recovered."""
    held = life.world.claims.get(row.claim_id)
    if held is None:
        return refused("UNKNOWN_CASE")
    if life.now[row.claim_id].state in DECIDED:
        return refused("WITHDRAW_NOT_ALLOWED")
    if held.live:
        life.take(TakenBack(row.claim_id))
    return DONE


# -- results


def result(life: Life, item: ResultItem, event: Records) -> Told:
    if item.action == "note":
        return note(life, item, event.received_on)
    if item.action == "row":
        return take_row(life, item, event)
    row = life.world.rows.get(item.target_id)
    if row is None:
        return refused("UNKNOWN_CASE")
    stale = {"VERSION_CONFLICT"} if item.seen_version != row.version else set()
    if item.action in ("delete", "replace"):
        why = stale | may_go(life, row)
        if item.action == "replace":
            why |= _lands_on(life, item, event.facility_id, row)
        if why:
            return refused(*why)
        if item.action == "delete":
            life.take(Gone(row.result_id))
            return DONE
        life.take(Gone(row.result_id), Stored(_row(item, event, item.record_id, 1)))
        return Told("done", result_id=item.record_id)
    if not stale and item.content_hash == row.item.content_hash:
        return Told("done", result_id=row.result_id)
    why = stale | may_change(life, row, item)
    why |= _lands_on(life, item, event.facility_id, row)
    if why:
        return refused(*why)
    life.take(Stored(_row(item, event, row.result_id, row.version + 1)))
    return Told("done", result_id=row.result_id)


def take_row(life: Life, item: ResultItem, event: Records) -> Told:
    """R-23: a second row on one key is the whole new content; in one file the later wins."""
    key = result_key(item, event.facility_id)
    found = [row for row in life.world.rows.values() if result_key(row.item, row.facility) == key]
    if not found:
        if _off_the_list(life, item, event.facility_id):
            return refused("NOT_ON_LIST")
        life.take(Stored(_row(item, event, item.record_id, 1)))
        return _answered(life, item.record_id)
    (row,) = found
    if row.item.content_hash == item.content_hash:
        return Told("unchanged", result_id=row.result_id)
    why = set() if row.submission == event.submission_id else may_change(life, row, item)
    if why:
        return refused(*why)
    life.take(Stored(_row(item, event, row.result_id, row.version + 1)))
    return _answered(life, row.result_id)


def _answered(life: Life, result_id: str) -> Told:
    matched = any(view.result_id == result_id for view in life.now.values())
    return Told(_sort(matched), result_id=result_id)


def _row(item: ResultItem, event: Records, result_id: str, version: int) -> Row:
    return Row(result_id, version, item, event.facility_id, event.received_on, event.submission_id)


def _lands_on(life: Life, item: ResultItem, facility: str, row: Row) -> set[str]:
    key = result_key(item, facility)
    taken = any(
        result_key(other.item, other.facility) == key and other.result_id != row.result_id
        for other in life.world.rows.values()
    )
    return {"DUPLICATE_RESULT"} if taken else set()


def _off_the_list(life: Life, item: ResultItem, facility: str) -> bool:
    """R-25."""
    assert item.visit_date is not None
    if item.programme != "oral":
        return False
    listed = any(
        opened.programme == "oral" and opened.service_from <= item.visit_date <= opened.service_to
        for opened in life.world.rounds.values()
    )
    group = life.world.group(item.person_id)
    claimed = any(
        held.live
        and held.line.programme == "oral"
        and held.facility == facility
        and held.line.person_id in group
        and held.line.visit_date == item.visit_date
        for held in life.world.claims.values()
    )
    return listed and not claimed


def concerned(life: Life, row: Row) -> list[str]:
    """Cases that have this result's key or are answered by it."""
    found = []
    for case_id, held in life.world.claims.items():
        if not (held.live and held.usable and row in rows_of(life.world, held)):
            continue
        answered = life.now[case_id].result_id == row.result_id
        half = is_half(held.line, neighbours(life.world, held), row.item)
        if answered or half or has_key(held.line, row.item):
            found.append(case_id)
    return found


def may_go(life: Life, row: Row) -> set[str]:
    """Codes for which a result may not be deleted."""
    if row.item.programme == "oral":
        return {"DELETE_NOT_ALLOWED"}
    return _round_closed(life, row)


def _round_closed(life: Life, row: Row) -> set[str]:
    """R-6: ends with the round of a match, or when no case can be corrected any more."""
    views = [life.now[case_id] for case_id in concerned(life, row)]
    if any(view.state == "matched" and is_over(life, view) for view in views):
        return {"ROUND_CLOSED"}
    if views and all(is_over(life, view) or view.state in DECIDED | {"excused"} for view in views):
        return {"ROUND_CLOSED"}
    return set()


def may_change(life: Life, row: Row, item: ResultItem) -> set[str]:
    """Codes for which a row, edit or second row, may not take the place of a stored one."""
    if row.item.programme == "oral":
        return _oral_lock(life, row, item)
    found = _round_closed(life, row)
    if row.item.programme == "adult":
        locked = ("person_id", "birth_date", "visit_date")
        if any(getattr(row.item, name) != getattr(item, name) for name in locked):
            found.add("LOCKED")
    return found


def _oral_lock(life: Life, row: Row, item: ResultItem) -> set[str]:
    """R-23, P-4: free until listed, and for negatives; a positive only towards what is right."""
    cases = concerned(life, row)
    if any(life.now[case_id].state == "matched" for case_id in cases):
        return {"LOCKED"}
    listed = [case_id for case_id in cases if life.now[case_id].round_id]
    if not listed or row.item.values.get("result_sign") != "1" or item.form_no:
        return set()
    new = replace(row, item=item, version=row.version + 1)
    right = any(_would_be_right(life, case_id, new) for case_id in listed)
    return set() if right else {"EDIT_NOT_ALLOWED"}


def _would_be_right(life: Life, case_id: str, row: Row) -> bool:
    """For the very person: an ID is not corrected in place once the case is listed."""
    held = life.world.claims[case_id]
    if row.item.person_id != life.world.rows[row.result_id].item.person_id:
        return False
    beside_it = around(held.line, neighbours(life.world, held))
    return has_key(held.line, row.item) and not faults(held.line, row, **beside_it)
