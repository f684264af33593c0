"""What the commands of the agency share: who acts, what is read from files, how it is handed in."""

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from services.ingest import cli
from services.ingest.action_desk import accept_actions
from services.ingest.agency_actions import Action, action_of, needs_second_person
from services.ingest.assembly import Door, open_door
from services.ingest.keys import AGENCY_ROLE, Doorkeeper
from services.ingest.submissions import HELD, Submission

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", exists=True, dir_okay=False, help="File with the agency key of who acts."
    ),
]
BusinessDay = Annotated[
    bool, typer.Option("--business-day", help="Received on the day after the last closed one.")
]
TextFile = Annotated[
    Path | None,
    typer.Option(
        "--text-file", allow_dash=True, dir_okay=False, help="File with the reason, UTF-8; - stdin."
    ),
]
Cases = Annotated[list[str], typer.Argument(help="Case ids; - reads them from stdin, one a line.")]
# Whoever has the machine's shell and no key of their own.
NOBODY = "cli"


@dataclass(frozen=True)
class Who:
    """The options every command of the agency has."""

    key_file: Path | None
    business_day: bool


def act(actions: list[dict[str, Any]], who: Who) -> None:
    """Hand the list in and print its id; leaves with 1 when it is refused."""
    made = checked(actions)
    if needs_second_person(made) and who.key_file is None:
        cli.leave("多筆決定須由兩人辦理 several decisions need two persons: --key-file", 2)
    settings = cli.read_ingest(who.business_day)

    async def work() -> Submission:
        async with open_door(settings) as door:
            actor = await actor_of(door, who.key_file)
            token = secrets.token_hex(16)
            answer = await accept_actions(door.intake, door.sealer, made, token, actor)
            return await door.intake.finish(answer.submission)

    submission = cli.run(work)
    if submission.state == HELD:
        cli.out.print(f"{submission.submission_id}  待第二人確認 waits: confirm, with another key")
    else:
        name = submission.submission_id
        cli.out.print(f"{name}  已送出 sent  (outcome: report {name})")


def checked(actions: list[dict[str, Any]]) -> list[Action]:
    """Leaves with 2, without repeating a value: it may be somebody's number."""
    try:
        return [action_of(fields) for fields in actions]
    except ValidationError as bad:
        said = [f"{one['loc'][-1]}: {one['msg']}" for one in bad.errors(include_input=False)]
        cli.leave(f"欄位不正確 not valid: {'; '.join(said)}", 2)


async def actor_of(door: Door, key_file: Path | None) -> str:
    """Id of the agency key in the file; leaves with 1 when it is none."""
    if key_file is None:
        return NOBODY
    async with door.pool.acquire() as connection:
        key = key_file.read_text(encoding="utf-8").strip()
        caller = await Doorkeeper().caller(connection, key)
    if caller is None or caller.role != AGENCY_ROLE:
        cli.leave("不是有效的管理單位金鑰 not a live key of the agency", cli.REFUSED)
    return caller.key_id


def cases_of(given: list[str]) -> list[str]:
    if given == ["-"]:
        return [line.strip() for line in sys.stdin if line.strip()]
    return given


def text_of(file: Path | None) -> str:
    """Empty without a file."""
    if file is None:
        return ""
    return (sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")).strip()
