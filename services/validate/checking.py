"""One part through the field rules: what goes on as `records`, and which rows are refused."""

from typing import NamedTuple

from claims.events import Claims, Records, RowOutcome, Uploads
from services.validate.uploads import UploadsJudge


class Outcome(NamedTuple):
    """``records`` may hold no rows at all."""

    records: Records
    refused: list[RowOutcome]

    @property
    def goes_on(self) -> bool:
        records = self.records
        return bool(records.claims or records.withdrawals or records.results)


class Checking:
    """The same for a part that counts and for one that is only tried."""

    def __init__(self, judge: UploadsJudge) -> None:
        self._judge = judge

    def check(self, part: Claims | Uploads) -> Outcome:
        if isinstance(part, Uploads):
            judged = self._judge.judge(part)
            return Outcome(_records(part, results=tuple(judged.results)), judged.refused)
        for row in part.rows:
            # Emptied in place: the decoded message is ours alone, and a copy costs 2 us a row.
            row.details.clear()
        return Outcome(_records(part, claims=part.rows, withdrawals=part.withdrawals), [])


def _records(part: Claims | Uploads, **content: object) -> Records:
    fields: dict[str, object] = {"claims": (), "withdrawals": (), "results": ()} | content
    return Records(
        event_id=f"{part.submission_id}/{part.part_no}/records",
        submission_id=part.submission_id,
        part_no=part.part_no,
        part_count=part.part_count,
        facility_id=part.facility_id,
        received_on=part.received_on,
        **fields,  # type: ignore[arg-type]
    )
