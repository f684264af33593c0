"""Results of other persons of the facility that come near a claim. They explain, and never match.

A stranger is found by the index of the partition and lies in the book of the claim; whether it
still fits is proven again whenever the claim is judged. source: programmes.md section 5; R-29, R-30
"""

from collections.abc import Iterable, Iterator, Mapping

from claims.masks import mask_person_id
from claims.matching import Near, answer
from claims.model import Book, Claim, Reason, Result, Stranger, with_
from claims.periods import roc_text
from claims.programmes import programmes
from claims.rules.agreement import birth_differs, birth_mismatch
from claims.rules.evidence import CHILD, ORAL, Evidence, newborn_mark
from claims.rules.facets import facet_date
from claims.similar import likeness
from claims.unanswered import BLOCK_DAYS, Place, Unanswered, birth_of

PERSONS_SWAPPED = "PERSONS_SWAPPED"
STRANGERS_KEPT = 3


def near_stranger(claim: Claim, row: Result) -> Near | None:
    """The likeness of another person's result, with everything that differs; None without one.

    The same day for adult and oral; for a child two of order code, date and birth date.
    """
    visit = claim.visit_date
    if claim.programme != row.programme or visit is None:
        return None
    code = likeness(claim.person_id, birth_of(claim), row.person_id, row.birth_date)
    if not code:
        return None
    shown = mask_person_id(claim.person_id), mask_person_id(row.person_id)
    reasons: tuple[Reason, ...] = (Reason(code, "person_id", *shown),)
    if claim.programme == CHILD:
        differs = child_differences(claim, visit, row)
        if differs is None:
            return None
        return Near(row, reasons + differs, abs(row.visit_date - visit))
    day = row.visit_date if claim.programme == ORAL else facet_date(row, claim.requirement)
    if day != visit:
        return None
    if claim.programme != ORAL and birth_differs(claim, row):
        reasons += (birth_mismatch(claim.birth_date, row.birth_date),)
    return Near(row, reasons, 0)


def child_differences(claim: Claim, visit: int, row: Result) -> tuple[Reason, ...] | None:
    """At most one of order code, date (within reach) and birth date; None when it is more."""
    if claim.is_newborn and newborn_mark(row.newborn_mark) != newborn_mark(claim.newborn_mark):
        return None  # a twin's row
    reasons: tuple[Reason, ...] = ()
    if row.order_code != claim.order_code:
        reasons += (Reason("CODE_MISMATCH", "order_code", claim.order_code, row.order_code),)
    if row.visit_date != visit:
        shown = roc_text(visit), roc_text(row.visit_date)
        reasons += (Reason("DATE_MISMATCH", "visit_date", *shown),)
    if row.birth_date != claim.subject_birth_date:
        reasons += (birth_mismatch(claim.subject_birth_date, row.birth_date),)
    too_far = abs(row.visit_date - visit) > programmes().settings.near_miss_days
    return None if too_far or len(reasons) > 1 else reasons


def _nearest_first(near: Near) -> tuple[int, int, str]:
    return (len(near.reasons), near.days, near.result.result_id)


def likely_strangers(claim: Claim, rows: Iterable[Result]) -> tuple[Stranger, ...]:
    """The likeliest of the loose results of other persons, as the book of the claim keeps them."""
    found = sorted(filter(None, (near_stranger(claim, row) for row in rows)), key=_nearest_first)
    return tuple(
        Stranger(claim.claim_id, near.reasons[0].code, near.result)
        for near in found[:STRANGERS_KEPT]
    )


def strangers_near(claim: Claim, book: Book, evidence: Evidence) -> tuple[Near, ...]:
    """The strangers of a claim as near misses, nearest first; only what is still proven."""
    if not book.strangers:
        return ()
    found = [
        near
        for stranger in book.strangers
        if stranger.claim_id == claim.claim_id
        and stranger.code != PERSONS_SWAPPED
        and (near := near_stranger(claim, stranger.result)) is not None
    ]
    found.sort(key=_nearest_first)
    return tuple(found)


def swapped_hint(claim: Claim, book: Book) -> tuple[Reason, ...]:
    """The hint that results of two persons were uploaded under each other's ID."""
    for stranger in book.strangers:
        if stranger.claim_id == claim.claim_id and stranger.code == PERSONS_SWAPPED:
            shown = mask_person_id(claim.person_id), mask_person_id(stranger.result.person_id)
            return (Reason(PERSONS_SWAPPED, "person_id", *shown),)
    return ()


# ---- two persons, each with the other's result ----


def may_swap(found: Mapping[Place, Unanswered]) -> bool:
    """Whether a book has anything that an exchange could put right: mostly not."""
    if not found:
        return False
    if len(found) == 1:  # one place: a claim waits there, or a result, seldom both
        (loose,) = found.values()
        return bool(loose.crossed or (loose.claims and loose.results))
    claims = results = False
    for loose in found.values():
        if loose.crossed:
            return True
        claims = claims or bool(loose.claims)
        results = results or bool(loose.results)
    return claims and results


def swap_places(found: Mapping[Place, Unanswered]) -> Iterator[tuple[Place, Place]]:
    """Places of an open claim and of a loose result, within reach of each other: another person may
    have the mirror image."""
    reach = programmes().settings.near_miss_days + BLOCK_DAYS
    for here, one in found.items():
        if one.claims:
            for there, other in found.items():
                if other.results and here[0] == there[0] and abs(here[1] - there[1]) <= reach:
                    yield here, there


def mirrored(one: tuple[int | None, int | None], other: tuple[int | None, int | None]) -> bool:
    """Two crossed pairs (birth date of claim and of result), each with the other's birth date."""
    return one == (other[1], other[0])


def exchange_matches(
    book: Book, claim: Claim, own: Result, other: Book, their: Claim, theirs: Result
) -> bool:
    """Whether both claims match once ``own`` and ``theirs`` exchange their IDs: tried on copies."""
    apart = abs((claim.visit_date or 0) - (their.visit_date or 0))
    return (
        apart <= programmes().settings.near_miss_days
        and _answers(book, claim, own, theirs)
        and _answers(other, their, theirs, own)
    )


def _answers(book: Book, claim: Claim, gone: Result, come: Result) -> bool:
    come = with_(come, person_id=claim.person_id)
    rows = tuple(come if row.result_id == gone.result_id else row for row in book.results)
    said = answer(claim, Evidence(with_(book, results=rows), claim.programme))
    return said is not None and said.result is come and not said.reasons
