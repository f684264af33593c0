"""Reports of the worst parts still fit a message."""

from claims.events import Finding, RowOutcome
from claims.row_batches import MOST_BYTES, row_batches


def _row(number: int, findings: int) -> RowOutcome:
    finding = Finding("VALUE_NOT_ALLOWED", "error", "column", "x" * 50, "y" * 50, "說明" * 20)
    return RowOutcome(number, "refused", "", "", "", 0, (), (finding,) * findings)


def test_few_findings_stay_in_one_report() -> None:
    rows = [_row(number, 1) for number in range(500)]
    assert [len(batch) for batch in row_batches(rows)] == [500]


def test_the_worst_part_is_cut_and_keeps_every_row_in_order() -> None:
    rows = [_row(number, 60) for number in range(500)]
    batches = list(row_batches(rows))
    assert len(batches) > 1
    assert [row.row_no for batch in batches for row in batch] == list(range(500))
    texts = [
        sum(len((f.found + f.expected + f.hint).encode()) for row in batch for f in row.findings)
        for batch in batches
    ]
    assert max(texts) < MOST_BYTES


def test_no_rows_make_no_batch() -> None:
    assert list(row_batches([])) == []
