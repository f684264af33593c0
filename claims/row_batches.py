"""Row outcomes in batches that fit a message: a broker takes 1 MiB, and every cell may be wrong."""

from collections.abc import Iterable, Iterator

from claims.events import Finding, RowOutcome

MOST_BYTES = 700_000
_ROW_BYTES, _FINDING_BYTES = 200, 40


def row_batches(rows: Iterable[RowOutcome]) -> Iterator[list[RowOutcome]]:
    """The rows in their order, cut where one more would pass MOST_BYTES; nothing for no rows."""
    batch: list[RowOutcome] = []
    size = 0
    for row in rows:
        row_size = _ROW_BYTES + sum(map(_size, row.findings)) + sum(map(len, row.case_ids))
        if batch and size + row_size > MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += row_size
    if batch:
        yield batch


def _size(finding: Finding) -> int:
    """At most this many bytes; a character has up to three in UTF-8 here."""
    texts = (finding.found, finding.expected, finding.hint)
    return _FINDING_BYTES + len(finding.code) + len(finding.column) + 3 * sum(map(len, texts))
