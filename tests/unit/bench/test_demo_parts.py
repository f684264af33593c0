"""What the demo counts with: full IDs, percentiles, what was heard before its cause."""

from bench.demo.listening import Heard, count_ids
from bench.demo.summary import percentile
from bench.seen import Seen
from claims.events import Finding, ImportReported, RowOutcome

PERSONS = frozenset({b"A123456789"})


def test_a_full_number_is_found_in_any_bytes_and_a_masked_one_is_not() -> None:
    assert count_ids(b'\x00\xffA123456789","A123456789', PERSONS) == 2
    assert count_ids(b"A1234***** A123456780", PERSONS) == 0


def test_percentiles_of_few_and_of_no_values() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([5], 0.99) == 5
    assert percentile(list(range(100)), 0.5) == 50


def _report(outcome: str) -> ImportReported:
    row = RowOutcome(2, outcome, "S1:2", "", "", 0, (), ())
    return ImportReported("S1/1/match", "S1", 1, 1, "3599010010", "match", (row,))


def test_the_last_word_about_a_row_counts_and_a_second_word_is_counted() -> None:
    seen = Seen()
    for outcome in ("matched", "superseded"):
        seen.take(_report(outcome))
    assert seen.rows["S1", 2].outcome == "superseded"
    assert seen.rows_twice == 0
    seen.take(_report("stored"))
    assert seen.rows_twice == 1


def test_no_finding_is_needed_to_hear_an_outcome() -> None:
    heard = Heard(PERSONS)
    heard.output(_report("matched"), 100, b"S1 A123456789")
    assert heard.full_ids == 1
    assert heard.messages == 1
    assert Finding("X", "error", "", "", "", "").level == "error"
