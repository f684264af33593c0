"""Where the reports stage writes: row outcomes into Postgres."""

from collections.abc import Sequence
from typing import Any

import msgspec

from claims.events import ImportReported, RowOutcome

RANKS = {"validate": 1, "match": 2}
_UPSERT = """
insert into ingest.row_outcomes (submission_id, row_no, stage_rank, outcome, command_id, result_id,
    version, case_ids, warned, findings)
select submission_id, row_no, stage_rank, outcome, command_id, result_id, version,
    array(select jsonb_array_elements_text(case_ids)), findings is not null, findings
from unnest($1::text[], $2::int[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::int[],
    $8::jsonb[], $9::jsonb[]) as said (submission_id, row_no, stage_rank, outcome, command_id,
    result_id, version, case_ids, findings)
on conflict (submission_id, row_no) do update set stage_rank = excluded.stage_rank,
    outcome = excluded.outcome, command_id = excluded.command_id, result_id = excluded.result_id,
    version = excluded.version, case_ids = excluded.case_ids, warned = excluded.warned,
    findings = excluded.findings
where ingest.row_outcomes.stage_rank <= excluded.stage_rank
"""


async def write_row_outcomes(connection: Any, rows: Sequence[tuple[bytes, bytes]]) -> None:
    """Upsert the outcomes of some parts. The last word about a row stands, match's over validate's;
    ``superseded`` (a later row of the same file) so replaces an earlier outcome."""
    last: dict[tuple[str, int], tuple[int, RowOutcome]] = {}
    for _, packed in rows:
        event = msgspec.msgpack.decode(packed, type=ImportReported)
        rank = RANKS.get(event.stage, 0)
        for row in event.rows:
            at = event.submission_id, row.row_no
            if at not in last or last[at][0] <= rank:
                last[at] = rank, row
    if last:
        await connection.execute(_UPSERT, *_columns(last))


def _columns(last: dict[tuple[str, int], tuple[int, RowOutcome]]) -> list[list[Any]]:
    said = [rank_and_row for rank_and_row in last.values()]
    return [
        [submission for submission, _ in last],
        [row_no for _, row_no in last],
        [rank for rank, _ in said],
        [row.outcome for _, row in said],
        [row.command_id for _, row in said],
        [row.result_id for _, row in said],
        [row.version for _, row in said],
        [_json(row.case_ids) for _, row in said],
        [_json(row.findings) if row.findings else None for _, row in said],
    ]


def _json(value: Any) -> str:
    # Postgres keeps no NUL in a text.
    return msgspec.json.encode(value).decode().replace("\\u0000", "\\ufffd")
