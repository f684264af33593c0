"""Claim, Result, Head and Book: what the book of one person at one facility holds. All immutable.

They lie in the state by the million, so they are arrays without field names: a new field goes to
the end, with a default. A class prints only harmless ids.
"""

from typing import ClassVar

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


class Head(Kept, frozen=True, array_like=True, gc=False):
    """Where a case stands: what its last event said."""

    state: str
    sequence: int = 0
    reasons: tuple[Reason, ...] = ()
    result_id: str = ""
    """The result that answers the case; empty unless matched."""
    completed_on: int | None = None
    is_late: bool = False


NO_HEAD = Head("")
"""A claim that has no case yet."""


class Book(Kept, frozen=True, array_like=True, gc=False):
    """All that is known about one person at one facility. ``heads[i]`` belongs to ``claims[i]``.

    seen        how many milestones of the partition this book has passed
    closed_on   the last closed day among them
    indexed     due days under which the due index holds this book
    """

    facility_id: str
    seen: int = 0
    closed_on: int = NEVER
    claims: tuple[Claim, ...] = ()
    heads: tuple[Head, ...] = ()
    results: tuple[Result, ...] = ()
    indexed: tuple[int, ...] = ()


class Milestone(Kept, frozen=True, array_like=True, gc=False):
    """Something that befalls every book of a partition at once; numbered from 1 by its place."""

    kind: str
    day: int


DAY_CLOSED = "day_closed"
