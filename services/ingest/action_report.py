"""What became of a list of actions, row by row."""

import json
from typing import Any

from services.ingest.database import Connection
from services.ingest.names import command_id
from services.ingest.submissions import PRODUCED, Submission

# A case's outcome comes from match; of the others it is enough that they were sent.
_ROWS = """
    select a.row_no, a.kind, a.subject, p.row_no is not null as of_a_case, o.outcome, o.findings
    from ingest.action_rows a
    left join ingest.row_outcomes o using (submission_id, row_no)
    left join (
        select unnest(row_nos) as row_no from ingest.parts where submission_id = $1) p
        on p.row_no = a.row_no
    where a.submission_id = $1 order by a.row_no
"""


async def action_rows(connection: Connection, submission: Submission) -> list[dict[str, Any]]:
    """Every action in order: kind, subject, outcome (empty while waiting) and findings."""
    rows = await connection.fetch(_ROWS, submission.submission_id)
    sent = submission.state == PRODUCED
    return [
        {
            "row_no": row["row_no"],
            "command_id": command_id(submission.submission_id, row["row_no"]),
            "kind": row["kind"],
            "subject": row["subject"],
            "outcome": row["outcome"] or ("done" if sent and not row["of_a_case"] else ""),
            "findings": json.loads(row["findings"] or "[]"),
        }
        for row in rows
    ]
