"""Submissions as the HTTP interface shows them."""

import asyncio
import json

from claims.periods import iso_text
from pipeline.errors import BrokerUnavailable
from pipeline.http_problems import Problem
from services.ingest import findings, registry, reports, submissions
from services.ingest.database import Connection
from services.ingest.http_caller import House
from services.ingest.http_models import FindingOut, RowsOut, SubmissionOut
from services.ingest.intake import Answer
from services.ingest.names import AGENCY
from services.ingest.reports import Status
from services.ingest.submissions import BEGUN, PRODUCED, REFUSED, Submission


async def finished(house: House, answer: Answer) -> Submission:
    """Produced or refused; as it is when that takes too long for a caller, or the broker is away.

    The work goes on in either case: it does not hang on the connection of whoever asked for it.
    """
    work = asyncio.ensure_future(house.door.intake.finish(answer.submission))
    work.add_done_callback(_seen)
    try:
        return await asyncio.wait_for(asyncio.shield(work), house.settings.answer_s)
    except (TimeoutError, BrokerUnavailable):
        return answer.submission


def _seen(work: "asyncio.Future[Submission]") -> None:
    """A failure nobody waits for any more: the submission stays begun and is resumed later."""
    if not work.cancelled():
        work.exception()


async def own(house: House, place: str, submission_id: str) -> Submission:
    """A submission of this caller, its receipt signed; anybody else's does not exist."""
    async with house.door.pool.acquire() as connection:
        found = await submissions.find(connection, submission_id)
        codes = (place,) if place == AGENCY else await registry.owner_codes(connection, place)
    if found is None or found.facility_id not in codes:
        raise Problem(404, "SUBMISSION_UNKNOWN", "沒有這個收件編號。")
    return await house.door.intake.with_receipt(submission_id)


async def shown(
    connection: Connection, submission: Submission, duplicate: bool = False
) -> SubmissionOut:
    counts = await reports.row_counts(connection, submission)
    status: Status = reports.status_of(submission, counts)
    said = [findings.said(findings.DUPLICATE)] if duplicate else []
    return SubmissionOut(
        submission_id=submission.submission_id,
        facility_id=submission.facility_id,
        file_name=submission.file_name,
        kind=submission.kind,
        programme=submission.programme,
        map_version=submission.map_version,
        sha256=submission.sha256,
        bytes=submission.size_bytes,
        received_on=iso_text(submission.received_on),
        received_at=submission.received_at.isoformat(timespec="milliseconds"),
        status=status,
        status_text=reports.STATUS_TEXT[status],
        refused_code=submission.refused_code,
        counts=dict(submission.counts),
        parts=submission.part_count,
        rows=RowsOut(
            sent=counts.sent,
            accepted=counts.accepted,
            accepted_with_warning=counts.with_warning,
            refused=counts.refused,
            waiting=counts.waiting,
        ),
        duplicate=duplicate,
        findings=[FindingOut.model_validate(one, from_attributes=True) for one in said],
        receipt=json.loads(submission.receipt) if submission.receipt else None,
    )


async def answered(
    house: House, submission: Submission, duplicate: bool
) -> tuple[int, SubmissionOut]:
    """Status code and body for what was just handed in; raises Problem when it was refused."""
    async with house.door.pool.acquire() as connection:
        body = await shown(connection, submission, duplicate)
        if submission.state == REFUSED:
            lines = await reports.file_lines(connection, submission.submission_id, 0, 100)
            raise Problem(
                422,
                submission.refused_code,
                lines[0]["hint"] if lines else "檔案未收件。",
                submission=body.model_dump(mode="json"),
                findings=lines,
            )
    if submission.state == BEGUN:
        return 202, body
    assert submission.state == PRODUCED
    return (200 if duplicate else 201), body
