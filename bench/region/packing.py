"""Puts what the stories left into files, and the files into a schedule of days."""

from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.region.claim_xml import claim_file, zipped
from bench.region.fixed_width import MAPS
from bench.region.result_files import result_file, suffix
from bench.region.story import Case, Command, Region, ResultRow, Sheet
from bench.region.world import FIXED, Facility

Item = dict[str, Any]
Days = dict[date, list[Item]]


def write_files(region: Region, folder: Path) -> Days:
    """Write every file below ``folder``; returns what is submitted on which day, in order."""
    days: Days = defaultdict(list)
    by_code = {facility.code: facility for facility in region.facilities}
    _claim_files(region, by_code, folder, days)
    _result_files(region, by_code, folder, days)
    for command in region.commands:
        days[command.sent_on].append(_command(command))
    _once_more(days)
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
    files: dict[tuple[date, str, str, str], list[ResultRow]] = defaultdict(list)
    for row in region.rows:
        files[row.sent_on, row.facility, row.programme, row.batch].append(row)
    for (day, code, programme, batch), rows in sorted(files.items(), key=lambda pair: pair[0]):
        facility = by_code[code]
        data = result_file(facility, programme, [row.cells for row in rows])
        name = f"{programme}{batch}-{day:%m%d}.{suffix(facility)}"
        path = _write(folder, f"files/{code}/{name}", data)
        for place, row in enumerate(rows, start=1):
            row.file, row.place = path, place
        item = _file(code, programme, path)
        if facility.format == FIXED:
            item["map"] = MAPS[programme]
        days[day].append(item)


def _file(facility: str, kind: str, path: str) -> Item:
    return {"facility": facility, "what": "file", "kind": kind, "path": path}


def _command(command: Command) -> Item:
    item: Item = {"facility": command.facility, "what": "command", "action": command.kind}
    if command.row:
        target = {"file": command.row.file, "place": command.row.place}
        item |= {"programme": command.row.programme, "target": target}
        item |= {"seen_version": command.seen_version, "values": command.cells}
    else:
        item["claim_id"] = command.claim_id
    return item | {"outcome": command.outcome, "code": command.code}


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
