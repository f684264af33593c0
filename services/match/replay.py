"""`python -m services.match replay`: the cases as they were at the end of a day, from `records`."""

import gc
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from claims.periods import iso_text
from services.match import cli
from services.match.cli import BROKERS, SCHEMAS_DIR, Brokers, Facility, SchemasDir
from services.match.log_range import ranges_of
from services.match.replay_cases import HEADS, Tally
from services.match.replay_other import (
    CHANGED_HEADS,
    Changed,
    OtherReplay,
    differences,
    other_rules,
)
from services.match.replay_tables import (
    SHOWN,
    changed_table,
    moves_table,
    reasons_table,
    states_table,
)
from services.match.replay_work import TOPIC, Plan, Replayed, replayed
from services.match.settings import MatchSettings
from services.match.spreadsheet import a_sheet


def replay(
    until: Annotated[str, typer.Option(help="As of the end of this day, yyyy-MM-dd.")],
    facility: Facility = "",
    rules: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Rule tables to compare with. 另一套規則表的資料夾。"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="CSV of all cases; with --rules of those that would change."),
    ] = None,
    brokers: Brokers = BROKERS,
    schemas_dir: SchemasDir = SCHEMAS_DIR,
) -> None:
    """Show all cases as of a day, by reading the log again. 重播至該日終了，列出所有案件。

    Reads `records` from its beginning, in memory, and writes to no topic. With --rules, says which
    cases other rule tables would decide otherwise: 以另一套規則重新判定並比較。

    Example: python -m services.match replay --until 2025-05-30 --facility 3501200000 --out may.csv
    """
    plan_until, plan_facility = cli.day_of(until), cli.facility_of(facility)
    settings = cli.settings_of(brokers, schemas_dir)

    async def work() -> None:
        ranges = tuple(await ranges_of(settings.brokers, TOPIC, plan_facility))
        plan = Plan(ranges, plan_until, plan_facility)
        if rules is None:
            await _show(plan, settings, out)
        else:
            await _compare(plan, settings, rules, out)

    gc.disable()  # books are trees that live to the end: a collection would only walk them
    cli.run(work)


async def _show(plan: Plan, settings: MatchSettings, out: Path | None) -> None:
    tally, caveats = Tally(), Caveats(plan)
    async with AsyncExitStack() as stack:
        sheet = None if out is None else stack.enter_context(a_sheet(out, HEADS))
        watch = stack.enter_context(cli.watched("重播 replay", plan.ranges))
        async for found in replayed(plan, settings, watch):
            caveats.note(found)
            tally.add(found.cases)
            if sheet is not None:
                sheet.write(row.cells() for row in found.cases)
    caveats.print()
    _print_tables(tally, plan)
    if out is not None:
        cli.err.print(f"{tally.total:,} 件已寫入 cases written to {out}", markup=False)


async def _compare(plan: Plan, settings: MatchSettings, rules: Path, out: Path | None) -> None:
    tally, caveats, changed = Tally(), Caveats(plan), list[Changed]()
    async with AsyncExitStack() as stack:
        bar = stack.enter_context(cli.a_bar())
        ours = bar.add_task("現行規則 shipped", total=plan.offsets)
        theirs = bar.add_task("另一套規則 other", total=plan.offsets)
        watch = other_rules(rules, plan, settings, lambda done: bar.update(theirs, completed=done))
        other: OtherReplay = await stack.enter_async_context(watch)
        async for found in replayed(plan, settings, lambda done: bar.update(ours, completed=done)):
            caveats.note(found)
            tally.add(found.cases)
            under_others = await other.partition()
            caveats.note_other(under_others)
            changed += differences(found.cases, under_others.cases)
    if out is not None:
        with a_sheet(out, CHANGED_HEADS) as sheet:
            sheet.write(each.cells() for each in changed)
    caveats.print()
    _print_tables(tally, plan)
    if changed:
        cli.out.print(moves_table(changed))
        cli.out.print(changed_table(changed))
    if len(changed) > SHOWN:
        cli.out.print(f"另有 {len(changed) - SHOWN:,} 件 more: --out FILE 匯出全部")
    cli.out.print(f"{len(changed):,} 件會改變 of {tally.total:,} cases would change")


def _print_tables(tally: Tally, plan: Plan) -> None:
    of = f"　{plan.facility}" if plan.facility else ""
    title = f"{iso_text(plan.until)} 終了時之案件 cases as of the end of that day{of}"
    cli.out.print(states_table(tally, title))
    if tally.reasons:
        cli.out.print(reasons_table(tally))


class Caveats:
    """What makes this another answer than the question asked for, each said once."""

    def __init__(self, plan: Plan) -> None:
        self._until = plan.until
        self._begins = {each.partition: each.begin for each in plan.ranges}
        self._said: dict[str, list[str]] = {}

    def note(self, found: Replayed) -> None:
        until, closed_on = iso_text(self._until), found.closed_on
        last = "－" if closed_on is None else iso_text(closed_on)
        if begin := self._begins[found.partition]:
            self._say(found, f"較早的紀錄已逾保存期限 the log begins at offset {begin}")
        if closed_on is None or closed_on < self._until:
            self._say(
                found,
                f"{until} 尚未關閉，讀至最新 not closed yet: read to the end "
                f"(最後關閉之日 last closed {last})",
            )
        elif closed_on > self._until:
            self._say(found, f"{until} 未曾關閉 was never closed: 內容截至 as of {last}")
        if found.set_aside:
            self._say(found, f"{found.set_aside} 則無法處理 messages or books were set aside")

    def note_other(self, found: Replayed) -> None:
        """The same partition under the other rules."""
        if found.set_aside:
            count = f"{found.set_aside} 則無法處理 messages or books were set aside"
            self._say(found, f"另一套規則 other rules: {count}")

    def _say(self, found: Replayed, text: str) -> None:
        self._said.setdefault(text, []).append(str(found.partition))

    def print(self) -> None:
        for text, partitions in self._said.items():
            cli.err.print(f"分割區 partition {', '.join(partitions)}: {text}", markup=False)
