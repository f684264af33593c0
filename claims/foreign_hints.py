"""A hint of `elsewhere` befalls a book: kept or taken back, and its case is judged again."""

from claims.model import Book, Elsewhere, with_
from claims.settling import Cause, Change, settle


def with_hint(
    book: Book, hint: Elsewhere, taken_back: bool, cause: Cause
) -> tuple[Book, tuple[Change, ...]]:
    """The book that knows, or knows no more. A repeat, and a hint about a claim that is not in the
    book (any more), change nothing."""
    programme = next((c.programme for c in book.claims if c.claim_id == hint.claim_id), None)
    if programme is None:
        return book, ()
    about = _about(hint)
    others = tuple(known for known in book.elsewhere if _about(known) != about)
    after = others if taken_back else tuple(sorted((*others, hint), key=_order))
    if after == book.elsewhere:
        return book, ()
    settled = settle(with_(book, elsewhere=after), programme, cause)
    return settled.book, settled.changes


def _about(hint: Elsewhere) -> tuple[str, ...]:
    """What a hint is about; its code is no part of that. A place is the same whether a rename
    explains it or not (R-30), and expects a facility, an interval a time. When the claim's own
    facility got another code, the hint about the former one is not that about the new, whichever
    is taken back last."""
    return (hint.claim_id, hint.expected, hint.evidence)


def _order(hint: Elsewhere) -> tuple[str, ...]:
    return (hint.claim_id, hint.code, hint.found, hint.evidence)
