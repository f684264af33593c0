"""What clinics do: claims and versions of them, rows, edits, deletions, notes, withdrawals."""

from collections.abc import Iterator
from typing import Any

import msgspec

from claims.events import ClaimLine, ClaimWithdrawal, Records, ResultItem
from tests.support.oracle.content import Held, Row
from tests.support.oracle.desk import Desk
from tests.support.oracle.dice import Dice
from tests.support.oracle.people import (
    BABIES,
    BORN,
    FACILITIES,
    GROUPS,
    PEOPLE,
    PROGRAMMES,
    VISITS,
    Service,
    a_line,
    an_item,
)

ORDERS = (
    *("95", "21", "71", "23", "L1001C", "97", "22", "72", "25", "24"),
    *("95", "95", "71", "95", "97", "95"),
)
TOGETHER = {"21": ("L1001C", "23"), "22": ("24",), "23": ("21",)}
changed = msgspec.structs.replace


def a_service(dice: Dice) -> Service:
    """Mostly the first person, so that things meet."""
    person = dice.pick((*PEOPLE[:1] * 5, *PEOPLE))
    order = dice.pick(ORDERS)
    visit = dice.pick((*VISITS[:1] * 2, *VISITS))
    if PROGRAMMES[order][0] != "child":
        return Service(person, order, visit, dice.pick((*BORN[:1] * 4, *BORN)))
    newborn = dice.one_in(3)
    mark = dice.pick(("", "1", "2")) if newborn else ""
    return Service(person, order, visit, dice.pick((BABIES[0], *BABIES)), newborn, mark)


def claim(desk: Desk, dice: Dice) -> Iterator[Records]:
    """A case of one or two lines; now and then it is 補報, or a key field is unusable."""
    service = a_service(dice)
    facility = dice.pick((*FACILITIES[:1] * 4, FACILITIES[1]))
    kind = "2" if dice.one_in(8) else "1"
    appl_date = desk.today - dice.number(3)
    if dice.one_in(16):
        child = PROGRAMMES[service.order][0] == "child"
        field = {"born": None} if child else {"visit": None}
        service = Service(**(vars(service) | field))
    dated = f"/{appl_date}" if kind == "2" else ""
    case_key = f"{facility}/11403/{kind}{dated}/A3/{desk.number()}"
    lines = [a_line(case_key, 1, service, appl_date, kind)]
    if service.order in TOGETHER and dice.one_in(3):
        other = Service(**(vars(service) | {"order": dice.pick(TOGETHER[service.order])}))
        lines.append(a_line(case_key, 2, other, appl_date, kind))
    yield desk.part(facility, claims=tuple(lines))


def again(desk: Desk, dice: Dice) -> Iterator[Records]:
    """送核 again: a newer, an equal or an older version of a case, changed or not."""
    held = desk.a_claim(dice, ("matched", "overdue", "noted", "invalid", "withdrawn"))
    if held is None:
        return
    known = [
        other
        for other in desk.life.world.claims.values()
        if other.line.case_key == held.line.case_key
    ]
    appl_date = dice.pick((desk.today + 1, desk.today + 1, held.appl_date, held.appl_date - 1))
    lines = [changed(other.line, appl_date=appl_date) for other in known]
    place = known.index(held)
    what = dice.number(6)
    if what == 1 and len(lines) > 1:
        del lines[place]
    elif what:
        lines[place] = _revised(lines[place], what, dice)
    yield desk.part(held.facility, claims=tuple(lines))


def _revised(line: ClaimLine, what: int, dice: Dice) -> ClaimLine:
    if what == 2:
        return changed(line, visit_date=dice.pick(VISITS))
    if what == 3:
        # A case is one visit of one person: only a case of one line moves.
        return changed(line, points="400")
    births = (*BABIES, None) if line.programme == "child" else BORN
    born = dice.pick(births)
    own = None if line.is_newborn else born
    return changed(line, birth_date=own, subject_birth_date=born)


