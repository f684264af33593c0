"""A change of a case as its events: the journal, the views that show it, the recovery (design
section 3).

event_id follows from case id and sequence; what names a person is sealed and bound to it.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from claims.dated import rules_version
from claims.events import Candidate, CaseChanged, Matched, NeedsNote, Unmatched
from claims.events import FixStep as WireStep
from claims.events import Reason as WireReason
from claims.fix_words import fix_in_words
from claims.fixes import Fix, shortest_fix
from claims.legal_actions import (
    LOCKED,
    NEAR,
    NEGATIVE,
    OTHER,
    POSITIVE,
    ROUND_OVER,
    allowed_actions,
)
from claims.masks import mask_person_id
from claims.matching import Near
from claims.model import PLAIN, Claim, Reason, Result
from claims.periods import iso_text
from claims.recovery import PURSUED, Phase, phase_of
from claims.recovery_events import Clawback
from claims.recovery_events import Step as WireChainStep
from claims.settling import Change
from claims.states import EXCEPTIONS, LATE, MATCHED, NOTED, OPEN_ERROR
from claims.verdicts import FORM_REQUIRED, Verdict

CASE_VIEWS = (CaseChanged, Matched, Unmatched, NeedsNote)
CASE_KINDS = (*CASE_VIEWS, Clawback)
WANTS_NOTE = frozenset({LATE, OPEN_ERROR, NOTED})
LOCKED_FIELDS = frozenset({"person_id", "birth_date", "stage1_date"})


class Publisher(NamedTuple):
    """How a person may leave the house: keyed hash, sealed texts, and the names of the two keys.

    ``seal`` takes the bytes and the event id they are bound to.
    """

    person_key: Callable[[str], str]
    publish_key_id: str
    seal: Callable[[bytes, str], bytes]
    seal_key_id: str

    def sealed_text(self, text: str, bound_to: str) -> bytes:
        return self.seal(text.encode(), bound_to) if text else b""


def event_id_of(case_id: str, sequence: int) -> str:
    return blake2b(f"{case_id}|{sequence}".encode(), digest_size=16).hexdigest()


def case_changed(change: Change, facility_id: str, publisher: Publisher) -> CaseChanged:
    """The journal entry of one change; self-contained."""
    claim, head, found = change.claim, change.head, change.verdict
    event_id = event_id_of(claim.claim_id, head.sequence)
    done = head.standing or PLAIN
    listing, note = done.listing, done.note
    steps = shortest_fix(change)
    form_required = FORM_REQUIRED in found.reasons
    # By position, in the order of the schema: by name it costs four times as much.
    return CaseChanged(
        event_id,
        claim.claim_id,
        head.sequence,
        change.change,
        change.cause.day,
        change.cause.id,
        facility_id,
        claim.case_key,
        claim.programme,
        claim.requirement,
        claim.order_code,
        claim.visit_date,
        claim.fee_month,
        claim.points,
        claim.lab_facility_id,
        mask_person_id(claim.person_id),
        publisher.person_key(claim.person_id),
        publisher.publish_key_id,
        publisher.seal(claim.person_id.encode(), event_id),
        _sealed_birth(claim, event_id, publisher),
        publisher.seal_key_id,
        change.previous_state,
        head.state,
        found.system_status,
        head.is_late,
        head.completed_on,
        found.sign,
        _wire(head.reasons),
        _wire(change.hints),
        _nearest(claim, found),
        tuple(fix_in_words(step, claim) for step in steps),
        allowed_actions(claim.programme, head.state, _situations(change), form_required),
        found.due_on,
        "" if listing is None else listing.round_id,
        rules_version(),
        (claim.record_id, *_looked_at(found), *_found_elsewhere(change)),
        _wire_steps(steps) if steps else (),
        None if note is None else note.filed_on,
        b"" if note is None else publisher.sealed_text(note.text, event_id),
        form_required,
        done.form_received_on,
        None if listing is None else listing.paper_on,
        (done.order_id if head.state in PURSUED or change.previous_state in PURSUED else ""),
        publisher.sealed_text(done.remark, event_id),
    )


def _sealed_birth(claim: Claim, event_id: str, publisher: Publisher) -> bytes:
    """Of the person served; of the card's holder when only that is known."""
    born = claim.subject_birth_date
    if born is None:
        born = claim.birth_date
    return b"" if born is None else publisher.seal(iso_text(born).encode(), event_id)


@lru_cache(maxsize=4096)
def _wire_steps(steps: Fix) -> tuple[WireStep, ...]:
    return tuple(WireStep(*step) for step in steps)


