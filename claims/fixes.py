"""最短補正: the smallest legal edit that makes a case match, tried on a copy of its book.

A step is shown only when the copy then says so: matched (or noted, where a note is all that is
legal). source: correction.md section 5, column "shortest fix"; R-31, P-4.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from claims.codes import person_id_code
from claims.commands import save_note
from claims.layouts import layout
from claims.legality import may_change, may_remove
from claims.matching import Near
from claims.model import NO_HEAD, Book, Claim, Head, Reason, Result, with_
from claims.perfect_rows import mended, perfect_row, with_key_fields
from claims.rules.evidence import ADULT, CHILD, ORAL, Evidence
from claims.settling import Cause, Change
from claims.states import INVALID, LISTED, MATCHED, NOTED, OPEN
from claims.verdicts import DUPLICATE, FORM_REQUIRED, NOT_FOUND, Verdict, head_of, judge

ADD, EDIT, REPLACE, NOTE, FORM = "add", "edit", "replace", "note", "form"
ALIAS, WITHDRAW, RESEND = "alias", "withdraw", "resend"
PERSONAL = frozenset({"person_id", "birth_date"})
_TRIED = Cause(0, "tried")


class FixStep(NamedTuple):
    """One step. ``field``: columns joined by commas; ``value``: what was tried, empty when
    personal or known to the clinic alone."""

    action: str
    target_id: str = ""
    version: int = 0
    field: str = ""
    value: str = ""


Fix = tuple[FixStep, ...]
ADDED: Fix = (FixStep(ADD),)


def shortest_fix(change: Change) -> Fix:
    """The first candidate that was proven; empty when none was."""
    claim, book, state = change.claim, change.book, change.head.state
    if book is None or (state not in OPEN and state != INVALID) or state == NOTED:
        return ()
    found = change.verdict
    if found.too_late:
        return ()  # the right result is there: nothing a clinic can do
    if found.reasons == NOT_FOUND and _is_alone(book, change.head):
        # Most claims come before their result: the trial on such a book is always the same one.
        kind = claim.programme, claim.requirement, claim.order_code
        if not _matches_alone(*kind):
            return ()
        return ADDED if person_id_code(claim.person_id) == "OK" else (_resent(claim), *ADDED)
    for steps, proven in _candidates(claim, book, change.head, change.verdict):
        if proven:
            return steps
    return ()


def _candidates(claim: Claim, book: Book, head: Head, found: Verdict) -> Iterator[tuple[Fix, bool]]:
    """Cheapest first; each with whether it was proven."""
    if found.state == INVALID:
        resent = FixStep(RESEND, claim.claim_id, 0, _fields(found.reasons))
        yield (resent,), True  # with these it is as any other
    elif found.reasons == DUPLICATE:
        yield (FixStep(WITHDRAW, claim.claim_id),), True  # its service is another claim's already
    elif found.result is not None:
        yield from _of_wrong_row(claim, book, head, found, found.result)
    else:
        is_sound = person_id_code(claim.person_id) == "OK"
        for near in found.nearest:
            if is_sound or near.reasons[0].code == "ID_OLD_NEW":
                yield from _of_near(claim, book, head, near)
            elif [reason.field for reason in near.reasons] == ["person_id"]:
                joined = with_(book, results=(*book.results, near.result))
                yield (_resent(claim),), _matches(claim, joined, head)
        steps, proven = _add(claim, book, head)
        yield (steps if is_sound else (_resent(claim), *steps)), proven


def _resent(claim: Claim) -> FixStep:
    """No result is taken under a number that fails its check digit: the claim is put right."""
    return FixStep(RESEND, claim.claim_id, 0, "person_id")


def _of_wrong_row(
    claim: Claim, book: Book, head: Head, found: Verdict, row: Result
) -> Iterator[tuple[Fix, bool]]:
    positive = row.programme == ORAL and row.values.get("result_sign") == "1"
    if positive and found.state in LISTED:
        steps: Fix = (FixStep(NOTE, claim.claim_id, 0, "note"),)
        if FORM_REQUIRED in found.reasons:
            steps += (FixStep(FORM, claim.claim_id, 0, "betel,smoking"),)
        after, _ = save_note(book, claim.claim_id, "-", "tried", _TRIED)
        yield steps, head_of(claim, after).state == NOTED
        return
    if any(reason.code == "HABIT_NOT_ELIGIBLE" for reason in found.reasons):
        return  # corrected once, and still outside the standard: none (correction.md section 5)
    received = with_(row, received_on=_next_day(book))
    copy = with_(book, results=tuple(received if each is row else each for each in book.results))
    better = _mended(claim, copy, received, found.reasons, head)
    if better is not None:
        left = _left(claim, copy, received, with_key_fields(claim, row, found.reasons), head)
        yield _changed(claim, book, row, better, (*found.reasons, *left))


def _of_near(claim: Claim, book: Book, head: Head, near: Near) -> Iterator[tuple[Fix, bool]]:
    """A near miss: its row is brought to the claim's key."""
    row = near.result
    stranger = not any(known is row for known in book.results)
    if near.reasons[0].code == "ID_OLD_NEW":
        joined = with_(book, results=(*book.results, row))
        yield (
            (FixStep(ALIAS, row.result_id, row.version, "person_id"),),
            _matches(claim, joined, head),
        )
        return
    moved = _with_key_of(claim, row, near, _next_day(book))
    if stranger:
        copy = with_(book, results=(*book.results, moved))
        if _mended(claim, copy, moved, (), head) is None:
            return
        fields = _fields((*near.reasons, *_left(claim, copy, moved, moved, head)))
        action = {CHILD: EDIT, ADULT: REPLACE}.get(claim.programme, ADD)
        target = ("", 0) if action == ADD else (row.result_id, row.version)
        yield (FixStep(action, *target, fields),), True  # it was tried just now
        return
    copy = with_(book, results=tuple(moved if each is row else each for each in book.results))
    better = _mended(claim, copy, moved, (), head)
    if better is not None:
        left = _left(claim, copy, moved, moved, head)
        yield _changed(claim, book, row, better, (*near.reasons, *left))


