"""The book of one person at one facility: everything that befalls it, in one place.

``take_case``, ``withdraw_claim``, ``take_row``, ``edit_result``, ``remove_result`` give a new book
and what changed; so undoing is dropping a reference. Facts with distinct keys commute between two
milestones; a repeat changes nothing.
"""

from collections.abc import Sequence

from claims.claim_facts import newest_version, receive, send_away, take_case, withdraw_claim
from claims.deadlines import upload_deadline
from claims.model import DAY_CLOSED, NEVER, Book, Milestone
from claims.result_facts import (
    edit_result,
    find_result,
    may_delete,
    may_edit,
    next_version,
    remove_result,
    same_key,
    store_moved,
    take_row,
)
from claims.settling import Cause, Change, settle
from claims.states import WAITING


def waiting_days(book: Book) -> set[int]:
    """The upload deadlines still ahead of cases without a match."""
    return {
        upload_deadline(claim.visit_date)
        for claim, head in zip(book.claims, book.heads, strict=True)
        if head.state in WAITING and claim.visit_date is not None
    }


def pass_milestone(
    book: Book, number: int, milestone: Milestone
) -> tuple[Book, tuple[Change, ...]]:
    """Apply one milestone (``number`` counts from 1). A day closes: what was due on it, or before,
    and has no match is late (correction.md row 7; R-1)."""
    book = _at(book, number, milestone.day)
    cause = Cause(milestone.day, f"milestone/{number}")
    changes: tuple[Change, ...] = ()
    due = [
        claim.programme
        for claim, head in zip(book.claims, book.heads, strict=True)
        if head.state in WAITING
        and claim.visit_date is not None
        and upload_deadline(claim.visit_date) <= milestone.day
    ]
    for programme in dict.fromkeys(due):
        settled = settle(book, programme, cause)
        book, changes = settled.book, changes + settled.changes
    return book, changes


def catch_up(book: Book, milestones: Sequence[Milestone]) -> tuple[Book, tuple[Change, ...]]:
    """Apply the milestones the book has not seen, in order. Must precede the next fact.

    Between two of them only those that touch a waiting case are looked at.
    """
    if book.seen >= len(milestones):
        return book, ()
    changes: tuple[Change, ...] = ()
    days = waiting_days(book)
    earliest = min(days) if days else None
    for number in range(book.seen + 1, len(milestones) + 1):
        milestone = milestones[number - 1]
        if milestone.kind == DAY_CLOSED and (earliest is None or milestone.day < earliest):
            continue
        book, more = pass_milestone(book, number, milestone)
        changes += more
        days = waiting_days(book)
        earliest = min(days) if days else None
    return _at(book, len(milestones), milestones[-1].day), changes


def _at(book: Book, seen: int, closed_on: int) -> Book:
    """Due days that have passed need no index any more."""
    indexed = book.indexed
    if indexed and min(indexed) <= closed_on:
        indexed = tuple(day for day in indexed if day > closed_on)
    return Book(book.facility_id, seen, closed_on, book.claims, book.heads, book.results, indexed)


def with_indexed(book: Book, days: tuple[int, ...]) -> Book:
    return Book(
        book.facility_id, book.seen, book.closed_on, book.claims, book.heads, book.results, days
    )


def new_book(facility_id: str, milestones: Sequence[Milestone]) -> Book:
    """A book that has nothing to catch up on."""
    closed_on = milestones[-1].day if milestones else NEVER
    return Book(facility_id, len(milestones), closed_on)


__all__ = [
    "Book",
    "Cause",
    "Change",
    "catch_up",
    "edit_result",
    "find_result",
    "may_delete",
    "may_edit",
    "new_book",
    "newest_version",
    "next_version",
    "pass_milestone",
    "receive",
    "remove_result",
    "same_key",
    "send_away",
    "store_moved",
    "take_case",
    "take_row",
    "waiting_days",
    "with_indexed",
    "withdraw_claim",
]
