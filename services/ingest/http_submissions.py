"""POST /v1/submissions and what can be asked about a submission."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from pipeline.http_problems import Problem
from services.ingest import registry, reports, submissions
from services.ingest.http_answers import answered, finished, own, shown
from services.ingest.http_caller import Called, House, InHouse, place_of
from services.ingest.http_models import ProblemOut, ReportOut, SubmissionOut
from services.ingest.intake import HandedIn
from services.ingest.names import AGENCY
from services.ingest.reading.api import CLAIM_XML, EXTRACT, PROGRAMMES, RESULTS

router = APIRouter(prefix="/v1", tags=["submissions"])
PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"model": ProblemOut, "description": "KEY_UNKNOWN"},
    404: {"model": ProblemOut, "description": "SUBMISSION_UNKNOWN; also for another facility's."},
    422: {"model": ProblemOut, "description": "The file (F_..., COLUMN_MISSING) or the request."},
}
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "kind": {
                            "type": "string",
                            "enum": [CLAIM_XML, RESULTS, EXTRACT],
                            "description": "Found out from the content when left out. extract: "
                            "agency keys only, and nothing else with them.",
                        },
                        "programme": {"type": "string", "enum": list(PROGRAMMES)},
                        "map": {
                            "type": "string",
                            "description": "Version of the column map; fixed width needs it.",
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "/submissions",
    status_code=201,
    response_model=SubmissionOut,
    openapi_extra=FORM,
    responses={
        200: {"model": SubmissionOut, "description": "F_DUPLICATE: the same bytes, same receipt."},
        202: {"model": SubmissionOut, "description": "Accepted and safe; the receipt comes later."},
        413: {"model": ProblemOut, "description": "TOO_LARGE"},
        503: {"model": ProblemOut, "description": "TRY_LATER: accepted or not, send it again."},
        **PROBLEMS,
    },
    summary="Hand in a file 上傳申報檔或結果檔",
)
async def submit(request: Request, response: Response, house: InHouse, caller: Called) -> Any:
    """Takes one claim file (TOTFA XML, also in a ZIP), one result file (CSV, XLSX, fixed width),
    or the agency's extract. The file is sealed and stored, read, and sent on; only then the answer
    comes, with a signed receipt. The same bytes again are the same submission.

    Refused as a whole (422): the code says why, `submission` and `findings` say more.
    """
    async with request.form(max_files=1, max_fields=8, max_part_size=4096) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, "FILE_MISSING", "請以 multipart/form-data 的 file 欄位上傳檔案。")
        place = place_of(caller)
        handed_in = HandedIn(
            place,
            caller.key_id,
            file.filename or "",
            kind_of(place, form.get("kind"), form.get("programme")),
            text_of(form.get("map")),
        )
        answer = await house.door.intake.accept(handed_in, file.file)
    submission = await finished(house, answer)
    response.status_code, body = await answered(house, submission, answer.duplicate)
    return body


def text_of(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def kind_of(place: str, kind: object, programme: object) -> str:
    """What to read the file as; empty: find out."""
    asked, of = text_of(kind), text_of(programme)
    if asked and asked not in (CLAIM_XML, RESULTS, EXTRACT):
        raise Problem(422, "KIND_UNKNOWN", "kind 須為 claim-xml、results 或 extract。")
    if of and of not in PROGRAMMES:
        raise Problem(422, "PROGRAMME_UNKNOWN", "programme 須為 adult、child 或 oral。")
    if place == AGENCY and asked not in ("", EXTRACT):
        raise Problem(403, "AGENCY_EXTRACT_ONLY", "管理單位的金鑰只能上傳抽檔。")
    if place != AGENCY and asked == EXTRACT:
        raise Problem(403, "EXTRACT_NOT_ALLOWED", "抽檔只能由管理單位上傳。")
    return EXTRACT if place == AGENCY else of or asked


@router.get(
    "/submissions",
    response_model=list[SubmissionOut],
    responses={401: PROBLEMS[401]},
    summary="Own submissions, the newest first 收件清單",
)
async def list_submissions(
    house: InHouse,
    caller: Called,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        str | None, Query(description="Id of the last one of the page before.", max_length=40)
    ] = None,
) -> Any:
    place = place_of(caller)
    number = (await own(house, place, before)).begun_no if before else None
    async with house.door.pool.acquire() as connection:
        codes = (place,) if place == AGENCY else await registry.owner_codes(connection, place)
        found = await submissions.listed(connection, codes, number, limit)
        return [await shown(connection, one) for one in found]


@router.get(
    "/submissions/{submission_id}",
    response_model=SubmissionOut,
    responses={401: PROBLEMS[401], 404: PROBLEMS[404]},
    summary="How far it is 處理狀態",
)
async def get_submission(submission_id: str, house: InHouse, caller: Called) -> Any:
    """status: waiting 等待中, running 處理中, finished 已完成, refused 退件; and the receipt."""
    submission = await own(house, place_of(caller), submission_id)
    async with house.door.pool.acquire() as connection:
        return await shown(connection, submission)


@router.get(
    "/submissions/{submission_id}/report",
    response_model=ReportOut,
    responses={401: PROBLEMS[401], 404: PROBLEMS[404]},
    summary="What became of every row 匯入結果報告",
)
async def get_report(
    submission_id: str,
    house: InHouse,
    caller: Called,
    after: Annotated[int, Query(ge=0, description="Rows numbered above this.")] = 0,
    line_after: Annotated[int, Query(ge=0, description="File lines numbered above this.")] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    only: Annotated[
        Literal["accepted", "warning", "refused", "waiting"] | None,
        Query(description="Only rows of this verdict."),
    ] = None,
) -> Any:
    """Rows in the order of their numbers, a page at a time; IDs and values are masked."""
    submission = await own(house, place_of(caller), submission_id)
    return await _report(house, submission, after, line_after, limit, only)


async def _report(
    house: House,
    submission: submissions.Submission,
    after: int,
    line_after: int,
    limit: int,
    only: str | None,
) -> ReportOut:
    name = submission.submission_id
    async with house.door.pool.acquire() as connection:
        lines = await reports.file_lines(connection, name, line_after, limit)
        rows = await reports.rows(connection, name, after, limit, only)
        extract = submission.kind == EXTRACT
        facilities = await reports.by_facility(connection, name) if extract else {}
        return ReportOut.model_validate(
            {
                "submission": await shown(connection, submission),
                "file_lines": lines,
                "rows": rows,
                "next_after": rows[-1]["row_no"] if len(rows) == limit else None,
                "next_line_after": lines[-1]["line_no"] if len(lines) == limit else None,
                "rows_by_facility": facilities,
            }
        )


@router.get(
    "/submissions/{submission_id}/failures.txt",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/plain": {}}, "description": "UTF-8, zh-Hant."},
        401: PROBLEMS[401],
        404: PROBLEMS[404],
    },
    summary="Failed rows only, as text 失敗清單",
)
async def get_failures(submission_id: str, house: InHouse, caller: Called) -> StreamingResponse:
    """Only the rows and cases that failed, and why; empty of anything that was accepted."""
    submission = await own(house, place_of(caller), submission_id)

    async def lines() -> Any:
        async with house.door.pool.acquire() as connection:
            async for line in reports.failures(connection, submission):
                yield line

    headers = {"Content-Disposition": f'attachment; filename="{submission_id}-failures.txt"'}
    return StreamingResponse(lines(), media_type="text/plain; charset=utf-8", headers=headers)
