"""One answer a part, however much it would have to say."""

from claims.events import Finding, RowOutcome
from claims.precheck_answers import MOST_FINDINGS, answered
from claims.precheck_events import CaseStanding, PrecheckAnswered, PrecheckChecked

PART = PrecheckChecked("E", "Q", 3, 7, "3501200000", b"")
WORDS = "y" * 150


def a_row(number: int, findings: int) -> RowOutcome:
    finding = Finding("VALUE_NOT_ALLOWED", "error", "column", WORDS, WORDS, WORDS)
    return RowOutcome(number, "refused", "", "", "", 0, (), (finding,) * findings)


def a_case(name: str, fix: tuple[str, ...] = (), reasons: tuple[str, ...] = ()) -> CaseStanding:
    return CaseStanding(name, "A1234*****", "oral", "95", 1, "pending", 2, reasons, fix)


def test_an_answer_names_its_part_and_its_stage() -> None:
    row, case = a_row(1, 1), a_case("A")
    assert answered(PART, "match", [row], [case]) == PrecheckAnswered(
        event_id="Q/3/precheck/match",
        request_id="Q",
        part_no=3,
        part_count=7,
        facility_id="3501200000",
        stage="match",
        rows=(row,),
        cases=(case,),
    )


def test_rows_that_fit_keep_every_finding() -> None:
    (row,) = answered(PART, "validate", [a_row(1, 2 * MOST_FINDINGS)]).rows
    assert len(row.findings) == 2 * MOST_FINDINGS


def test_rows_that_do_not_fit_lose_findings_and_no_row() -> None:
    rows = answered(PART, "validate", [a_row(number, 60) for number in range(100)]).rows
    assert [row.row_no for row in rows] == list(range(100))
    # 100 rows of n findings of 1,400 bytes at most stay below 700,000 for n = 4.
    assert {len(row.findings) for row in rows} == {4}


def test_the_first_64_findings_of_a_row_are_kept_where_they_fit() -> None:
    finding = Finding("VALUE_NOT_ALLOWED", "error", "column", "x" * 113, "y" * 113, "z" * 113)
    row = RowOutcome(1, "refused", "", "", "", 0, (), (finding,) * 100)
    rows = answered(PART, "validate", [row] * 10).rows  # 1,080 bytes a finding
    assert [len(row.findings) for row in rows] == [64] * 10


def test_one_byte_more_of_a_case_is_too_much() -> None:
    """And so is every case after it, however small."""
    cases = [*(a_case("A" * 920) for _ in range(249)), a_case("A" * 921), a_case("B")]
    assert len(answered(PART, "match", [], cases).cases) == 249


def test_as_many_cases_as_fit() -> None:
    cases = [a_case("A" * 920, reasons=()) for _ in range(251)]
    assert len(answered(PART, "match", [], cases).cases) == 250
    sentences = [a_case("A" * 20, ("句" * 200, "字" * 100)) for _ in range(251)]
    assert len(answered(PART, "match", [], sentences).cases) == 250
    reasons = [a_case("A" * 20, reasons=("N" * 900,)) for _ in range(251)]
    assert len(answered(PART, "match", [], reasons).cases) == 250
