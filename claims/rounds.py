"""Milestones: days close, rounds open and end, rules change. Each befalls every book once.

source: correction.md rows 7 to 9, 16, 28; rulings R-1, R-3, R-4. Milestones are numbered from 1
within a partition; a book applies all it has not seen before it takes the next fact.
"""

from collections.abc import Callable, Sequence

from claims.dated import rules_version
from claims.deadlines import upload_deadline
from claims.model import (
    DAY_CLOSED,
    NEVER,
    PLAIN,
    ROUND_CLOSED,
    ROUND_OPENED,
    RULES_CHANGED,
    Book,
    Claim,
    Head,
    Listing,
    Milestone,
    Round,
    Standing,
    with_,
)
from claims.settling import Cause, Change, settle, settle_all
from claims.states import LATE, MATCHED, RULES, WAITING
from claims.verdicts import verdict

Passed = tuple[Book, tuple[Change, ...]]


def last_closed_day(milestones: Sequence[Milestone]) -> int:
    """The last closed day among them; NEVER before the first."""
    for milestone in reversed(milestones):
        if milestone.kind == DAY_CLOSED:
            return milestone.day
    return NEVER


def opened_rounds(milestones: Sequence[Milestone]) -> tuple[Round, ...]:
    """Every round that has opened, over or not."""
    return tuple(
        milestone.round
        for milestone in milestones
        if milestone.kind == ROUND_OPENED and milestone.round is not None
    )


def due_days(book: Book) -> set[int]:
    """Days whose end will change a case: upload deadlines of waiting cases, and the correction
    deadlines of rounds that list one."""
    days: set[int] = set()
    if len(book.heads) == 1 and book.heads[0].state == MATCHED and book.heads[0].standing is None:
        return days  # most books, most of the time
    for claim, head in zip(book.claims, book.heads, strict=True):
        if head.state in WAITING:
            if claim.visit_date is not None:
                days.add(upload_deadline(claim.visit_date))
        elif head.standing is not None:
            listing = head.standing.listing
            if listing is not None and listing.ended_on is None:
                days.add(listing.closes_on)
    return days


def catch_up(book: Book, milestones: Sequence[Milestone]) -> Passed:
    """Apply the milestones the book has not seen, in order. Must precede the next fact.

    Between two of them only those that touch a case are looked at.
    """
    if book.seen >= len(milestones):
        return book, ()
    changes: tuple[Change, ...] = ()
    days = due_days(book)
    earliest = min(days, default=None)
    for number in range(book.seen + 1, len(milestones) + 1):
        milestone = milestones[number - 1]
        if milestone.kind == DAY_CLOSED and (earliest is None or milestone.day < earliest):
            continue
        book, more = pass_milestone(book, number, milestone)
        changes += more
        days = due_days(book)
        earliest = min(days, default=None)
    return _at(book, len(milestones), last_closed_day(milestones)), changes


def pass_milestone(book: Book, number: int, milestone: Milestone) -> Passed:
    """Apply one milestone (``number`` counts from 1)."""
    return _KINDS[milestone.kind](book, number, milestone)


def _day_closes(book: Book, number: int, milestone: Milestone) -> Passed:
    """Row 7: what was due on the day, or before, and has no match is late. Row 16: the rounds due
    are over."""
    day = milestone.day
    book = _at(book, number, day)
    programmes: list[str] = []
    heads = list(book.heads)
    for place, (claim, head) in enumerate(zip(book.claims, heads, strict=True)):
        if head.state in WAITING:
            if claim.visit_date is not None and upload_deadline(claim.visit_date) <= day:
                programmes.append(claim.programme)
        elif _is_listed(head) and _listing(head).closes_on <= day:
            heads[place] = _ended(head, _listing(head).closes_on)
            programmes.append(claim.programme)
    if not programmes:
        return book, ()
    return _settled(with_(book, heads=tuple(heads)), programmes, milestone)