def _changed(
    claim: Claim, book: Book, row: Result, better: Result, reasons: tuple[Reason, ...]
) -> tuple[Fix, bool]:
    """One edit where that is legal, else delete and add again (adult, R-31). That ``better``
    matches was tried before."""
    locked = claim.programme == ADULT and (
        better.visit_date != row.visit_date or better.birth_date != row.birth_date
    )
    refusal = may_remove(book, row) if locked else may_change(book, row, better)
    action, fields = REPLACE if locked else EDIT, _fields(reasons)
    step = FixStep(action, row.result_id, row.version, fields, _value(reasons))
    return (step,), not refusal


def _add(claim: Claim, book: Book, head: Head) -> tuple[Fix, bool]:
    row = perfect_row(claim, Evidence(book, claim.programme))
    copy = with_(book, results=(*book.results, row))
    return ADDED, _matches(claim, copy, head)


def _is_alone(book: Book, head: Head) -> bool:
    return len(book.claims) == 1 and not book.results and head.standing is None


@lru_cache(maxsize=256)
def _matches_alone(programme: str, requirement: str, order_code: str) -> bool:
    """Whether a perfect row answers a claim of this kind that has its book for itself. No rule asks
    more of such a claim than these three."""
    text, day = "-", 0
    claim = Claim(
        *(text, text, text, day, text, day, day, False, text, day, day, day),
        *(order_code, programme, requirement, text, text),
    )
    row = perfect_row(claim, Evidence(Book(""), programme))
    return _matches(claim, Book("", results=(row,)), NO_HEAD)


def _mended(
    claim: Claim, book: Book, row: Result, reasons: tuple[Reason, ...], head: Head
) -> Result | None:
    """The row with everything put right that the rules object to; None when it stays wrong.

    ``reasons``: what they say about it now.
    """
    better = mended(claim, row, reasons, Evidence(book, claim.programme))
    copy = with_(book, results=tuple(better if each is row else each for each in book.results))
    return better if _matches(claim, copy, head) else None


def _left(claim: Claim, book: Book, row: Result, keyed: Result, head: Head) -> tuple[Reason, ...]:
    """What the rules object to once the ``row`` of the book has the claim's key (``keyed``): that
    has to be put right as well."""
    copy = with_(book, results=tuple(keyed if each is row else each for each in book.results))
    found = judge(claim, Evidence(copy, claim.programme), head.standing)
    left = found.reasons if found.result is keyed else ()
    if claim.requirement == "stage2" and "stage2" not in row.filled:
        left += (Reason("STAGE2_INCOMPLETE", ",".join(_asked_of_stage2()), "filled", ""),)
    return left


@lru_cache(maxsize=1)
def _asked_of_stage2() -> tuple[str, ...]:
    """The mandatory columns of a second stage."""
    columns = layout(ADULT).columns
    return tuple(column.name for column in columns if column.mandatory == "stage2")


def _with_key_of(claim: Claim, row: Result, near: Near, received_on: int) -> Result:
    """The row, with the claim's values in the fields that differ. Whose it is, no rule asks: a book
    holds one person."""
    changed = with_(row, received_on=received_on)
    for field in near.differs:
        if field in ("visit_date", "stage1_date"):
            changed = with_(changed, visit_date=claim.visit_date)
        elif field == "stage2_date":
            changed = with_(changed, stage2_date=claim.visit_date)
        elif field == "birth_date":
            born = claim.subject_birth_date if claim.programme == CHILD else claim.birth_date
            changed = with_(changed, birth_date=born)
        elif field == "order_code":
            changed = with_(changed, order_code=claim.order_code)
    return changed


def _next_day(book: Book) -> int:
    """The first day on which anything can still be received."""
    return book.closed_on + 1


def _matches(claim: Claim, book: Book, head: Head) -> bool:
    return judge(claim, Evidence(book, claim.programme), head.standing).state == MATCHED


def _fields(reasons: tuple[Reason, ...]) -> str:
    """Each once, in the order in which they are named."""
    return ",".join(dict.fromkeys(",".join(reason.field for reason in reasons).split(",")))


def _value(reasons: tuple[Reason, ...]) -> str:
    """The value that was tried, where one field decides and it is nobody's secret."""
    field = _fields(reasons)
    if "," in field or field in PERSONAL:
        return ""
    expected = reasons[0].expected
    return "" if expected == "filled" else expected
