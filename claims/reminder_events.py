"""What became of a notice, on the wire (topic `reminders`)."""

from claims.events import Wire


class Reminders(Wire, frozen=True, gc=False):
    """One fact about one notice: planned, sent, cancelled, failed or parked."""

    event_id: str
    fact: str
    notice_id: str
    kind: str
    audience: str
    facility_id: str
    programme: str
    round_id: str
    due_on: int | None
    count: int
    day: int
    channel: str
    delivery_id: str
    reason: str
    at_ms: int
