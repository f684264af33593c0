"""precheck: what would become of a file, without handing it in."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from services.ingest import cli
from services.ingest.assembly import open_door
from services.ingest.precheck import Checked
from services.ingest.precheck_report import shown
from services.ingest.reading.api import PROGRAMMES

_MARKS = {"accepted": "收", "warning": "收（有提醒）", "refused": "退件", "waiting": "未答"}


def precheck(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file to try.")],
    facility: Annotated[str, typer.Option(help="醫事機構代碼 of the uploader.")],
    programme: Annotated[
        str | None, typer.Option(help="adult, child or oral, for result files.")
    ] = None,
    map_version: Annotated[
        str | None, typer.Option("--map", help="Version of the column map, for example A-2026.1.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As over HTTP.")] = False,
    business_day: Annotated[
        bool, typer.Option("--business-day", help="As if received after the last closed day.")
    ] = False,
) -> None:
    """Try a result or claim file; nothing is kept. 預檢（不留資料）。

    Needs running validate and match. Exit code 1 when anything would be refused.
    """
    if programme is not None and programme not in PROGRAMMES:
        cli.leave(f"--programme: {' | '.join(PROGRAMMES)}", 2)
    settings = cli.read_ingest(business_day)

    async def work() -> Checked:
        async with open_door(settings) as door:
            async with door.pool.acquire() as connection:
                wanted = await door.precheck.wanted(
                    connection, facility, programme or "", map_version or ""
                )
            return await door.precheck.check(file, wanted)

    checked = cli.run(work)
    if as_json:
        cli.out.print_json(json.dumps(shown(facility, checked).model_dump(), ensure_ascii=False))
    else:
        _print(checked)
    if checked.refused:
        raise typer.Exit(cli.REFUSED)


def _print(checked: Checked) -> None:
    if checked.read.refused:
        cli.out.print(f"整個檔案將被退件 the file would be refused: {checked.read.refused}")
    rows = _table("列 row", "證號 person", "結果 would be", "", "原因 findings")
    for line in checked.read.lines:
        if line.row_no is None:
            place = "" if line.case_position is None else f"案件 {line.case_position}"
            said = f"{line.finding.code} {line.finding.hint}"
            rows.add_row(place, line.person_masked, "退件" if line.refused else "", "", said)
    for row in checked.rows:
        said = "; ".join(f"{one.code} {one.column}".strip() for one in row.findings)
        outcome = row.outcome.outcome if row.outcome else ""
        rows.add_row(str(row.row_no), row.person_masked, _MARKS[row.verdict], outcome, said)
    cli.out.print(rows)
    cases = _table("案件 case", "證號 person", "狀態 state", "期限 due", "原因 reasons", "做法 fix")
    for case in shown("", checked).cases:
        why, fix = " ".join(case.reasons), "; ".join(case.shortest_fix)
        cases.add_row(case.case_id, case.person_masked, case.state, case.due_on or "", why, fix)
    if checked.cases:
        cli.out.print(cases)


def _table(*names: str) -> Table:
    """Long cells are folded, never cut off."""
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    return table
