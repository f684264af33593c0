"""Import reports (匯入結果報告): how far a submission is, and what became of its rows."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from services.ingest.database import Connection
from services.ingest.failure_list import failed_line, failed_row
from services.ingest.submissions import PRODUCED, REFUSED, Submission

Status = Literal["waiting", "running", "finished", "refused"]
WAITING: Final = "waiting"
RUNNING: Final = "running"
FINISHED: Final = "finished"
TURNED_DOWN: Final = "refused"
# source: seed 000 §一.3 and §四.1; the other two are ours (uploads.md section 4)
STATUS_TEXT = {
    WAITING: "等待中",
    RUNNING: "處理中",
    FINISHED: "已完成",
    TURNED_DOWN: "退件",
}
NOT_ACCEPTED = "refused"


@dataclass(frozen=True)
class RowCounts:
    """Rows (or commands) of a submission by what became of them."""

    sent: int
    accepted: int
    with_warning: int
    refused: int

    @property
    def waiting(self) -> int:
        return self.sent - self.accepted - self.with_warning - self.refused


def status_of(submission: Submission, counts: RowCounts) -> Status:
    """waiting until the first outcome, running until every row has one, then finished."""
    if submission.state == REFUSED:
        return TURNED_DOWN
    if submission.state != PRODUCED:
        return WAITING
    if counts.waiting <= 0:
        return FINISHED
    return WAITING if counts.waiting == counts.sent else RUNNING


async def row_counts(connection: Connection, submission: Submission) -> RowCounts:
    row = await connection.fetchrow(
        """
        select count(*) filter (where outcome = 'refused') as refused,
            count(*) filter (where outcome <> 'refused' and (warned or said)) as warned,
            count(*) filter (where outcome <> 'refused' and not (warned or said)) as accepted
        from (
            select o.outcome, o.warned, exists (
                select from ingest.file_lines f
                where f.submission_id = o.submission_id and f.row_no = o.row_no) as said
            from ingest.row_outcomes o where o.submission_id = $1) judged
        """,
        submission.submission_id,
    )
    assert row is not None
    return RowCounts(submission.rows_sent, row["accepted"], row["warned"], row["refused"])


async def file_lines(
    connection: Connection, submission_id: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """What is to be said about the file and about cases that were refused or skipped."""
    rows = await connection.fetch(
        "select line_no, case_position, byte_offset, person_masked, refused, code, level,"
        ' column_name as "column", found, expected, hint from ingest.file_lines'
        " where submission_id = $1 and row_no is null and line_no > $2 order by line_no limit $3",
        submission_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


# Rows that were sent, with person and all that was said about each; numbers above $2, up to $3.
_ROWS = """
    select *, case when outcome is null then 'waiting'
        when outcome = 'refused' then 'refused'
        when findings is not null or own_findings is not null then 'warning'
        else 'accepted' end as verdict
    from (
        select sent.row_no, sent.person, o.outcome, o.command_id, o.result_id, o.version,
            o.case_ids, o.findings, (
                select jsonb_agg(jsonb_build_object('code', f.code, 'level', f.level,
                    'column', f.column_name, 'found', f.found, 'expected', f.expected,
                    'hint', f.hint) order by f.line_no)
                from ingest.file_lines f where f.submission_id = $1 and f.row_no = sent.row_no
            ) as own_findings
        from ingest.parts p
        cross join lateral unnest(p.row_nos, p.persons) as sent (row_no, person)
        left join ingest.row_outcomes o on o.submission_id = $1 and o.row_no = sent.row_no
        where p.submission_id = $1 and p.last_row > $2 and p.first_row <= $3
            and sent.row_no > $2 and sent.row_no <= $3
    ) every_row
    order by row_no
"""
_WIDEST = 50_000


async def rows(
    connection: Connection, submission_id: str, after: int, limit: int, only: str | None
) -> list[dict[str, Any]]:
    """Rows numbered above ``after``, in order; ``only``: accepted, warning, refused or waiting.

    Looks at a window of numbers at a time, so that a page of a million rows costs a page.
    """
    last = await connection.fetchval(
        "select max(last_row) from ingest.parts where submission_id = $1", submission_id
    )
    found: list[dict[str, Any]] = []
    width = limit
    while len(found) < limit and after < (last or 0):
        window = await connection.fetch(_ROWS, submission_id, after, after + width)
        found.extend(_row(row) for row in window if only in (None, row["verdict"]))
        after += width
        width = min(2 * width, _WIDEST)
    return found[:limit]


def _row(row: Any) -> dict[str, Any]:
    own = json.loads(row["own_findings"] or "[]")
    later = json.loads(row["findings"] or "[]")
    codes = {(one["code"], one["column"]) for one in later}
    own = [one for one in own if (one["code"], one["column"]) not in codes]
    return {
        "row_no": row["row_no"],
        "person_masked": row["person"],
        "verdict": row["verdict"],
        "outcome": row["outcome"] or "",
        "command_id": row["command_id"] or "",
        "result_id": row["result_id"] or "",
        "version": row["version"] or 0,
        "case_ids": list(row["case_ids"] or ()),
        "findings": [*own, *later],
    }


async def by_facility(connection: Connection, submission_id: str) -> dict[str, int]:
    """Rows sent for each facility; an extract has many."""
    found = await connection.fetch(
        "select facility_id, sum(cardinality(row_nos))::bigint as rows from ingest.parts"
        " where submission_id = $1 group by facility_id order by facility_id",
        submission_id,
    )
    return {row["facility_id"]: row["rows"] for row in found}


async def command_outcome(
    connection: Connection, submission_id: str, row_no: int
) -> dict[str, Any] | None:
    """What became of one command or row; None when it was never sent."""
    found = await rows(connection, submission_id, row_no - 1, 1, None)
    return found[0] if found and found[0]["row_no"] == row_no else None


async def failures(connection: Connection, submission: Submission) -> AsyncIterator[str]:
    """The failure list (.txt): only failed rows and cases, and why. source: seed 001 adult Q12"""
    yield f"{submission.file_name}　{submission.submission_id}\r\n"
    programme = submission.programme
    failed = 0
    after = 0
    while lines := await file_lines(connection, submission.submission_id, after, 1000):
        for line in lines:
            if line["level"] == "error":
                failed += 1
                yield failed_line(line, programme)
        after = lines[-1]["line_no"]
    after = -1
    while found := await rows(connection, submission.submission_id, after, 1000, NOT_ACCEPTED):
        for row in found:
            failed += 1
            yield failed_row(row, programme)
        after = found[-1]["row_no"]
    yield f"共 {failed} 筆失敗。\r\n" if failed else "沒有失敗的資料。\r\n"
