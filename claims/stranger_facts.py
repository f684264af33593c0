"""A book is given the strangers of its claims, and the cases concerned are judged again."""

from claims.model import Book, Stranger, with_
from claims.settling import Cause, Change, settle


def with_strangers(
    book: Book, strangers: tuple[Stranger, ...], cause: Cause
) -> tuple[Book, tuple[Change, ...]]:
    """``strangers``: all of the book, sorted. The same ones again change nothing."""
    before = book.strangers
    if strangers == before:
        return book, ()
    touched = {one.claim_id for one in strangers if one not in before}
    touched |= {one.claim_id for one in before if one not in strangers}
    book = with_(book, strangers=strangers)
    changes: tuple[Change, ...] = ()
    concerned = [claim.programme for claim in book.claims if claim.claim_id in touched]
    for programme in dict.fromkeys(concerned):
        settled = settle(book, programme, cause)
        book, changes = settled.book, changes + settled.changes
    return book, changes
