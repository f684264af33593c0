"""Hints of `elsewhere` (hint-found in `records`): into the book of their case, or out of it."""

from collections.abc import Callable

import msgspec

from claims.foreign_hints import with_hint
from claims.model import Elsewhere, with_
from claims.recovery_events import HintFound
from claims.settling import Cause
from pipeline.ledger import Ledger
from pipeline.message import Fact
from services.match.desk import Desk
from services.match.state import book_key

MISMATCH, CODE_CHANGED = "FACILITY_MISMATCH", "FACILITY_CODE_CHANGED"


class ForeignHint(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Body of the fact. ``person_key`` names the ID's own book; an alias may lead to another."""

    facility_id: str
    person_key: str
    hint: Elsewhere
    taken_back: bool
    found_on: int
    event_id: str


def hint_fact(event: HintFound, root: str) -> Fact:
    """``root``: person key of the book in which the ID's facts lie."""
    hint = Elsewhere(
        event.case_id, event.code, event.field, event.expected, event.found, event.evidence
    )
    body = ForeignHint(
        event.facility_id, root, hint, event.taken_back, event.found_on, event.event_id
    )
    return Fact(book_key(event.facility_id, root), body)


class HintSide:
    """``succeeds`` tells whether one facility code is known as the other's successor (R-30)."""

    def __init__(self, desk: Desk, succeeds: Callable[[Ledger, str, str], bool]) -> None:
        self._desk, self._succeeds = desk, succeeds

    def take(self, ledger: Ledger, body: ForeignHint) -> None:
        """A hint about a case that is not there (any more) changes nothing."""
        key = book_key(body.facility_id, body.person_key)
        if ledger.get(key) is None:
            return
        opened, hint = self._desk.open(ledger, key), body.hint
        if hint.code == MISMATCH and self._succeeds(ledger, hint.expected, hint.found):
            hint = with_(hint, code=CODE_CHANGED)
        cause = Cause(max(body.found_on, opened.closed_on), body.event_id)
        book, changes = with_hint(opened, hint, body.taken_back, cause)
        if book is not opened:
            self._desk.put_back(ledger, key, book, changes)
