"""預檢 on the wire: what would become of these rows? Nothing of it is ever written to a book."""

from claims.events import RowOutcome, Wire


class PrecheckAsked(Wire, frozen=True, gc=False):
    """預檢: somebody wants to know what would become of these rows; nothing is to be written."""

    event_id: str
    request_id: str
    part_no: int
    part_count: int
    facility_id: str
    message: bytes


class PrecheckChecked(Wire, frozen=True, gc=False):
    """Internal: the same after the field rules, on its way to match."""

    event_id: str
    request_id: str
    part_no: int
    part_count: int
    facility_id: str
    message: bytes


class CaseStanding(Wire, frozen=True, gc=False):
    """Where a case of a person named in the rows would stand."""

    case_id: str
    person_masked: str
    programme: str
    order_code: str
    visit_date: int | None
    state: str
    due_on: int | None
    reasons: tuple[str, ...]
    shortest_fix: tuple[str, ...]


class PrecheckAnswered(Wire, frozen=True, gc=False):
    """預檢: what would become of the rows of one part. Nothing was written."""

    event_id: str
    request_id: str
    part_no: int
    part_count: int
    facility_id: str
    stage: str
    rows: tuple[RowOutcome, ...]
    cases: tuple[CaseStanding, ...]
