"""Commands of the agency that concern many: rounds, aliases, facilities, rules."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.ingest import cli
from services.ingest.cli_act import BusinessDay, KeyFile, Who, act
from services.ingest.cli_registry import facilities

RoundId = Annotated[str, typer.Argument(help="Id of the round, for example 2025-oral-1.")]
Code = Annotated[str, typer.Argument(help="醫事機構代碼, ten characters.")]


def round_open(
    round_id: RoundId,
    programme: Annotated[str, typer.Option(help="adult, child or oral.")],
    service_from: Annotated[str, typer.Option(help="First visit date, yyyy-MM-dd.")],
    service_to: Annotated[str, typer.Option(help="Last visit date, included.")],
    pickup_from: Annotated[str, typer.Option(help="First day on which lists are picked up.")],
    pickup_to: Annotated[str, typer.Option(help="Last such day.")],
    deadline: Annotated[
        str | None, typer.Option(help="Last good day for a correction; else the last pick-up day.")
    ] = None,
    paper_deadline: Annotated[
        str | None, typer.Option(help="oral: last good day of a postmark.")
    ] = None,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """Open a correction round. 開啟補正期。"""
    fields = {
        "kind": "open_round",
        "round_id": round_id,
        "programme": programme,
        "service_from": service_from,
        "service_to": service_to,
        "pickup_from": pickup_from,
        "pickup_to": pickup_to,
        "correction_deadline": deadline,
        "paper_deadline": paper_deadline,
    }
    act([fields], Who(key_file, business_day))


def round_close(
    round_id: RoundId, key_file: KeyFile = None, business_day: BusinessDay = False
) -> None:
    """End a correction round before its deadline. 提前結束補正期。"""
    act([{"kind": "close_round", "round_id": round_id}], Who(key_file, business_day))


def alias(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            allow_dash=True,
            help="A pair a line: old number, new number, a comma or blanks between; - reads stdin.",
        ),
    ],
    take_back: Annotated[bool, typer.Option("--take-back", help="Take them back.")] = False,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """Enter old and new numbers of persons, or take them back. 登錄新舊身分證號對照。

    Numbers are never given on the command line, where others could see them.
    """
    kind = "person_alias_taken_back" if take_back else "person_alias"
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    actions: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        pair = line.replace(",", " ").split()
        if pair and len(pair) != 2:
            cli.leave(f"第 {number} 列須為兩個證號 line {number}: expected two numbers", 2)
        if pair:
            actions.append({"kind": kind, "old_id": pair[0], "new_id": pair[1]})
    if not actions:
        cli.leave("沒有資料 nothing to enter", 2)
    act(actions, Who(key_file, business_day))


def facility_renamed(
    old: Code,
    new: Code,
    valid_from: Annotated[str, typer.Option(help="First day of the new code, yyyy-MM-dd.")],
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """A facility goes on under another code. 變更醫事機構代碼。"""
    _rename("facility_renamed", old, new, valid_from, Who(key_file, business_day))


@facilities.command("successor")
def successor(
    old: Code,
    new: Code,
    valid_from: Annotated[str, typer.Option(help="First day of the new code, yyyy-MM-dd.")],
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """Note which code follows another; nothing moves until facility-renamed. 登錄後續代碼。"""
    _rename("facility_successor", old, new, valid_from, Who(key_file, business_day))


def _rename(kind: str, old: str, new: str, valid_from: str, who: Who) -> None:
    act([{"kind": kind, "old_code": old, "new_code": new, "valid_from": valid_from}], who)


def facility_closed(
    code: Code,
    day: Annotated[str | None, typer.Argument(help="Last day, yyyy-MM-dd.")] = None,
    reopened: Annotated[bool, typer.Option("--reopened", help="It is open again.")] = False,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """A facility closed, or is open again. 停歇業或復業。"""
    if (day is None) != reopened:
        cli.leave("either DAY or --reopened", 2)
    fields = {"kind": "facility_reopened", "facility_id": code}
    if day is not None:
        fields = {"kind": "facility_closed", "facility_id": code, "closed_on": day}
    act([fields], Who(key_file, business_day))


def rules_changed(key_file: KeyFile = None, business_day: BusinessDay = False) -> None:
    """Judge open cases again by the rule tables of this image. 規則更新，重新判定。"""
    act([{"kind": "rules_changed"}], Who(key_file, business_day))
