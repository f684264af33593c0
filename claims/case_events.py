"""A change of a case as its event, and the views that show it (design section 3).

event_id follows from case id and sequence; what names a person is sealed and bound to it.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from claims.events import Candidate, CaseChanged, Matched, NeedsNote, Unmatched
from claims.masks import mask_person_id
from claims.model import Reason
from claims.periods import iso_text
from claims.programmes import programmes
from claims.settling import Change
from claims.states import EXCEPTIONS, LATE, MATCHED
from claims.verdicts import Verdict

CASE_VIEWS = (CaseChanged, Matched, Unmatched, NeedsNote)


class Publisher(NamedTuple):
    """How a person may leave the house: keyed hash, sealed texts, and the names of the two keys.

    ``seal`` takes the bytes and the event id they are bound to.
    """

    person_key: Callable[[str], str]
    publish_key_id: str
    seal: Callable[[bytes, str], bytes]
    seal_key_id: str


def event_id_of(case_id: str, sequence: int) -> str:
    return blake2b(f"{case_id}|{sequence}".encode(), digest_size=16).hexdigest()


def case_changed(change: Change, facility_id: str, publisher: Publisher) -> CaseChanged:
    """The journal entry of one change; self-contained."""
    claim, head, found = change.claim, change.head, change.verdict
    event_id = event_id_of(claim.claim_id, head.sequence)
    born = claim.subject_birth_date
    if born is None:
        born = claim.birth_date
    return CaseChanged(
        event_id=event_id,
        case_id=claim.claim_id,
        sequence=head.sequence,
        change=change.change,
        occurred_on=change.cause.day,
        caused_by=change.cause.id,
        facility_id=facility_id,
        case_key=claim.case_key,
        programme=claim.programme,
        requirement=claim.requirement,
        order_code=claim.order_code,
        visit_date=claim.visit_date,
        fee_month=claim.fee_month,
        points=claim.points,
        lab_facility_id=claim.lab_facility_id,
        person_masked=mask_person_id(claim.person_id),
        person_key=publisher.person_key(claim.person_id),
        publish_key_id=publisher.publish_key_id,
        person_sealed=publisher.seal(claim.person_id.encode(), event_id),
        birth_date_sealed=(
            b"" if born is None else publisher.seal(iso_text(born).encode(), event_id)
        ),
        seal_key_id=publisher.seal_key_id,
        previous_state=change.previous_state,
        state=head.state,
        system_status=found.system_status,
        is_late=head.is_late,
        completed_on=head.completed_on,
        result_sign=_sign(change),
        reasons=head.reasons,  # type: ignore[arg-type]  # the same fields, kept without their names
        hints=change.hints,  # type: ignore[arg-type]
        nearest=_nearest(change),
        shortest_fix=(),
        allowed_actions=(),
        due_on=found.due_on,
        round_id="",
        rule_version=programmes().version,
        evidence=(claim.record_id, *_looked_at(found)),
    )


def _looked_at(found: Verdict) -> tuple[str, ...]:
    if found.result is not None:
        return (found.result.record_id,)
    return tuple(near.result.record_id for near in found.nearest)


def _sign(change: Change) -> str:
    """陰性 0 or 陽性 1 of an oral result that has the key."""
    row = change.verdict.result
    if row is None or change.claim.programme != "oral":
        return ""
    return row.values.get("result_sign", "")


def _nearest(change: Change) -> tuple[Candidate, ...]:
    """A result with the key that fails stands alone; else the near misses."""
    found = change.verdict
    if found.state == MATCHED:
        return ()
    if found.result is not None:
        fields = dict.fromkeys(_fields(found.reasons))
        return (Candidate(found.result.result_id, found.result.version, tuple(fields)),)
    return tuple(
        Candidate(near.result.result_id, near.result.version, near.differs)
        for near in found.nearest
    )


def _fields(reasons: tuple[Reason, ...]) -> list[str]:
    return [field for reason in reasons for field in reason.field.split(",") if field]


def views_of(change: Change) -> tuple[type[CaseChanged], ...]:
    """The records under which one body is published; the journal first.

    A waiting case is never in a view: nothing is wrong before its deadline.
    """
    before, after = change.previous_state, change.head.state
    views: tuple[type[CaseChanged], ...] = (CaseChanged,)
    if (before == MATCHED) != (after == MATCHED):
        views += (Matched,)
    if before in EXCEPTIONS or after in EXCEPTIONS:
        views += (Unmatched,)
    if after == LATE and _sign(change) == "1":
        views += (NeedsNote,)
    return views
