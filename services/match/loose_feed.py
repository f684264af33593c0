"""Tells `elsewhere` what is alone when its deadline has passed, and when it is alone no more."""

from claims.alone import Item, alone_in
from claims.case_events import Publisher
from claims.model import Book
from claims.periods import iso_text
from claims.recovery_events import Loose
from claims.settling import Cause
from pipeline.codec import Codec
from pipeline.ledger import Ledger

TOPIC = "loose"


class LooseFeed:
    """A function of the book before and after, so that nothing about it needs to be kept: what is
    alone in both was told already. ``loose`` is partitioned by person."""

    def __init__(self, publisher: Publisher, codec: Codec) -> None:
        self._person_key, self._codec = publisher.person_key, codec

    def passed(
        self, ledger: Ledger, before: Book | None, after: Book, cause: Cause | None = None
    ) -> None:
        """``before`` is None for a new book; a book that was given away is one without content.

        ``cause`` of what changed in it; without one a row came, changed or went that answers
        nothing, or a day closed: the day and the row tell those apart.
        """
        then = {} if before is None else alone_in(before, self._birth_key)
        now = alone_in(after, self._birth_key)
        if then == now:
            return
        day = after.closed_on
        cause = cause or Cause(day, iso_text(day))
        for name, (person_id, item) in then.items():
            if name not in now or now[name][0] != person_id:
                self._tell(ledger, person_id, item, cause, gone=True)
        for name, (person_id, item) in now.items():
            if then.get(name) != (person_id, item):
                self._tell(ledger, person_id, item, cause, gone=False)

    def differs(self, before: Book, after: Book) -> bool:
        """Whether ``passed`` would tell something. A book that a day end changed in nothing else
        must then be kept too, or it would be told again with the next one."""
        return alone_in(before, self._birth_key) != alone_in(after, self._birth_key)

    def _birth_key(self, born: int) -> str:
        return self._person_key(iso_text(born))

    def _tell(
        self, ledger: Ledger, person_id: str, item: Item, cause: Cause, *, gone: bool
    ) -> None:
        key = self._person_key(person_id)
        word = "gone" if gone else f"alone/{item.key_date}-{item.second_date or ''}"
        event = Loose(
            event_id=f"{item.kind}/{item.item_id}/{word}/{cause.id}",
            person_key=key,
            kind=item.kind,
            gone=gone,
            facility_id=item.facility_id,
            item_id=item.item_id,
            programme=item.programme,
            requirement=item.requirement,
            order_code=item.order_code,
            key_date=item.key_date,
            second_date=item.second_date,
            birth_key=item.birth_key,
            happened_on=cause.day,
        )
        ledger.emit(TOPIC, key.encode(), self._codec.encode(event))