def withdraw(desk: Desk, dice: Dice) -> Iterator[Records]:
    held = desk.a_claim(dice, ("not_payable", "recovered"))
    if held is None:
        return
    claim_id = "nobody/1" if dice.one_in(12) else held.line.claim_id
    row = ClaimWithdrawal(1, f"C{desk.number()}", claim_id)
    yield changed(desk.part(held.facility), withdrawals=(row,))


# -- rows


def service_of(held: Held) -> Service:
    line = held.line
    visit = VISITS[0] if line.visit_date is None else line.visit_date
    born = line.subject_birth_date
    return Service(line.person_id, line.order_code, visit, born, line.is_newborn, line.newborn_mark)


def row(desk: Desk, dice: Dice) -> Iterator[Records]:
    """A row for a claim that is there, or for none; right or wrong; now and then two in a file."""
    held = None if dice.one_in(5) else desk.a_claim(dice, ("late", "open_missing", "pending"))
    facility = held.facility if held else FACILITIES[0]
    if dice.one_in(12):
        facility = FACILITIES[1]
    service = service_of(held) if held else a_service(dice)
    name = f"S{desk.number()}"
    items = [_content(service, dice, f"{name}:1")]
    if dice.one_in(8):
        items.append(_content(service, dice, f"{name}:2"))
    yield desk.part(facility, results=tuple(items), submission=name)


def wrong_row(desk: Desk, dice: Dice) -> Iterator[Records]:
    """A row that has the key of the newest claim, and something wrong."""
    claims = list(desk.life.world.claims.values())
    name = f"S{desk.number()}"
    item = _content(service_of(claims[-1]), dice, f"{name}:1", wrong=True)
    yield desk.part(claims[-1].facility, results=(item,), submission=name)


def _content(service: Service, dice: Dice, record_id: str, *, wrong: bool = False) -> ResultItem:
    """What the row says of the service: all of it right, or something wrong."""
    programme, requirement = PROGRAMMES[service.order]
    fields = dict(vars(service))
    said: dict[str, Any] = {"stage1": dice.pick((VISITS[0], VISITS[0], VISITS[1]))}
    if programme == "oral":
        said["values"] = {"result_sign": dice.pick("011")}
    if requirement == "stage1" and dice.one_in(3):
        said["filled"] = ("stage1",)
    what = dice.number(12)
    if wrong:
        what = 8 if programme != "oral" else 10
    if programme == "oral" and what > 6:
        what = 10
    match what:
        case 5:
            assert service.visit is not None
            fields["visit"] = service.visit + dice.pick((1, -1, 30, -30, 31))
        case 6 | 7:
            fields["born"] = dice.pick((*BABIES, BORN[0]) if programme == "child" else BORN)
        case 8:
            said["missing"] = dice.pick((("hdl",), ("sbp",), ("hdl", "sbp")))
        case 9:
            fields["person"] = dice.pick(PEOPLE)
        case 10 | 11:
            _wrong_in_its_own_way(programme, fields, said, dice)
    return an_item(Service(**fields), record_id, **said)


def _wrong_in_its_own_way(
    programme: str, fields: dict[str, Any], said: dict[str, Any], dice: Dice
) -> None:
    if programme == "child":
        fields["order"] = dice.pick(("71", "72"))
        fields["mark"] = dice.pick(("", "2"))
    elif programme == "oral":
        wrong = dice.pick(
            (
                {"payer": "2"},
                {"betel": "0", "smoking": "0"},
                {"betel": "0", "smoking": "1"},
                {"betel": "", "smoking": ""},
                {"indigenous": "0"},
            )
        )
        said["values"] |= wrong
    else:
        said["filled"] = tuple(name for name in GROUPS if dice.number(2) == 0)
        said["values"] = {"bc_history": dice.pick(("0", "3"))}


