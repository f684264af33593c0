"""What the HTTP interface answers, for OpenAPI."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class FindingOut(BaseModel):
    code: str = Field(description="Reason or warning code; never renamed.")
    level: str = Field(description="error or warning")
    column: str = Field(description="Column name; empty when about the whole row or file.")
    found: str = Field(description="What was found, masked.")
    expected: str
    hint: str = Field(description="What to do, in zh-Hant.")


class RowsOut(BaseModel):
    sent: int = Field(description="Rows (or commands) that went on to be validated and matched.")
    accepted: int
    accepted_with_warning: int
    refused: int
    waiting: int = Field(description="Rows without an outcome yet.")


class SubmissionOut(BaseModel):
    submission_id: str
    facility_id: str
    file_name: str
    kind: str = Field(
        description="claim-xml, results, extract, command or action; empty until read."
    )
    programme: str
    map_version: str
    sha256: str
    bytes: int
    received_on: str = Field(description="Day in Taipei that deadlines are compared with.")
    received_at: str
    status: Literal["waiting", "running", "finished", "refused"]
    status_text: str = Field(description="等待中, 處理中, 已完成 or 退件")
    refused_code: str = Field(description="Why the whole file was refused; empty otherwise.")
    counts: dict[str, Any] = Field(description="What the reader counted: cases, lines, rows.")
    parts: int
    rows: RowsOut
    duplicate: bool = Field(False, description="The same bytes had been received before.")
    findings: list[FindingOut] = Field([], description="F_DUPLICATE for a duplicate.")
    receipt: dict[str, Any] | None = Field(
        None, description="Signed once everything was produced: {receipt, key_id, signature}."
    )


class FileLineOut(FindingOut):
    line_no: int
    case_position: int | None = Field(description="Which case of the file, from 1.")
    byte_offset: int | None
    person_masked: str
    refused: bool = Field(description="True: this case was refused.")


class RowOut(BaseModel):
    row_no: int = Field(description="Row number that the uploader sees.")
    person_masked: str = Field(description="First five characters of the ID, then stars.")
    verdict: Literal["accepted", "warning", "refused", "waiting"]
    outcome: str = Field(
        description="matched, stored, unchanged, superseded, done or refused; empty while waiting."
    )
    command_id: str
    result_id: str
    version: int
    case_ids: list[str]
    findings: list[FindingOut]


class ReportOut(BaseModel):
    submission: SubmissionOut
    file_lines: list[FileLineOut] = Field(
        description="About the file and its refused cases; the first page holds up to `limit`."
    )
    rows: list[RowOut]
    next_after: int | None = Field(
        description="Pass as `after` for the next page; null at the end."
    )
    next_line_after: int | None = Field(description="The same for file_lines, as `line_after`.")
    rows_by_facility: dict[str, int] = Field(description="Of an extract; empty otherwise.")


class CommandOut(BaseModel):
    command_id: str
    row_no: int


class CommandsOut(BaseModel):
    submission: SubmissionOut
    commands: list[CommandOut]


class ActionOut(BaseModel):
    row_no: int
    command_id: str
    kind: str
    subject: str = Field(description="Round, facility or case; IDs of persons masked.")
    outcome: str = Field(description="done or refused; empty while waiting.")
    findings: list[FindingOut] = Field(description="Why it was refused.")


class ActionsOut(BaseModel):
    submission: SubmissionOut
    held: bool = Field(description="It waits for a second person and has not happened yet.")
    asked_by: str = Field(description="Id of the key that asked.")
    confirmed_by: str = Field(description="Id of the key that confirmed; empty for single ones.")
    actions: list[ActionOut]


class CaseOut(BaseModel):
    case_id: str
    person_masked: str
    programme: str
    order_code: str
    visit_date: str | None
    state: str = Field(description="State it would have; matched, or why not below.")
    due_on: str | None
    reasons: list[str] = Field(description="Codes of what would still be wrong.")
    shortest_fix: list[str] = Field(description="Steps that were tried and do match.")


class PrecheckOut(BaseModel):
    facility_id: str
    kind: str = Field(description="claim-xml or results.")
    programme: str
    map_version: str
    received_on: str = Field(description="The day it would be received on.")
    counts: RowsOut
    file_lines: list[FileLineOut] = Field(description="About the file and its refused cases.")
    rows: list[RowOut] = Field(description="What would become of every row.")
    cases: list[CaseOut] = Field(
        description="Cases of the persons named: those that would match, and those still missing."
    )


class ProblemOut(BaseModel):
    type: str
    title: str
    status: int
    code: str = Field(description="For programs; never renamed.")
    detail: str = Field(description="For people, in zh-Hant.")
    submission: SubmissionOut | None = Field(None, description="Only of a file that was refused.")
    findings: list[FileLineOut] = Field([], description="Only of a refused file: why.")
    row_no: int | None = Field(None, description="Only of a refused list of actions: which one.")
