"""Refused rows as import-reported: one message a part, more only where one would be too large."""

from collections.abc import Iterator

from claims.events import Finding, ImportReported, RowOutcome, Uploads

STAGE = "validate"
# A broker takes 1 MiB. Every cell of 500 rows may be wrong, and a finding has about 250 bytes.
MOST_BYTES = 700_000
_ROW_BYTES, _FINDING_BYTES = 100, 40


def reports(part: Uploads, refused: list[RowOutcome]) -> Iterator[ImportReported]:
    """Nothing when no row was refused. The event_id of a second message ends in ``validate/2``."""
    batch: list[RowOutcome] = []
    size = number = 0
    for row in refused:
        row_size = _ROW_BYTES + sum(map(_size, row.findings))
        if batch and size + row_size > MOST_BYTES:
            number += 1
            yield _report(part, number, batch)
            batch, size = [], 0
        batch.append(row)
        size += row_size
    if batch:
        yield _report(part, number + 1, batch)


def _size(finding: Finding) -> int:
    """At most this many bytes; a character has up to three in UTF-8 here."""
    texts = (finding.found, finding.expected, finding.hint)
    return _FINDING_BYTES + len(finding.code) + len(finding.column) + 3 * sum(map(len, texts))


def _report(part: Uploads, number: int, rows: list[RowOutcome]) -> ImportReported:
    suffix = "" if number == 1 else f"/{number}"
    return ImportReported(
        event_id=f"{part.submission_id}/{part.part_no}/{STAGE}{suffix}",
        submission_id=part.submission_id,
        part_no=part.part_no,
        part_count=part.part_count,
        facility_id=part.facility_id,
        stage=STAGE,
        rows=tuple(rows),
    )
