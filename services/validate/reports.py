"""Refused rows as import-reported: one message a part, more only where one would be too large."""

from collections.abc import Iterator

from claims.events import ImportReported, RowOutcome, Uploads
from claims.row_batches import row_batches

STAGE = "validate"


def reports(part: Uploads, refused: list[RowOutcome]) -> Iterator[ImportReported]:
    """Nothing when no row was refused. The event_id of a second message ends in ``validate/2``."""
    for number, batch in enumerate(row_batches(refused), 1):
        suffix = "" if number == 1 else f"/{number}"
        yield ImportReported(
            event_id=f"{part.submission_id}/{part.part_no}/{STAGE}{suffix}",
            submission_id=part.submission_id,
            part_no=part.part_no,
            part_count=part.part_count,
            facility_id=part.facility_id,
            stage=STAGE,
            rows=tuple(batch),
        )
