"""追扣 on the wire, and the facts that match and `elsewhere` tell each other."""

from claims.events import Reason, Wire


class BookMoved(Wire, frozen=True, gc=False):
    """Internal: books of a renamed facility on their way to the partition of its new code."""

    event_id: str
    facility_id: str
    from_facility_id: str
    received_on: int
    part_no: int
    last: bool
    seen: int
    books: tuple[bytes, ...]


class HintFound(Wire, frozen=True, gc=False):
    """What `elsewhere` found about a case at another facility, or takes back."""

    event_id: str
    facility_id: str
    found_on: int
    case_id: str
    person_key: str
    code: str
    field: str
    expected: str
    found: str
    evidence: str
    taken_back: bool


class Loose(Wire, frozen=True, gc=False):
    """Internal: a claim or result still alone when its deadline passes or a list opens, or no more.

    For `elsewhere`.
    """

    event_id: str
    person_key: str
    kind: str
    gone: bool
    facility_id: str
    item_id: str
    programme: str
    requirement: str
    order_code: str
    key_date: int
    second_date: int | None
    birth_key: str
    happened_on: int


class Step(Wire, frozen=True, gc=False):
    """One step that led here."""

    sequence: int
    occurred_on: int
    change: str
    state: str
    reasons: tuple[Reason, ...]


class Clawback(Wire, frozen=True, gc=False):
    """追扣: a recovery is proposed, ordered, the fee is refused,
    or any of these is taken back. Self-contained."""

    event_id: str
    order_id: str
    phase: str
    reverses: str
    case_id: str
    sequence: int
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
    person_masked: str
    person_key: str
    publish_key_id: str
    person_sealed: bytes
    seal_key_id: str
    state: str
    round_id: str
    reasons: tuple[Reason, ...]
    chain: tuple[Step, ...]
    remark_sealed: bytes
    rule_version: str
    evidence: tuple[str, ...]
