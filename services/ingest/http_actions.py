"""POST /v1/actions: what the agency does; confirming by a second person; outcomes."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Response

from pipeline.http_problems import Problem
from services.ingest import held
from services.ingest.action_desk import accept_actions
from services.ingest.action_door import ActionRefused
from services.ingest.action_report import action_rows
from services.ingest.agency_actions import KIND, MAX_ACTIONS, Action
from services.ingest.http_answers import finished, own, shown
from services.ingest.http_caller import Called, House, InHouse
from services.ingest.http_models import ActionsOut, ProblemOut
from services.ingest.http_submissions import PROBLEMS
from services.ingest.intake import Answer, SamePerson
from services.ingest.keys import AGENCY_ROLE, Caller
from services.ingest.names import AGENCY
from services.ingest.submissions import HELD, PRODUCED, Submission

router = APIRouter(prefix="/v1", tags=["actions"])
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: PROBLEMS[401],
    403: {"model": ProblemOut, "description": "AGENCY_ONLY; SAME_PERSON for confirm."},
    404: {"model": ProblemOut, "description": "ACTION_UNKNOWN"},
    422: {
        "model": ProblemOut,
        "description": "The request, or the code of the first action that cannot be taken "
        "(VALUE_NOT_ALLOWED, DATE_ORDER, ROUND_CLOSED, ROUND_UNKNOWN, ALIAS_CYCLE, ALIAS_UNKNOWN, "
        "UNKNOWN_CASE, ID_..., DECISIONS_ALONE); then none of the list is.",
    },
    503: {"model": ProblemOut, "description": "TRY_LATER"},
}
_TAKEN: dict[int | str, dict[str, Any]] = {
    200: {"model": ActionsOut, "description": "The same list with the same Idempotency-Key."},
    202: {
        "model": ActionsOut,
        "description": "Accepted and safe; the receipt comes later. With `held`: it waits for a "
        "second person and has not happened yet.",
    },
}


async def agency_of(caller: Called) -> Caller:
    """Raises Problem 403 for a facility's key."""
    if caller.role != AGENCY_ROLE:
        raise Problem(403, "AGENCY_ONLY", "此作業只能由管理單位進行。")
    return caller


Agency = Annotated[Caller, Depends(agency_of)]


@router.post(
    "/actions",
    status_code=201,
    response_model=ActionsOut,
    responses={**_TAKEN, **{code: _PROBLEMS[code] for code in (401, 403, 422, 503)}},
    summary="Rounds, aliases, facilities, reviews, decisions 管理單位作業",
)
async def act(
    house: InHouse,
    caller: Agency,
    response: Response,
    actions: Annotated[list[Action], Body(min_length=1, max_length=MAX_ACTIONS)],
    idempotency_key: Annotated[
        str | None,
        Header(max_length=100, description="The same key and list again: the same submission."),
    ] = None,
) -> Any:
    """The list is taken as a whole, in its order, or not at all. What concerns a case is judged by
    match: its outcome (done, or refused with a code such as DECISION_NOT_ALLOWED) stands under
    GET /v1/actions/{id}. More than one decision (decide_..., reverse) in a list is held until
    somebody with another key confirms it."""
    token = idempotency_key or secrets.token_hex(16)
    sealer = house.door.sealer
    try:
        answer = await accept_actions(
            house.door.intake, sealer, actions, f"{caller.key_id}/{token}", caller.key_id
        )
    except ActionRefused as refused:
        raise Problem(422, refused.code, refused.detail, row_no=refused.row_no) from None
    return await _answered(house, response, answer)


@router.get(
    "/actions/waiting",
    response_model=list[ActionsOut],
    responses={code: _PROBLEMS[code] for code in (401, 403)},
    summary="What waits for a second person 待第二人確認",
)
async def waiting(house: InHouse, caller: Agency) -> Any:
    """The oldest first."""
    async with house.door.pool.acquire() as connection:
        found = await held.waiting(connection)
    return [await _shown(house, one, duplicate=False) for one in found]


@router.post(
    "/actions/{submission_id}/confirm",
    response_model=ActionsOut,
    responses={202: _TAKEN[202], **_PROBLEMS},
    summary="Confirm as the second person 第二人確認",
)
async def confirm(submission_id: str, house: InHouse, caller: Agency, response: Response) -> Any:
    """Confirmed, the list counts as received now. What does not wait is answered as it stands."""
    submission = await _own(house, submission_id)
    try:
        begun = await house.door.intake.confirm(submission.submission_id, caller.key_id)
    except SamePerson:
        raise Problem(403, "SAME_PERSON", "須由另一人（另一把金鑰）確認。") from None
    if begun is not None:
        submission = await finished(house, Answer(begun, duplicate=False))
    response.status_code = 200 if submission.state == PRODUCED else 202
    return await _shown(house, submission, duplicate=False)


@router.get(
    "/actions/{submission_id}",
    response_model=ActionsOut,
    responses={code: _PROBLEMS[code] for code in (401, 403, 404)},
    summary="Outcome of every action of a list 作業結果",
)
async def outcome(submission_id: str, house: InHouse, caller: Agency) -> Any:
    """IDs of persons are masked."""
    return await _shown(house, await _own(house, submission_id), duplicate=False)


async def _own(house: House, submission_id: str) -> Submission:
    try:
        found = await own(house, AGENCY, submission_id)
    except Problem:
        found = None
    if found is None or found.kind_asked != KIND:
        raise Problem(404, "ACTION_UNKNOWN", "沒有這個作業編號。")
    return found


async def _answered(house: House, response: Response, answer: Answer) -> ActionsOut:
    submission = await finished(house, answer)
    body = await _shown(house, submission, answer.duplicate)
    produced = 200 if answer.duplicate else 201
    response.status_code = produced if submission.state == PRODUCED else 202
    return body


async def _shown(house: House, submission: Submission, duplicate: bool) -> ActionsOut:
    async with house.door.pool.acquire() as connection:
        return ActionsOut.model_validate(
            {
                "submission": await shown(connection, submission, duplicate),
                "held": submission.state == HELD,
                "asked_by": submission.uploader,
                "confirmed_by": submission.confirmed_by,
                "actions": await action_rows(connection, submission),
            }
        )
