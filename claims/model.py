"""Claim, Result, Head and Book: what the book of one person at one facility holds. All immutable.

They lie in the state by the million, so they are arrays without field names: a new field goes to
the end, with a default. A class prints only harmless ids.
"""

from typing import ClassVar

import msgspec

from claims.discreet import Discreet

NEVER = -1_000_000
"""Earlier than every day: nothing was closed yet."""


class Kept(Discreet, frozen=True, array_like=True, gc=False):
    """Base of what a book keeps. Its text never shows a personal field."""

    SHOWN: ClassVar[frozenset[str]] = frozenset(
        (
            *("claim_id", "case_key", "record_id", "result_id", "version", "requirement"),
            *("order_code", "state", "sequence", "seen", "code", "field"),
        )
    )


class Reason(Kept, frozen=True, array_like=True, gc=False):
    """One reason or hint. ``expected`` is the claim's value or the rule, ``found`` the result's;
    both are masked where personal."""

    code: str
    field: str = ""
    expected: str = ""
    found: str = ""


class Claim(Kept, frozen=True, array_like=True, gc=False):
    """申報紀錄: what the rules and the events need of one claim line (claim-file.md section 8)."""

    claim_id: str
    case_key: str
    record_id: str
    received_on: int
    person_id: str
    birth_date: int | None
    subject_birth_date: int | None
    is_newborn: bool
    newborn_mark: str
    visit_date: int | None
    fee_month: int
    appl_date: int
    order_code: str
    programme: str
    requirement: str
    points: str
    lab_facility_id: str
    rest: str = ""
    """The content no rule reads, joined: only to tell whether a repeated line is the same."""


class Result(Kept, frozen=True, array_like=True, gc=False):
    """One uploaded row in its current version; ``visit_date`` is stage 1 for adults."""

    result_id: str
    version: int
    record_id: str
    received_on: int
    programme: str
    person_id: str
    birth_date: int | None
    visit_date: int
    stage2_date: int | None
    order_code: str
    newborn_mark: str
    values: dict[str, str]
    filled: tuple[str, ...]
    missing: tuple[str, ...]
    content_hash: str

    @property
    def submission_id(self) -> str:
        return self.record_id.rpartition(":")[0]


class Listing(Kept, frozen=True, array_like=True, gc=False):
    """名單: the round that lists a case. ``ended_on`` is set when the round is over for it."""

    round_id: str
    closes_on: int
    paper_on: int | None = None
    ended_on: int | None = None


class Note(Kept, frozen=True, array_like=True, gc=False):
    """無法補登說明, as last saved."""

    text: str
    command_id: str
    filed_on: int


class Step(Kept, frozen=True, array_like=True, gc=False):
    """One step of a case from its first exception on: the chain behind a recovery."""

    sequence: int
    occurred_on: int
    change: str
    state: str
    reasons: tuple[Reason, ...]


class Standing(Kept, frozen=True, array_like=True, gc=False):
    """What rounds and commands did to a case; each was judged once, in the order of `records`.

    review       of the note: empty, approved or refused
    decision     of the agency: empty, not_payable, recovered; excused or reversed after a reversal
    exempt       by decision of the agency (a closed facility exempts children by itself)
    remark       the agency's last words
    annotations  what the agency noted on the case, as hints
    order_id     the recovery that was proposed or decided
    """

    listing: Listing | None = None
    note: Note | None = None
    review: str = ""
    decision: str = ""
    exempt: bool = False
    form_received_on: int | None = None
    annotations: tuple[Reason, ...] = ()
    remark: str = ""
    order_id: str = ""
    chain: tuple[Step, ...] = ()


PLAIN = Standing()
"""Nothing was done to it."""


class Head(Kept, frozen=True, array_like=True, gc=False):
    """Where a case stands: what its last event said.

    standing  None for a case to which nothing was done
    waived    reasons that a change of the rules alone would give a matched case; they are forgiven
    """

    state: str
    sequence: int = 0
    reasons: tuple[Reason, ...] = ()
    result_id: str = ""
    """The result that answers the case; empty unless matched."""
    completed_on: int | None = None
    is_late: bool = False
    hints: tuple[Reason, ...] = ()
    standing: Standing | None = None
    waived: tuple[Reason, ...] = ()
    sign: str = ""
    """陰性 0 or 陽性 1 of the oral result with the key; empty when none."""


NO_HEAD = Head("")
"""A claim that has no case yet."""


class Stranger(Kept, frozen=True, array_like=True, gc=False):
    """A result of another person at the same facility that comes near an open claim of this book.

    code     ID_MISMATCH, ID_OLD_NEW or PERSONS_SWAPPED
    result   as it lies in the other book
    """

    claim_id: str
    code: str
    result: Result


class Elsewhere(Kept, frozen=True, array_like=True, gc=False):
    """What `elsewhere` found about a claim of this book at another facility."""

    claim_id: str
    code: str
    field: str
    expected: str
    found: str
    evidence: str


class Book(Kept, frozen=True, array_like=True, gc=False):
    """All that is known about one person at one facility. ``heads[i]`` belongs to ``claims[i]``.

    seen             how many milestones of the partition this book has passed
    closed_on        the last closed day among them
    indexed          due days under which the due index holds this book
    rules            version of the rule tables that last judged it
    facility_closed  last day of a closed facility (停歇業)
    """

    facility_id: str
    seen: int = 0
    closed_on: int = NEVER
    claims: tuple[Claim, ...] = ()
    heads: tuple[Head, ...] = ()
    results: tuple[Result, ...] = ()
    indexed: tuple[int, ...] = ()
    rules: str = ""
    facility_closed: int | None = None
    strangers: tuple[Stranger, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


with_ = msgspec.structs.replace
"""``with_(book, heads=...)``: a copy with other values."""


class Round(Kept, frozen=True, array_like=True, gc=False):
    """補正期, as opened by the agency. Days, both ends included."""

    round_id: str
    programme: str
    service_from: int
    service_to: int
    correction_deadline: int
    paper_deadline: int | None
    opened_on: int


class Milestone(Kept, frozen=True, array_like=True, gc=False):
    """Something that befalls every book of a partition at once; numbered from 1 by its place.

    day  for a closed day that day; else the business day on which it happened
    id   event_id of what brought it: day-closed/..., round-opened/..., round-closed/...
    """

    kind: str
    day: int
    id: str = ""
    round: Round | None = None


DAY_CLOSED = "day_closed"
ROUND_OPENED = "round_opened"
ROUND_CLOSED = "round_closed"
RULES_CHANGED = "rules_changed"
