"""Puts what the stories left into files, and the files into a schedule of days."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.region.claim_xml import claim_file, zipped
from bench.region.facts import Act, Case, Command, ResultRow, Sheet
from bench.region.fixed_width import MAPS
from bench.region.result_files import result_file, suffix
from bench.region.story import Region
from bench.region.world import FIXED, Facility

MOST_ACTIONS = 500
Item = dict[str, Any]
Days = dict[date, list[Item]]


def write_files(region: Region, folder: Path) -> Days:
    """Write every file below ``folder``; returns what is submitted on which day, in order."""
    days: Days = defaultdict(list)
    by_code = {facility.code: facility for facility in region.facilities}
    _claim_files(region, by_code, folder, days)
    _result_files(region, by_code, folder, days)
    for item, day in _command_lists(region):
        days[day].append(item)
    _once_more(days)
    for item, day in _acts(region):
        days[day].insert(0, item)
    return {day: days[day] for day in sorted(days)}


def _write(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name


def _claim_files(region: Region, by_code: dict[str, Facility], folder: Path, days: Days) -> None:
    sheets: dict[Sheet, list[Case]] = defaultdict(list)
    for case in region.cases:
        sheets[case.sheet].append(case)
    for sheet, cases in sorted(sheets.items(), key=lambda pair: _sheet_order(pair[0])):
        facility = by_code[sheet.facility]
        data = claim_file(sheet, cases, facility.padded)
        if facility.zipped:
            data = zipped(data)
        kind = "zip" if facility.zipped else "xml"
        name = f"{sheet.fee_month}-{sheet.appl_type}-{sheet.appl_date}.{kind}"
        path = _write(folder, f"files/{sheet.facility}/claims-{name}", data)
        days[sheet.sent_on].append(_file(sheet.facility, "claim-xml", path))


def _sheet_order(sheet: Sheet) -> tuple[str, ...]:
    return (sheet.sent_on.isoformat(), sheet.facility, sheet.appl_type, sheet.appl_date)


def _result_files(region: Region, by_code: dict[str, Facility], folder: Path, days: Days) -> None:
    files: dict[tuple[date, str, str], list[ResultRow]] = defaultdict(list)
    for row in region.rows:
        files[row.sent_on, row.facility, row.programme].append(row)
    made: set[tuple[str, bytes]] = set()
    for (day, code, programme), rows in sorted(files.items(), key=lambda pair: pair[0]):
        facility = by_code[code]
        cells = [row.cells for row in rows]
        # The same bytes on another day would be the same submission: a blank line tells them apart.
        while (code, data := result_file(facility, programme, cells)) in made:
            cells.append({})
        made.add((code, data))
        name = f"{programme}-{day:%y%m%d}.{suffix(facility)}"
        path = _write(folder, f"files/{code}/{name}", data)
        # Rows are numbered as the eye does: a header is row 1.
        for place, row in enumerate(rows, start=1 if facility.format == FIXED else 2):
            row.file, row.place = path, place
        item = _file(code, programme, path)
        if facility.format == FIXED:
            item["map"] = MAPS[programme]
        days[day].append(item)


def _file(facility: str, kind: str, path: str) -> Item:
    return {"facility": facility, "what": "file", "kind": kind, "path": path}


def _command_lists(region: Region) -> Iterator[tuple[Item, date]]:
    """One list a facility and day, in the order of the stories; what the agency enters on a
    facility's behalf is a list of its own."""
    lists: dict[tuple[date, str, bool], list[Command]] = defaultdict(list)
    for command in region.commands:
        lists[command.sent_on, command.facility, bool(command.form_no)].append(command)
    for number, ((day, facility, agency), commands) in enumerate(sorted(lists.items()), start=1):
        for place, command in enumerate(commands, start=1):
            command.file, command.place = f"commands-{number}", place
        item: Item = {"facility": facility, "what": "commands", "path": f"commands-{number}"}
        item |= {"agency": True} if agency else {}
        yield item | {"commands": [_command(command) for command in commands]}, day


def _command(command: Command) -> Item:
    item: Item = {"action": command.kind}
    if command.kind == "note":
        item |= {"case_id": command.claim_id, "text": command.text}
    elif command.row:
        target = {"file": command.row.file, "place": command.row.place}
        item |= {"programme": command.row.programme, "target": target}
        item |= {"seen_version": command.seen_version, "values": command.cells}
        item |= {"form_no": command.form_no} if command.form_no else {}
    else:
        item["claim_id"] = command.claim_id
    return item


def _once_more(days: Days) -> None:
    """Every tenth file is sent a second time on the next day with files: the same submission."""
    order = sorted(days)
    again: list[tuple[date, Item]] = []
    count = 0
    for day, later in pairwise(order):
        for item in days[day]:
            count += item["what"] == "file"
            if item["what"] == "file" and count % 10 == 0:
                again.append((later, item | {"again": True}))
    for later, item in again:
        days[later].append(item)


def _acts(region: Region) -> Iterator[tuple[Item, date]]:
    """What the agency does on a day: first what is about all, then what is about single cases, in
    the order of the stories."""
    lists: dict[tuple[date, bool], list[Act]] = defaultdict(list)
    for act in region.acts:
        lists[act.day, bool(act.claim_id)].append(act)
    number = 0
    # A later list is put in front of an earlier one of the same day.
    for (day, _), acts in sorted(lists.items(), reverse=True):
        for first in reversed(range(0, len(acts), MOST_ACTIONS)):
            few = acts[first : first + MOST_ACTIONS]
            number += 1
            path = f"agency-{number}"
            for place, act in enumerate(few, start=1):
                act.file, act.place = path, place
            yield {"what": "actions", "path": path, "actions": [_act(act) for act in few]}, day


def _act(act: Act) -> Item:
    about = {"case_id": act.claim_id} if act.claim_id else {}
    return {"kind": act.kind} | about | act.fields
