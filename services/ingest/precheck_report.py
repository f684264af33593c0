"""The answer to a pre-check as HTTP and `precheck --json` show it: masked, row by row."""

from typing import Any

from claims.periods import iso_text
from claims.precheck_events import CaseStanding
from services.ingest.http_models import CaseOut, FileLineOut, PrecheckOut, RowsOut
from services.ingest.parts import FileLine
from services.ingest.precheck import PREFIX, Checked, Row


def shown(facility_id: str, checked: Checked) -> PrecheckOut:
    """As it is answered."""
    verdicts = [row.verdict for row in checked.rows]
    return PrecheckOut.model_validate(
        {
            "facility_id": facility_id,
            "kind": checked.read.kind,
            "programme": checked.read.programme,
            "map_version": checked.read.map_version,
            "received_on": iso_text(checked.received_on),
            "counts": RowsOut(
                sent=len(verdicts),
                accepted=verdicts.count("accepted"),
                accepted_with_warning=verdicts.count("warning"),
                refused=verdicts.count("refused"),
                waiting=verdicts.count("waiting"),
            ),
            "file_lines": file_lines(checked),
            "rows": [_row(row) for row in checked.rows],
            "cases": [_case(case) for case in checked.cases],
        },
        from_attributes=True,
    )


def _row(row: Row) -> dict[str, Any]:
    outcome = row.outcome
    # A result that would be new has no id yet.
    known = outcome is not None and not outcome.result_id.startswith(PREFIX)
    return {
        "row_no": row.row_no,
        "person_masked": row.person_masked,
        "verdict": row.verdict,
        "outcome": outcome.outcome if outcome else "",
        "command_id": "",
        "result_id": outcome.result_id if outcome and known else "",
        "version": outcome.version if outcome and known else 0,
        "case_ids": list(outcome.case_ids) if outcome else [],
        "findings": row.findings,
    }


def _case(case: CaseStanding) -> CaseOut:
    return CaseOut(
        case_id=case.case_id,
        person_masked=case.person_masked,
        programme=case.programme,
        order_code=case.order_code,
        visit_date=None if case.visit_date is None else iso_text(case.visit_date),
        state=case.state,
        due_on=None if case.due_on is None else iso_text(case.due_on),
        reasons=list(case.reasons),
        shortest_fix=list(case.shortest_fix),
    )


def file_lines(checked: Checked) -> list[FileLineOut]:
    """About the file and its refused cases, as the report of a submission has them."""
    named = [line for line in checked.read.lines if line.row_no is None]
    return [_file_line(number, line) for number, line in enumerate(named, start=1)]


def _file_line(number: int, line: FileLine) -> FileLineOut:
    finding = line.finding
    return FileLineOut(
        line_no=number,
        case_position=line.case_position,
        byte_offset=line.byte_offset,
        person_masked=line.person_masked,
        refused=line.refused,
        code=finding.code,
        level=finding.level,
        column=finding.column,
        found=finding.found,
        expected=finding.expected,
        hint=finding.hint,
    )