def _content_on(desk: Desk, stored: Row, dice: Dice, record_id: str, *, key: bool) -> ResultItem:
    """Other content for a stored row; with its key or (for an edit) perhaps another one."""
    item = stored.item
    apt = [
        held
        for held in desk.life.world.claims.values()
        if held.line.programme == item.programme and held.facility == stored.facility
    ]
    if apt and not dice.one_in(3):
        service = service_of(dice.pick(apt))
    else:
        order = item.order_code or {"adult": "21", "oral": "95"}[item.programme]
        born, mark = item.birth_date, item.newborn_mark
        service = Service(item.person_id, order, item.visit_date, born, bool(mark), mark)
    new = _content(service, dice, record_id)
    if not key:
        return new
    kept: dict[str, Any] = {"person_id": item.person_id, "visit_date": item.visit_date}
    if item.programme == "child":
        kept |= {
            "order_code": item.order_code,
            "birth_date": item.birth_date,
            "newborn_mark": item.newborn_mark,
        }
    elif item.programme == "adult" and not dice.one_in(4):
        kept |= {"birth_date": item.birth_date}
    said = changed(new, **kept)
    return changed(said, content_hash=f"{new.content_hash}{sorted(kept.items(), key=str)}")


def second_row(desk: Desk, dice: Dice) -> Iterator[Records]:
    """Another row on the key of a stored one; now and then in the same file, or the same row."""
    stored = desk.a_row(dice)
    if stored is None:
        return
    name = stored.submission if dice.one_in(6) else f"S{desk.number()}"
    used = sum(len(each.results) for each in desk.submissions if each.submission_id == name)
    record_id = f"{name}:{used + 1}"
    if dice.one_in(6):
        item = changed(stored.item, action="row", command_id="", target_id="", seen_version=0)
        item = changed(item, record_id=record_id, row_no=used + 1)
    else:
        item = _content_on(desk, stored, dice, record_id, key=True)
    yield desk.part(stored.facility, results=(item,), submission=name)


def edit(desk: Desk, dice: Dice) -> Iterator[Records]:
    """An edit or a replacement, of the version last seen or of an older one."""
    stored = desk.a_row(dice)
    if stored is None:
        return
    name = f"S{desk.number()}"
    action = "replace" if dice.one_in(4) else "edit"
    form = "F1" if dice.one_in(8) else ""
    stale = dice.one_in(10)
    item = _content_on(desk, stored, dice, f"{name}:1", key=dice.one_in(2))
    item = _command(item, action, stored, stale)
    item = changed(item, form_no=form, command_id=f"C{name}")
    yield desk.part(stored.facility, results=(item,), submission=name)


def _command(item: ResultItem, action: str, stored: Row, stale: bool) -> ResultItem:
    seen = stored.version - 1 if stale else stored.version
    return changed(item, action=action, target_id=stored.result_id, seen_version=seen)


def delete(desk: Desk, dice: Dice) -> Iterator[Records]:
    stored = desk.a_row(dice)
    if stored is None:
        return
    name = f"S{desk.number()}"
    item = _bare(f"{name}:1", "delete", stored.item.programme)
    item = _command(item, "delete", stored, dice.one_in(10))
    yield desk.part(stored.facility, results=(item,), submission=name)


def note(desk: Desk, dice: Dice) -> Iterator[Records]:
    """無法補登說明 on a case, or an emptied one."""
    held = desk.a_claim(dice, ("open_error", "noted"))
    if held is None:
        return
    name = f"S{desk.number()}"
    item = _bare(f"{name}:1", "note", "oral")
    text = dice.pick(("病患已轉院", "病患拒絕複診", ""))
    item = changed(item, target_id=held.line.claim_id, values={"note": text})
    yield desk.part(held.facility, results=(item,), submission=name)


def _bare(record_id: str, action: str, programme: str) -> ResultItem:
    head = (1, record_id, action, f"C{record_id}", "", 0, programme)
    return ResultItem(*head, "", None, None, None, "", "", {}, (), (), "", b"", "", ())
