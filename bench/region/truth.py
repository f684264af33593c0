"""What must be known of a case at the end, as its story states it."""

from dataclasses import dataclass

from bench.region.facts import Claim
from bench.region.life import EXCEPTIONS, NONE, WRONG, Life


@dataclass(frozen=True)
class Truth:
    """What must be known of a case at the end.

    path          every state it passed, in order
    orders        phases of every recovery that was proposed, with its points
    events, told  named steps in order; every reason shown at some time
    hints, fix    hints it must show among others; kinds of steps of its shortest fix, if stated
    """

    claim_id: str
    scenario: str
    programme: str
    order_code: str
    state: str
    system_status: int
    reasons: tuple[str, ...]
    is_late: bool
    was_late: bool
    was_matched: bool
    needs_note: bool
    path: tuple[str, ...]
    round_id: str
    completed_on: str
    note_on: str
    form_received_on: str
    points: str
    orders: tuple[tuple[str, ...], ...]
    events: tuple[str, ...]
    told: tuple[str, ...]
    hints: tuple[str, ...]
    fix: tuple[str, ...]

    @classmethod
    def of(cls, claim: Claim, scenario: str, life: Life, more: "More") -> "Truth":
        state, moment = life.path[-1], life.moment
        assert moment is not None
        received = moment.received if state == "matched" else None
        shown = state in ("late", "open_missing", "open_error", "noted", "overdue")
        noted = life.noted if life.noted else None
        return cls(
            claim.claim_id,
            scenario,
            claim.programme,
            claim.order_code,
            state,
            {NONE: 1, WRONG: 2}.get(moment.stands, 0) if shown else 0,
            tuple(sorted(life.reasons)),
            received is not None and received > claim.due,
            bool(set(life.path) & set(EXCEPTIONS)),
            "matched" in life.path,
            life.needed_note,
            tuple(life.path),
            life.list_of.round_id if life.listed and life.list_of else "",
            received.isoformat() if received else "",
            noted.isoformat() if noted else "",
            life.formed.isoformat() if life.formed else "",
            claim.points,
            tuple(map(tuple, life.orders)),
            tuple(life.events),
            tuple(sorted(life.told)),
            more.hints,
            more.fix if state in CORRECTABLE else (),
        )


CORRECTABLE = ("pending", "pending_error", "late", "open_missing", "open_error", "invalid")
"""States from which some step of the clinic or the agency leads to a match."""


@dataclass(frozen=True)
class More:
    """What a story may say of a case beside its life."""

    hints: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
