"""The facts that cross the wire: a class per record of schemas/avro, same fields, same order.

Days are plain ints, days since 1970-01-01 (see periods.py); a fee month is AD year * 100 + month.
A class prints its name and its harmless ids only: personal fields cannot slip into a log line.
"""

from typing import ClassVar

from claims.discreet import Discreet


class Wire(Discreet, frozen=True, gc=False):
    """Base of everything on the wire. Its text never shows a personal field."""

    SHOWN: ClassVar[frozenset[str]] = frozenset(
        {
            *("event_id", "submission_id", "part_no", "part_count", "facility_id", "day"),
            *("case_id", "claim_id", "record_id", "result_id", "row_no", "sequence"),
            *("change", "state", "outcome", "code", "column"),
        }
    )


class ClaimLine(Wire, frozen=True, gc=False):
    """申報紀錄: one claimed preventive-care order line."""

    row_no: int
    claim_id: str
    case_key: str
    person_id: str
    birth_date: int | None
    subject_birth_date: int | None
    is_newborn: bool
    newborn_mark: str
    visit_date: int | None
    fee_month: int
    appl_type: str
    appl_date: int
    case_type: str
    card_serial: str
    order_code: str
    programme: str
    requirement: str
    tooth: str
    points: str
    priced: bool
    service_facility_id: str
    lab_facility_id: str
    warnings: tuple[str, ...]
    details: dict[str, str]


class ClaimWithdrawal(Wire, frozen=True, gc=False):
    """A clinic takes one claim back (撤回申報)."""

    row_no: int
    command_id: str
    claim_id: str


class Claims(Wire, frozen=True, gc=False):
    """Claim lines, or withdrawals, of one facility reached us."""

    event_id: str
    submission_id: str
    part_no: int
    part_count: int
    facility_id: str
    received_on: int
    source: str
    rows: tuple[ClaimLine, ...]
    withdrawals: tuple[ClaimWithdrawal, ...]


class UploadItem(Wire, frozen=True, gc=False):
    """One row of a result file, or one command about an uploaded result."""

    row_no: int
    action: str
    command_id: str
    target_id: str
    seen_version: int
    problem: str
    cells: tuple[str, ...]
    form_no: str = ""


class Uploads(Wire, frozen=True, gc=False):
    """Result rows, or commands about results, of one facility reached us."""

    event_id: str
    submission_id: str
    part_no: int
    part_count: int
    facility_id: str
    received_on: int
    programme: str
    map_version: str
    owner_codes: tuple[str, ...]
    columns: tuple[str, ...]
    styles: tuple[str, ...]
    items: tuple[UploadItem, ...]


class DayClosed(Wire, frozen=True, gc=False):
    """A business day is over: every submission received on it has been produced before this."""

    event_id: str
    day: int


class BookReleased(Wire, frozen=True, gc=False):
    """The agency lets a quarantined book go on."""

    event_id: str
    book: str


class ResultItem(Wire, frozen=True, gc=False):
    """A validated result row or command, reduced to what the rules read."""

    row_no: int
    record_id: str
    action: str
    command_id: str
    target_id: str
    seen_version: int
    programme: str
    person_id: str
    birth_date: int | None
    visit_date: int | None
    stage2_date: int | None
    order_code: str
    newborn_mark: str
    values: dict[str, str]
    filled: tuple[str, ...]
    missing: tuple[str, ...]
    content_hash: str
    sealed_row: bytes
    seal_key_id: str
    warnings: tuple[str, ...]
    form_no: str = ""


class Records(Wire, frozen=True, gc=False):
    """Validated facts and commands of one part: THE ordered log of a partition."""

    event_id: str
    submission_id: str
    part_no: int
    part_count: int
    facility_id: str
    received_on: int
    claims: tuple[ClaimLine, ...]
    withdrawals: tuple[ClaimWithdrawal, ...]
    results: tuple[ResultItem, ...]


class Finding(Wire, frozen=True, gc=False):
    """One thing to say about a row: what, where, found and expected."""

    code: str
    level: str
    column: str
    found: str
    expected: str
    hint: str


class RowOutcome(Wire, frozen=True, gc=False):
    """What became of one row or command."""

    row_no: int
    outcome: str
    record_id: str
    command_id: str
    result_id: str
    version: int
    case_ids: tuple[str, ...]
    findings: tuple[Finding, ...]


class ImportReported(Wire, frozen=True, gc=False):
    """Outcomes of the rows of one part, from validate (refused) or match (routed)."""

    event_id: str
    submission_id: str
    part_no: int
    part_count: int
    facility_id: str
    stage: str
    rows: tuple[RowOutcome, ...]


class ResultStored(Wire, frozen=True, gc=False):
    """A result row was accepted, replaced or removed."""

    event_id: str
    action: str
    facility_id: str
    programme: str
    result_id: str
    version: int
    record_id: str
    submission_id: str
    row_no: int
    received_on: int
    visit_date: int | None
    stage2_date: int | None
    order_code: str
    person_masked: str
    person_key: str
    publish_key_id: str
    content_hash: str
    sealed_row: bytes
    seal_key_id: str
    warnings: tuple[str, ...]


class Reason(Wire, frozen=True, gc=False):
    """Why a case has no match, or a hint; shown only when data prove it."""

    code: str
    field: str
    expected: str
    found: str


class Candidate(Wire, frozen=True, gc=False):
    """The nearest result, and what differs."""

    result_id: str
    version: int
    differs: tuple[str, ...]
    facility_id: str = ""
    person_masked: str = ""
    reasons: tuple[Reason, ...] = ()


class FixStep(Wire, frozen=True, gc=False):
    """One step of a fix that was tried; ``value`` is empty when only the clinic knows it."""

    action: str
    target_id: str
    version: int
    field: str
    value: str


class CaseChanged(Wire, frozen=True, gc=False):
    """One step in the life of a case: the whole journal."""

    event_id: str
    case_id: str
    sequence: int
    change: str
    occurred_on: int
    caused_by: str
    facility_id: str
    case_key: str
    programme: str
    requirement: str
    order_code: str
    visit_date: int | None
    fee_month: int
    points: str
    lab_facility_id: str
    person_masked: str
    person_key: str
    publish_key_id: str
    person_sealed: bytes
    birth_date_sealed: bytes
    seal_key_id: str
    previous_state: str
    state: str
    system_status: int
    is_late: bool
    completed_on: int | None
    result_sign: str
    reasons: tuple[Reason, ...]
    hints: tuple[Reason, ...]
    nearest: tuple[Candidate, ...]
    shortest_fix: tuple[str, ...]
    allowed_actions: tuple[str, ...]
    due_on: int | None
    round_id: str
    rule_version: str
    evidence: tuple[str, ...]
    fix: tuple[FixStep, ...] = ()
    note_on: int | None = None
    note_sealed: bytes = b""
    form_required: bool = False
    form_received_on: int | None = None
    paper_due_on: int | None = None
    order_id: str = ""
    remark_sealed: bytes = b""


class Matched(CaseChanged, frozen=True, gc=False):
    """Entry of case-changed: a case became matched, or a match was retracted."""


class Unmatched(CaseChanged, frozen=True, gc=False):
    """Entry of case-changed: a case became an exception, changed as one, or stopped."""


class NeedsNote(CaseChanged, frozen=True, gc=False):
    """Entry of case-changed: an oral positive with errors that only a note can help."""


class SweepFinished(Wire, frozen=True, gc=False):
    """A milestone has been applied to every book of one partition."""

    event_id: str
    milestone: int
    day: int
    partition: int
    books_examined: int
    cases_changed: int
    cause: str = ""
