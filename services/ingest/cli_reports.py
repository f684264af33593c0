"""reports: the worker that assembles import reports; report: one of them, printed."""

from typing import Annotated, Any

import typer
import uvloop
from rich.table import Table

from claims.periods import iso_text
from pipeline.errors import PipelineError
from services.ingest import cli, reports, submissions
from services.ingest.action_report import action_rows
from services.ingest.agency_actions import KIND as ACTION
from services.ingest.database import opened
from services.ingest.settings import ReportsSettings, StoreSettings
from services.ingest.submissions import HELD


def reports_worker() -> None:
    """Run the worker that assembles import reports, until SIGTERM. 組成匯入結果報告。"""
    # Imported here: Faust takes longer to load than most commands take to run.
    from services.ingest.reports_stage import run_reports

    settings = cli.read(ReportsSettings)
    try:
        uvloop.run(run_reports(settings))
    except PipelineError as bad:
        cli.leave(f"{type(bad).__name__}: {bad}", bad.exit_code)


def report(
    submission_id: Annotated[str, typer.Argument(help="Id of the submission, S and 24 digits.")],
    failures: Annotated[
        bool, typer.Option("--failures", help="Only failed rows, as the .txt list.")
    ] = False,
) -> None:
    """Print how far a submission is, and what became of its rows. 列印匯入結果報告。"""
    settings = cli.read(StoreSettings)

    async def work() -> None:
        pool = await opened(settings.database_url, 2)
        async with pool, pool.acquire() as connection:
            submission = await submissions.find(connection, submission_id)
            if submission is None:
                cli.leave(f"{submission_id}: 沒有這個收件編號 unknown submission", cli.REFUSED)
            if failures:
                async for line in reports.failures(connection, submission):
                    cli.out.print(line.rstrip("\r\n"), markup=False)
                return
            counts = await reports.row_counts(connection, submission)
            cli.out.print(_summary(submission, counts))
            if submission.kind_asked == ACTION:
                _print_actions(await action_rows(connection, submission))
                return
            async for line in reports.failures(connection, submission):
                cli.out.print(line.rstrip("\r\n"), markup=False)

    cli.run(work)


def _summary(submission: submissions.Submission, counts: reports.RowCounts) -> Table:
    status = reports.status_of(submission, counts)
    table = Table(show_header=False)
    held = "待第二人確認 waits for a second person" if submission.state == HELD else ""
    for name, value in (
        ("submission", submission.submission_id),
        ("facility", submission.facility_id),
        ("file", submission.file_name),
        ("received on", iso_text(submission.received_on)),
        ("status", f"{reports.STATUS_TEXT[status]} {status} {submission.refused_code}{held}"),
        ("rows sent", str(counts.sent)),
        ("accepted", str(counts.accepted)),
        ("accepted with warning", str(counts.with_warning)),
        ("refused", str(counts.refused)),
        ("waiting", str(counts.waiting)),
    ):
        table.add_row(name, value)
    return table


def _print_actions(rows: list[dict[str, Any]]) -> None:
    """Lines, not a table: a case's id must not be cut off."""
    for row in rows:
        codes = " ".join(finding["code"] for finding in row["findings"])
        said = (row["row_no"], row["kind"], row["subject"], row["outcome"] or "waiting", codes)
        cli.out.print("  ".join(map(str, said)).rstrip(), markup=False)
