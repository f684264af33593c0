"""Result rows come and are corrected: rows, edits, deletions, replacements (R-23, R-24, R-31).

A row with a new key is a fact; all else is a command, judged once, in the order of `records`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from claims.legality import may_change, may_remove, off_the_list
from claims.matching import is_attached
from claims.model import Book, Claim, Reason, Result, Round, with_
from claims.rules.evidence import CHILD, Evidence, newborn_mark
from claims.settling import Cause, Change, settle
from claims.states import MATCHED
from claims.verdicts import Verdict

ORAL = "oral"


class ResultTaken(msgspec.Struct, frozen=True, gc=False):
    """What became of a row or command.

    outcome     matched, stored, unchanged, done or refused; ``code`` says why refused
    stored      the version that is now in the book; None when nothing was stored
    removed     the version that no longer is, by a deletion
    superseded  record id of an earlier row of the same file that this one replaced
    cases       cases the row answers or comes near; ``reasons`` what is wrong with it for those
    """

    outcome: str
    code: str = ""
    stored: Result | None = None
    removed: Result | None = None
    superseded: str = ""
    cases: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    changes: tuple[Change, ...] = ()


def result_key(row: Result) -> tuple[Any, ...]:
    """Two rows of a book with the same key are two versions of one result. A book joined by an
    alias holds two numbers: their rows stay apart, so that it can be split again."""
    if row.programme == CHILD:
        mark = newborn_mark(row.newborn_mark)
        return (CHILD, row.person_id, row.order_code, row.visit_date, row.birth_date, mark)
    return (row.programme, row.person_id, row.visit_date)


def find_result(book: Book, result_id: str) -> Result | None:
    for row in book.results:
        if row.result_id == result_id:
            return row
    return None


def same_key(book: Book, row: Result) -> Result | None:
    """The result of the book that has the key of ``row``; None when the key is new."""
    if not book.results:
        return None
    key = result_key(row)
    for known in book.results:
        if known.visit_date == row.visit_date and result_key(known) == key:
            return known
    return None


def take_row(
    book: Book, row: Result, cause: Cause, rounds: Sequence[Round] = ()
) -> tuple[Book, ResultTaken]:
    """An uploaded row; a second one on its key is the whole new content."""
    known = same_key(book, row)
    if known is None:
        if rounds and off_the_list(book, row, rounds):
            return book, ResultTaken("refused", "NOT_ON_LIST")
        return _store(book, row, None, cause, "")
    if known.content_hash == row.content_hash:
        return book, ResultTaken("unchanged", stored=known)
    if known.submission_id == row.submission_id:  # the later row of a file wins, locks or not
        return _store(book, _next(known, row), known, cause, known.record_id)
    code = may_change(book, known, row)
    if code:
        return book, ResultTaken("refused", code, stored=known)
    return _store(book, _next(known, row), known, cause, "")


def edit_result(
    book: Book, row: Result, target_id: str, seen_version: int, cause: Cause, form_no: str = ""
) -> tuple[Book, ResultTaken]:
    """修改 within a book; see ``may_edit`` for a row whose person changes."""
    refusal = may_edit(book, row, target_id, seen_version, form_no)
    known = find_result(book, target_id)
    if refusal or known is None:
        return book, ResultTaken("refused", refusal)
    if known.content_hash == row.content_hash:
        return book, ResultTaken("done", stored=known)
    twin = same_key(book, row)
    if twin is not None and twin.result_id != target_id:
        return book, ResultTaken("refused", "DUPLICATE_RESULT")
    book, taken = _store(book, _next(known, row), known, cause, "")
    return book, with_(taken, outcome="done")


def may_edit(book: Book, row: Result, target_id: str, seen_version: int, form_no: str = "") -> str:
    """The refusal of an edit, or an empty text. ``form_no``: the agency enters an approved change
    of an oral positive (P-4)."""
    known = find_result(book, target_id)
    if known is None:
        return "UNKNOWN_CASE"
    if known.programme != row.programme:
        return "EDIT_NOT_ALLOWED"
    if known.version != seen_version:
        return "VERSION_CONFLICT"
    if known.content_hash == row.content_hash:
        return ""
    return may_change(book, known, row, form_no)


def may_delete(book: Book, target_id: str, seen_version: int) -> str:
    """The refusal of a deletion, or an empty text."""
    known = find_result(book, target_id)
    if known is None:
        return "UNKNOWN_CASE"
    if known.programme == ORAL:
        return "DELETE_NOT_ALLOWED"
    if known.version != seen_version:
        return "VERSION_CONFLICT"
    return may_remove(book, known)


def remove_result(book: Book, result_id: str, cause: Cause) -> tuple[Book, ResultTaken]:
    """Take a row and all its facets out of the book: deleted, or edited into another one.

    Raises KeyError when it is not there: ask ``may_delete`` or ``may_edit`` first.
    """
    known = find_result(book, result_id)
    if known is None:
        raise KeyError(result_id)
    rest = tuple(row for row in book.results if row is not known)
    settled = settle(with_(book, results=rest), known.programme, cause)
    return settled.book, ResultTaken("done", removed=known, changes=settled.changes)


def _next(known: Result, row: Result) -> Result:
    """``row`` as the next version of ``known``."""
    return with_(row, result_id=known.result_id, version=known.version + 1)


next_version = _next


def _store(
    book: Book, row: Result, instead_of: Result | None, cause: Cause, superseded: str
) -> tuple[Book, ResultTaken]:
    if instead_of is None:
        results = (*book.results, row)
    else:
        results = tuple(row if known is instead_of else known for known in book.results)
    settled = settle(with_(book, results=results), row.programme, cause)
    matched, wrong, reasons = _answers(row, settled.verdicts)
    if settled.verdicts and not matched and not wrong:
        reasons = _doubled(row, settled.book)
    return settled.book, ResultTaken(
        "matched" if matched else "stored",
        stored=row,
        superseded=superseded,
        cases=(*matched, *wrong),
        reasons=reasons,
        changes=settled.changes,
    )


def store_moved(book: Book, row: Result, cause: Cause) -> tuple[Book, ResultTaken]:
    """A row that an edit or a replacement brings into this book; its key must be free."""
    return _store(book, row, None, cause, "")


def _doubled(row: Result, book: Book) -> tuple[Reason, ...]:
    """A row that has the key of a case and does not answer it: another row does already."""
    doubled = is_attached(row, Evidence(book, row.programme))
    return (Reason("DUPLICATE_RESULT"),) if doubled else ()


def _answers(
    row: Result, verdicts: tuple[tuple[Claim, Verdict], ...]
) -> tuple[list[str], list[str], tuple[Reason, ...]]:
    """Cases the row answers; cases it has the key of or is nearest to, and what is wrong there."""
    matched, wrong = [], []
    reasons: dict[Reason, None] = {}
    for claim, found in verdicts:
        if found.result is row:
            if found.state == MATCHED:
                matched.append(claim.claim_id)
                continue
        elif not found.nearest or found.nearest[0].result is not row:
            continue
        wrong.append(claim.claim_id)
        reasons.update(dict.fromkeys(found.reasons))
    return matched, wrong, tuple(reasons)
