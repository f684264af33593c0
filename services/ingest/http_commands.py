"""POST /v1/commands: single results and claims, in order."""

import io
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Response

from pipeline.http_problems import Problem
from services.ingest import registry, reports
from services.ingest.commands import KIND, MAX_COMMANDS, Command, CommandFile
from services.ingest.http_answers import answered, finished, own
from services.ingest.http_caller import Called, InHouse, place_of
from services.ingest.http_models import CommandOut, CommandsOut, ProblemOut, RowOut
from services.ingest.http_submissions import PROBLEMS
from services.ingest.intake import HandedIn
from services.ingest.keys import AGENCY_ROLE, Caller
from services.ingest.names import command_id

router = APIRouter(prefix="/v1", tags=["commands"])


@router.post(
    "/commands",
    status_code=201,
    response_model=CommandsOut,
    responses={
        200: {"model": CommandsOut, "description": "The same list with the same Idempotency-Key."},
        202: {"model": CommandsOut, "description": "Accepted and safe; the receipt comes later."},
        403: {
            "model": ProblemOut,
            "description": "FACILITY_ONLY; FORM_NO_AGENCY_ONLY: form_no and facility_id.",
        },
        503: {"model": ProblemOut, "description": "TRY_LATER"},
        401: PROBLEMS[401],
        422: PROBLEMS[422],
    },
    summary="Edit, delete, replace, add results; withdraw claims; notes 單筆作業",
)
async def command(
    house: InHouse,
    caller: Called,
    response: Response,
    commands: Annotated[list[Command], Body(min_length=1, max_length=MAX_COMMANDS)],
    idempotency_key: Annotated[
        str | None,
        Header(max_length=100, description="The same key and list again: the same submission."),
    ] = None,
) -> Any:
    """Every command gets an id; its outcome (done, or refused with a reason code such as LOCKED or
    VERSION_CONFLICT) stands in the report of the submission and under GET /v1/commands/{id}.

    The agency enters nothing here but changes it has approved (edits of one facility with their
    form_no); they are its own submission."""
    about = _on_behalf_of(caller, commands)
    token = idempotency_key or secrets.token_hex(16)
    file = CommandFile(token=token, commands=tuple(commands))
    place = place_of(caller)
    handed_in = HandedIn(place, caller.key_id, "commands.json", KIND, on_behalf_of=about)
    answer = await house.door.intake.accept(handed_in, io.BytesIO(file.to_bytes()))
    submission = await finished(house, answer)
    response.status_code, body = await answered(house, submission, answer.duplicate)
    name = submission.submission_id
    numbers = range(1, len(commands) + 1)
    ids = [CommandOut(command_id=command_id(name, no), row_no=no) for no in numbers]
    return CommandsOut(submission=body, commands=ids)


def _on_behalf_of(caller: Caller, commands: list[Command]) -> str:
    """The facility that an agency key acts for; empty for a facility's own key."""
    facilities = {command.facility_id for command in commands}
    if caller.role != AGENCY_ROLE:
        if facilities != {None}:
            raise Problem(403, "FORM_NO_AGENCY_ONLY", "申請表編號只能由管理單位填寫。")
        return ""
    if None in facilities:
        raise Problem(403, "FACILITY_ONLY", "單筆作業只能由醫事機構進行。")
    if len(facilities) > 1:
        raise Problem(422, "ONE_FACILITY", "一次只能代一家醫事機構登錄。")
    try:
        return registry.checked(str(facilities.pop()))
    except registry.RegistryRefuses:
        raise Problem(422, "VALUE_NOT_ALLOWED", "醫事機構代碼格式不符。") from None


@router.get(
    "/commands/{submission_id}/{row_no}",
    response_model=RowOut,
    responses={
        401: PROBLEMS[401],
        404: {"model": ProblemOut, "description": "COMMAND_UNKNOWN; also for another facility's."},
    },
    summary="Outcome of one command 單筆作業結果",
)
async def outcome(submission_id: str, row_no: int, house: InHouse, caller: Called) -> Any:
    """`/v1/commands/` and the command's id."""
    submission = await own(house, place_of(caller), submission_id)
    async with house.door.pool.acquire() as connection:
        found = None
        if submission.kind == KIND and 0 < row_no <= MAX_COMMANDS:
            name = submission.submission_id
            found = await reports.command_outcome(connection, name, row_no)
    if found is None:
        raise Problem(404, "COMMAND_UNKNOWN", "沒有這個作業編號。")
    return found
