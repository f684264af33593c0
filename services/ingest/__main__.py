"""python -m services.ingest: the commands of the door."""

from pathlib import Path
from typing import Annotated

import typer

from services.ingest import cli, receipts
from services.ingest.cli_cases import (
    annotate,
    confirm,
    decide,
    exempt,
    form_received,
    reverse,
    review,
    waiting,
)
from services.ingest.cli_days import close_day, delete_result, note, release_book, withdraw
from services.ingest.cli_load import load
from services.ingest.cli_precheck import precheck
from services.ingest.cli_registry import api_keys, facilities
from services.ingest.cli_reports import report, reports_worker
from services.ingest.cli_rounds import (
    alias,
    facility_closed,
    facility_renamed,
    round_close,
    round_open,
    rules_changed,
)
from services.ingest.cli_serve import serve
from services.ingest.settings import ReceiptSettings

app = typer.Typer(
    help="ingest, the door of Gouji 勾稽: takes files in, keeps them sealed, cuts them into parts, "
    "signs receipts, closes days, assembles reports.",
    epilog=cli.EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print values of variables
)
_OF_CLINICS = (
    serve,
    load,
    precheck,
    close_day,
    release_book,
    withdraw,
    delete_result,
    note,
    report,
)
_OF_MANY = (round_open, round_close, alias, facility_renamed, facility_closed, rules_changed)
_OF_CASES = (review, decide, reverse, exempt, annotate, form_received, confirm, waiting)
for command in (*_OF_CLINICS, *_OF_MANY, *_OF_CASES):
    app.command()(command)
app.command("reports")(reports_worker)
app.add_typer(facilities, name="facilities", no_args_is_help=True)
app.add_typer(api_keys, name="keys", no_args_is_help=True)


@app.command()
def public_key() -> None:
    """Print the public key that verifies our receipts. 列出驗證收據的公開金鑰。"""
    settings = cli.read(ReceiptSettings)
    cli.out.print(receipts.Signer(settings.receipt_key).public_key)


@app.command()
def verify_receipt(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The receipt, JSON.")],
    public_key: Annotated[
        str | None, typer.Option(help="Public key in base64; else that of GOUJI_RECEIPT_KEY.")
    ] = None,
    original: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Also compare this file.")
    ] = None,
) -> None:
    """Check a receipt offline: ours, unchanged, and (--original) about this file. 驗證收據。"""
    key = public_key or receipts.Signer(cli.read(ReceiptSettings).receipt_key).public_key
    try:
        content = receipts.verify(file.read_bytes(), key)
        if original is not None:
            receipts.compare(content, original)
    except receipts.BadReceipt as bad:
        cli.leave(f"收據無效 not valid: {bad}", cli.REFUSED)
    cli.out.print(f"收據有效 valid: {content.get('submission_id')}", markup=False)
    cli.out.print_json(data=content)


if __name__ == "__main__":
    app()