def _round_opens(book: Book, number: int, milestone: Milestone) -> Passed:
    """Rows 8 and 9: the round lists what is late and was served in its period (R-4)."""
    opened = milestone.round
    assert opened is not None, "a round opens with its dates"
    book = _at(book, number, book.closed_on)
    heads = list(book.heads)
    listed = False
    for place, (claim, head) in enumerate(zip(book.claims, heads, strict=True)):
        if (
            head.state == LATE
            and claim.programme == opened.programme
            and claim.visit_date is not None
            and opened.service_from <= claim.visit_date <= opened.service_to
        ):
            standing = head.standing or PLAIN
            listing = Listing(opened.round_id, opened.correction_deadline, opened.paper_deadline)
            heads[place] = with_(head, standing=with_(standing, listing=listing))
            listed = True
    if not listed:
        return book, ()
    book = with_(book, heads=tuple(heads))
    return _settled(book, [opened.programme], milestone)


def _round_ends(book: Book, number: int, milestone: Milestone) -> Passed:
    """Row 16, before the deadline, by the agency (R-3). ``milestone.round`` is the round."""
    ended = milestone.round
    assert ended is not None, "a round that ends is named"
    book = _at(book, number, book.closed_on)
    heads = list(book.heads)
    over = False
    for place, head in enumerate(heads):
        if _is_listed(head) and _listing(head).round_id == ended.round_id:
            heads[place] = _ended(head, milestone.day)
            over = True
    if not over:
        return book, ()
    book = with_(book, heads=tuple(heads))
    return _settled(book, [ended.programme], milestone)


def _rules_change(book: Book, number: int, milestone: Milestone) -> Passed:
    book = _at(book, number, book.closed_on)
    return judged_by_new_rules(book, Cause(milestone.day, milestone.id))


def judged_by_new_rules(book: Book, cause: Cause) -> Passed:
    """Row 28: open cases are judged again; a match is never undone by rules alone. What they would
    say against it is forgiven, as long as nothing else happens to it."""
    version = rules_version()
    if book.rules == version:
        return book, ()
    heads = list(book.heads)
    for place, (claim, head) in enumerate(zip(book.claims, heads, strict=True)):
        if head.state == MATCHED:
            found = verdict(claim, book)
            against = () if found.state == MATCHED else found.reasons
            if against != head.waived:
                heads[place] = with_(head, waived=against)
    book = with_(book, heads=tuple(heads), rules=version)
    return settle_all(book, cause, RULES)


_KINDS: dict[str, Callable[[Book, int, Milestone], Passed]] = {
    DAY_CLOSED: _day_closes,
    ROUND_OPENED: _round_opens,
    ROUND_CLOSED: _round_ends,
    RULES_CHANGED: _rules_change,
}


def _settled(book: Book, programmes: list[str], milestone: Milestone) -> Passed:
    cause = Cause(milestone.day, milestone.id)
    changes: tuple[Change, ...] = ()
    for programme in dict.fromkeys(programmes):
        settled = settle(book, programme, cause)
        book, changes = settled.book, changes + settled.changes
    return book, changes


def _is_listed(head: Head) -> bool:
    standing = head.standing
    return (
        standing is not None and standing.listing is not None and standing.listing.ended_on is None
    )


def _listing(head: Head) -> Listing:
    assert head.standing is not None
    assert head.standing.listing is not None
    return head.standing.listing


def _ended(head: Head, day: int) -> Head:
    """The round is over for the case, from ``day`` on; that day itself still counts."""
    listing = with_(_listing(head), ended_on=day)
    return with_(head, standing=with_(head.standing or PLAIN, listing=listing))


def _at(book: Book, seen: int, closed_on: int) -> Book:
    """Due days that have passed need no index any more."""
    indexed = book.indexed
    if indexed and min(indexed) <= closed_on:
        indexed = tuple(day for day in indexed if day > closed_on)
    return with_(book, seen=seen, closed_on=closed_on, indexed=indexed)


def standing_of_revision(old: Claim, new: Claim, head: Head) -> Standing | None:
    """What a new version of a claim keeps of what was done to the case (row 23; R-11).

    Another visit date leaves the list, the note and all with it; a decision stays.
    """
    standing = head.standing
    if standing is None or standing.decision or old.visit_date == new.visit_date:
        return standing
    return with_(standing, listing=None, note=None, review="", exempt=False)
