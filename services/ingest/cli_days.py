"""close-day, release-book, withdraw, delete-result, note: what is not a file."""

import io
import secrets
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from claims.layouts import PROGRAMMES
from claims.periods import from_iso, iso_text
from services.ingest import cli
from services.ingest.assembly import open_door
from services.ingest.commands import KIND, Command, CommandFile
from services.ingest.intake import HandedIn

Day = Annotated[str, typer.Argument(help="Day to close, yyyy-MM-dd (Asia/Taipei).")]
BusinessDay = Annotated[
    bool, typer.Option("--business-day", help="Demo and tests: days that are not over may close.")
]
Facility = Annotated[str, typer.Option(help="醫事機構代碼 of the facility that commands.")]


def day_of(text: str) -> int:
    """Leaves with 2 for a text that is no day."""
    try:
        date.fromisoformat(text)
        return from_iso(text)
    except ValueError:
        cli.leave("日期格式 expected yyyy-MM-dd", 2)


def close_day(day: Day, business_day: BusinessDay = False) -> None:
    """Close every day up to DAY, one after the other. 關閉至該日為止的每一日。

    The first close-day may be any day; later ones continue where the last ended, up to yesterday.
    """
    last = day_of(day)
    settings = cli.read_ingest(business_day)

    async def work() -> list[int]:
        async with open_door(settings) as door:
            return await door.closing.close(last)

    closed = cli.run(work)
    if not closed:
        cli.out.print(f"{iso_text(last)} was closed already")
    elif len(closed) == 1:
        cli.out.print(f"closed {iso_text(last)}")
    else:
        cli.out.print(f"closed {iso_text(closed[0])} to {iso_text(last)} ({len(closed)} days)")


def release_book(
    partition: Annotated[int, typer.Argument(min=0, help="Partition in which the book lies.")],
    book: Annotated[
        str, typer.Argument(help="Key of the book, hexadecimal, from the dead letter.")
    ],
) -> None:
    """Let a quarantined book go on, after the cause was mended. 解除隔離。"""
    settings = cli.read_ingest(False)
    if partition >= settings.partitions:
        cli.leave(f"there are {settings.partitions} partitions, numbered from 0", 2)
    try:
        bytes.fromhex(book)
    except ValueError:
        cli.leave("BOOK is not hexadecimal", 2)

    async def work() -> int:
        async with open_door(settings) as door:
            return await door.intake.release_book(partition, book.lower())

    cli.out.print(f"book-released/{cli.run(work)}")


def withdraw(
    claim_id: Annotated[str, typer.Argument(help="The claim to take back.")],
    facility: Facility,
    business_day: BusinessDay = False,
) -> None:
    """Take one claim back. 撤回申報。"""
    _command(facility, business_day, {"action": "withdraw", "claim_id": claim_id})


def delete_result(
    result_id: Annotated[str, typer.Argument(help="The stored result to delete.")],
    facility: Facility,
    programme: Annotated[str, typer.Option(help="adult or child (oral results stay).")],
    seen_version: Annotated[int, typer.Option(min=1, help="Version that was seen.")] = 1,
    business_day: BusinessDay = False,
) -> None:
    """Delete one stored result. 刪除檢查結果。"""
    if programme not in PROGRAMMES:
        cli.leave(f"--programme: {' | '.join(PROGRAMMES)}", 2)
    fields = {"action": "delete", "programme": programme, "result_id": result_id}
    _command(facility, business_day, {**fields, "seen_version": seen_version})


def note(
    case_id: Annotated[str, typer.Argument(help="The oral case.")],
    facility: Facility,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Text of the note, UTF-8; else stdin."),
    ] = None,
    business_day: BusinessDay = False,
) -> None:
    """Write a note, change it, or take it back with an empty text. 無法補登說明。"""
    text = sys.stdin.read() if file is None else file.read_text(encoding="utf-8-sig")
    _command(facility, business_day, {"action": "note", "case_id": case_id, "text": text.strip()})


def _command(facility: str, business_day: bool, fields: dict[str, object]) -> None:
    settings = cli.read_ingest(business_day)
    try:
        command = Command.model_validate(fields)
    except ValidationError as bad:
        cli.leave(f"欄位不正確 not valid: {bad.errors(include_input=False)[0]['msg']}", 2)
    file = CommandFile(token=secrets.token_hex(16), commands=(command,))

    async def work() -> str:
        async with open_door(settings) as door:
            handed_in = HandedIn(facility, "cli", "commands.json", KIND)
            answer = await door.intake.submit(handed_in, io.BytesIO(file.to_bytes()))
            return answer.submission.submission_id

    submission = cli.run(work)
    cli.out.print(f"{submission}/1  (outcome: report {submission})")