def _wire(reasons: tuple[Reason, ...]) -> tuple[WireReason, ...]:
    return reasons  # type: ignore[return-value]  # the same fields, kept without their names


def _looked_at(found: Verdict) -> tuple[str, ...]:
    if found.result is not None:
        return (found.result.record_id,)
    return tuple(near.result.record_id for near in found.nearest)


def _found_elsewhere(change: Change) -> tuple[str, ...]:
    """What proves the reasons and hints that come from other facilities."""
    book = change.book
    if book is None or not book.elsewhere:
        return ()
    codes = {reason.code for reason in (*change.head.reasons, *change.hints)}
    return tuple(
        hint.evidence
        for hint in book.elsewhere
        if hint.claim_id == change.claim.claim_id and hint.code in codes
    )


def _nearest(claim: Claim, found: Verdict) -> tuple[Candidate, ...]:
    """A result with the key that fails stands alone; else the near misses."""
    if found.state == MATCHED:
        return ()
    if found.result is not None:
        row = found.result
        return (
            _candidate(claim, row, tuple(dict.fromkeys(_fields(found.reasons))), found.reasons),
        )
    return tuple(
        _candidate(claim, near.result, near.differs, near.reasons) for near in found.nearest
    )


def _candidate(
    claim: Claim, row: Result, differs: tuple[str, ...], reasons: tuple[Reason, ...]
) -> Candidate:
    other = row.person_id != claim.person_id
    masked = mask_person_id(row.person_id) if other else ""
    return Candidate(row.result_id, row.version, differs, "", masked, _wire(reasons))


def _fields(reasons: tuple[Reason, ...]) -> list[str]:
    return [field for reason in reasons for field in reason.field.split(",") if field]


def _situations(change: Change) -> tuple[str, ...]:
    """What the legal-actions table asks about a case."""
    claim, found, head = change.claim, change.verdict, change.head
    listing = head.standing.listing if head.standing is not None else None
    if listing is not None and listing.ended_on is not None:
        return (ROUND_OVER,)
    if found.state == MATCHED:
        return ()
    if found.result is None:
        return (NEAR,) if _own_near(claim, found.nearest) else ()
    if claim.programme == "oral":
        return (POSITIVE,) if found.sign == "1" else (NEGATIVE,)
    return (OTHER,) if LOCKED_FIELDS.isdisjoint(_fields(found.reasons)) else (LOCKED, OTHER)


def _own_near(claim: Claim, nearest: tuple[Near, ...]) -> bool:
    return any(near.result.person_id == claim.person_id for near in nearest)


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
    if change.claim.programme == "oral" and _concerns_a_note(change):
        views += (NeedsNote,)
    return views


def _concerns_a_note(change: Change) -> bool:
    """An oral positive with errors that only a note (or the agency) can help, or one that was."""
    if change.head.state in WANTS_NOTE and change.head.sign == "1":
        return True
    return change.previous_state in WANTS_NOTE and change.before.sign == "1"


def clawback(change: Change, facility_id: str, publisher: Publisher) -> Clawback | None:
    """The recovery entry of one change (追扣); None when it concerns no recovery."""
    phase = phase_of(change.previous_state, change.head, change.change)
    return None if phase is None else _clawback(change, phase, facility_id, publisher)


def _clawback(change: Change, phase: Phase, facility_id: str, publisher: Publisher) -> Clawback:
    claim, head = change.claim, change.head
    done = head.standing or PLAIN
    named = f"{claim.claim_id}|{head.sequence}|{phase.phase}"
    event_id = blake2b(named.encode(), digest_size=16).hexdigest()
    return Clawback(
        event_id=event_id,
        order_id=phase.order_id,
        phase=phase.phase,
        reverses=phase.reverses,
        case_id=claim.claim_id,
        sequence=head.sequence,
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
        person_masked=mask_person_id(claim.person_id),
        person_key=publisher.person_key(claim.person_id),
        publish_key_id=publisher.publish_key_id,
        person_sealed=publisher.seal(claim.person_id.encode(), event_id),
        seal_key_id=publisher.seal_key_id,
        state=head.state,
        round_id="" if done.listing is None else done.listing.round_id,
        reasons=_wire(head.reasons),
        chain=tuple(
            WireChainStep(
                step.sequence, step.occurred_on, step.change, step.state, _wire(step.reasons)
            )
            for step in done.chain
        ),
        remark_sealed=publisher.sealed_text(done.remark, event_id),
        rule_version=rules_version(),
        evidence=(claim.record_id, *_looked_at(change.verdict), *_found_elsewhere(change)),
    )
