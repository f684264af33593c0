"""Commands of the agency about single cases, and the second person's."""

from pathlib import Path
from typing import Annotated

import typer

from services.ingest import cli, held
from services.ingest.action_report import action_rows
from services.ingest.assembly import open_door
from services.ingest.cli_act import (
    BusinessDay,
    Cases,
    KeyFile,
    TextFile,
    Who,
    act,
    actor_of,
    cases_of,
    text_of,
)
from services.ingest.database import opened
from services.ingest.settings import StoreSettings
from services.ingest.submissions import Submission

Case = Annotated[str, typer.Argument(help="Case id.")]


def review(
    cases: Cases,
    approve: Annotated[bool, typer.Option("--approve/--refuse", help="說明核可 or not.")],
    text_file: TextFile = None,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """Review notes after their round. 審核無法補登說明。"""
    kind = "review_approved" if approve else "review_refused"
    _act_on(kind, cases, text_file, Who(key_file, business_day))


def decide(
    cases: Cases,
    not_payable: Annotated[
        bool, typer.Option("--not-payable/--recovered", help="不予核付 or 追扣.")
    ],
    text_file: TextFile = None,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """Decide about overdue cases; several wait for a second person. 決定不予核付或追扣。"""
    kind = "decide_not_payable" if not_payable else "decide_recovered"
    _act_on(kind, cases, text_file, Who(key_file, business_day))


def reverse(
    cases: Cases,
    text_file: Annotated[
        Path, typer.Option("--text-file", allow_dash=True, dir_okay=False, help="Why; - stdin.")
    ],
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """Take decisions back; the reason must be given. 撤銷決定。"""
    _act_on("reverse", cases, text_file, Who(key_file, business_day))


def exempt(
    cases: Cases,
    text_file: TextFile = None,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """No result is needed for these cases. 免上傳。"""
    _act_on("exempt", cases, text_file, Who(key_file, business_day))


def annotate(
    case: Case,
    code: Annotated[str, typer.Argument(help="CLAIM_DATE_WRONG, SYSTEM_CASE or LAB_NO_ACCESS.")],
    text_file: TextFile = None,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """Note what a clinic said about a case. 註記。"""
    fields = {"kind": "annotate", "case_id": case, "code": code, "text": text_of(text_file)}
    act([fields], Who(key_file, business_day))


def form_received(
    case: Case,
    on: Annotated[str, typer.Option(help="Day of the postmark, yyyy-MM-dd.")],
    text_file: TextFile = None,
    key_file: KeyFile = None,
    business_day: BusinessDay = False,
) -> None:
    """A 大口資料修改申請表 came in. 收到修改申請表。"""
    fields = {"kind": "form_received", "case_id": case, "on": on, "text": text_of(text_file)}
    act([fields], Who(key_file, business_day))


def _act_on(kind: str, cases: list[str], text_file: Path | None, who: Who) -> None:
    text = text_of(text_file)
    act([{"kind": kind, "case_id": case, "text": text} for case in cases_of(cases)], who)


def confirm(
    submission_id: Annotated[str, typer.Argument(help="Id from waiting.")],
    key_file: Annotated[
        Path,
        typer.Option(
            "--key-file", exists=True, dir_okay=False, help="File with the key of who confirms."
        ),
    ],
    business_day: BusinessDay = False,
) -> None:
    """Confirm, as the second person, what another asked for. 第二人確認。"""
    settings = cli.read_ingest(business_day)

    async def work() -> Submission | None:
        async with open_door(settings) as door:
            actor = await actor_of(door, key_file)
            begun = await door.intake.confirm(submission_id, actor)
            return await door.intake.finish(begun) if begun else None

    if cli.run(work) is None:
        cli.leave(f"{submission_id}: 沒有待確認的作業 nothing waits here", cli.REFUSED)
    cli.out.print(f"{submission_id}  已確認 confirmed  (outcome: report {submission_id})")


def waiting() -> None:
    """What waits for a second person. 待第二人確認之作業。"""
    settings = cli.read(StoreSettings)

    async def work() -> None:
        pool = await opened(settings.database_url, 2)
        async with pool, pool.acquire() as connection:
            for one in await held.waiting(connection):
                at = one.received_at.isoformat(timespec="seconds")
                for row in await action_rows(connection, one):
                    name = one.submission_id
                    said = (name, one.uploader, at, row["kind"], row["subject"])
                    cli.out.print("  ".join(said), markup=False)

    cli.run(work)
