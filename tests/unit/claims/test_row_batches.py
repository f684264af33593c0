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


def _of_700(number: int, more: str = "") -> RowOutcome:
    """A row counts 200 bytes and its case ids, a finding 40, its code, its column, and three bytes
    for each character of its texts: here 700 in all."""
    finding = Finding("C" * 10, "error", "c" * 10, "x" * 46, "y" * 50, "z" * 50)
    return RowOutcome(number, "refused", "", "", "", 0, ("a", f"b{more}"), (finding,))


def test_a_batch_is_full_when_one_more_row_would_pass_the_limit() -> None:
    rows = [_of_700(number) for number in range(2500)]
    assert [len(batch) for batch in row_batches(rows)] == [1000, 1000, 500]
    assert [len(batch) for batch in row_batches(rows[:1000])] == [1000]


def test_one_byte_more_is_too_much() -> None:
    rows = [_of_700(0, "+"), *(_of_700(number) for number in range(1, 1000))]
    assert [len(batch) for batch in row_batches(rows)] == [999, 1]
