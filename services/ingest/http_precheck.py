"""POST /v1/precheck: what would become of a file, without handing it in."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile

from pipeline.http_problems import Problem
from services.ingest.http_caller import Called, House, InHouse
from services.ingest.http_models import PrecheckOut, ProblemOut
from services.ingest.http_submissions import FORM, PROBLEMS, kind_of, text_of
from services.ingest.keys import AGENCY_ROLE
from services.ingest.precheck import Checked, NoAnswer, TooManyOpen, TooManyRows
from services.ingest.precheck_report import file_lines, shown

router = APIRouter(prefix="/v1", tags=["precheck"])


@router.post(
    "/precheck",
    response_model=PrecheckOut,
    openapi_extra=FORM,
    responses={
        401: PROBLEMS[401],
        403: {"model": ProblemOut, "description": "FACILITY_ONLY"},
        413: {"model": ProblemOut, "description": "TOO_LARGE"},
        422: {"model": ProblemOut, "description": "As for a submission; PRECHECK_TOO_LARGE."},
        429: {"model": ProblemOut, "description": "PRECHECK_BUSY: two of the facility are open."},
        503: {
            "model": ProblemOut,
            "description": "TRY_LATER: no answer in time; nothing was kept.",
        },
    },
    summary="Try a file without handing it in 預檢",
)
async def check(request: Request, house: InHouse, caller: Called) -> Any:
    """The same reading and the same rules as for a submission, against the cases as they stand
    now, for at most 5,000 rows. Nothing is kept and there is no receipt: hand the file in
    afterwards."""
    if caller.role == AGENCY_ROLE:
        raise Problem(403, "FACILITY_ONLY", "預檢只能由醫事機構進行。")
    async with request.form(max_files=1, max_fields=8, max_part_size=4096) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, "FILE_MISSING", "請以 multipart/form-data 的 file 欄位上傳檔案。")
        kind = kind_of(caller.facility_id, form.get("kind"), form.get("programme"))
        checked = await _check(house, caller.facility_id, kind, text_of(form.get("map")), file.file)
    if checked.read.refused:
        lines = [line.model_dump() for line in file_lines(checked)]
        words = lines[0]["hint"] if lines else "檔案無法收件。"
        raise Problem(422, checked.read.refused, words, findings=lines)
    return shown(caller.facility_id, checked)


async def _check(
    house: House, facility_id: str, kind: str, map_version: str, content: BinaryIO
) -> Checked:
    door = house.door
    async with door.pool.acquire() as connection:
        wanted = await door.precheck.wanted(connection, facility_id, kind, map_version)
    with tempfile.TemporaryDirectory(prefix="gouji-precheck-") as folder:
        path = Path(folder) / "file"
        await asyncio.to_thread(_copied, content, path)
        try:
            return await door.precheck.check(path, wanted)
        except TooManyRows as many:
            raise Problem(422, "PRECHECK_TOO_LARGE", str(many)) from None
        except TooManyOpen as busy:
            raise Problem(429, "PRECHECK_BUSY", str(busy)) from None
        except NoAnswer:
            raise Problem(
                503, "TRY_LATER", "預檢暫時無法回覆，請稍後再試；沒有留下資料。"
            ) from None


def _copied(content: BinaryIO, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(content, out)
