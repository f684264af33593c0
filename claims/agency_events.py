"""What the agency does, as facts on the wire (topic actions, and on through records)."""

from claims.events import Wire


class RoundOpened(Wire, frozen=True, gc=False):
    """補正期: a correction round opened; written to every partition."""

    event_id: str
    round_id: str
    programme: str
    service_from: int
    service_to: int
    pickup_from: int
    pickup_to: int
    correction_deadline: int
    paper_deadline: int | None
    opened_on: int


class RoundClosed(Wire, frozen=True, gc=False):
    """A round ended before its deadline, by the agency; written to every partition."""

    event_id: str
    round_id: str
    closed_on: int


class RulesChanged(Wire, frozen=True, gc=False):
    """New rule tables are in force: open cases are judged again, matches stay.

    Written to every partition.
    """

    event_id: str
    rule_version: str
    changed_on: int


class PersonAliased(Wire, frozen=True, gc=False):
    """新舊身分證號: two numbers are one person's, or no longer; written to every partition."""

    event_id: str
    received_on: int
    old_id: str
    new_id: str
    taken_back: bool


class FacilityRenamed(Wire, frozen=True, gc=False):
    """變更醫事機構代碼: a facility goes on under another code; written to every partition."""

    event_id: str
    received_on: int
    old_code: str
    new_code: str
    valid_from: int
    entered: bool


class FacilityClosed(Wire, frozen=True, gc=False):
    """停歇業: a facility is closed, or open again."""

    event_id: str
    received_on: int
    facility_id: str
    closed_on: int | None


class CaseAction(Wire, frozen=True, gc=False):
    """One action on one case."""

    row_no: int
    command_id: str
    kind: str
    case_id: str
    code: str
    text: str
    on: int | None


class Actions(Wire, frozen=True, gc=False):
    """What the agency decided about cases of one facility, in order."""

    event_id: str
    submission_id: str
    part_no: int
    part_count: int
    facility_id: str
    received_on: int
    actor: str
    items: tuple[CaseAction, ...]
