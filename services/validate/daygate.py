"""The gate before ``records``: a day end passes once it came on all inputs; nothing overtakes it.

An input whose own day end came first waits: what it brings afterwards belongs to a later day and is
held in the state, in order, until the day end has passed. So everything received on day D stands in
``records`` before day-closed D.
"""

from collections.abc import Callable

from pipeline.ledger import Ledger
from services.validate.state import DAYS_KEY, Days, Held, held_key

RECORDS_TOPIC = "records"
DAY_KEY = b"day-closed"  # a day end concerns no facility


class DayGate:
    """``encode`` makes the event day-closed of a day."""

    def __init__(self, topics: tuple[str, ...], encode: Callable[[int], bytes]) -> None:
        self._topics = topics
        self._encode = encode

    def days(self, ledger: Ledger) -> Days:
        days = ledger.get(DAYS_KEY)
        return days if isinstance(days, Days) else Days()

    def pass_on(self, ledger: Ledger, topic: str, key: bytes, value: bytes) -> None:
        """Send an output of an input topic to ``records``, or hold it."""
        days = self.days(ledger)
        if self._waits(days, topic):
            ledger.put(DAYS_KEY, self._hold(ledger, days, topic, Held(None, key, value)))
        else:
            ledger.emit(RECORDS_TOPIC, key, value)

    def close(self, ledger: Ledger, topic: str, day: int) -> None:
        """A day end came on an input topic; one that came before is ignored."""
        days = self.days(ledger)
        if self._waits(days, topic):
            days = self._hold(ledger, days, topic, Held(day, b"", b""))
        else:
            days = self._closed(ledger, days, topic, day)
        ledger.put(DAYS_KEY, days)

    def drain(self, ledger: Ledger, limit: int) -> bool:
        """Release up to ``limit`` held entries; True when more could be released now."""
        days = before = self.days(ledger)
        if not days.queues:
            return False
        progress = True
        while progress and limit > 0:
            progress = False
            for topic in self._topics:
                while limit > 0 and topic in days.queues and not self._blocked(days, topic):
                    days = self._release(ledger, days, topic)
                    limit -= 1
                    progress = True
        if days is not before:
            ledger.put(DAYS_KEY, days)
        return any(not self._blocked(days, topic) for topic in days.queues)

    @staticmethod
    def _blocked(days: Days, topic: str) -> bool:
        closed = days.closed.get(topic)
        return closed is not None and (days.forwarded is None or closed > days.forwarded)

    def _waits(self, days: Days, topic: str) -> bool:
        return topic in days.queues or self._blocked(days, topic)

    @staticmethod
    def _hold(ledger: Ledger, days: Days, topic: str, held: Held) -> Days:
        first, last = days.queues.get(topic, (0, 0))
        ledger.put(held_key(topic, last), held)
        queues = days.queues | {topic: (first, last + 1)}
        return Days(days.closed, days.forwarded, queues, days.swept)

    def _release(self, ledger: Ledger, days: Days, topic: str) -> Days:
        first, last = days.queues[topic]
        held = ledger.get(held_key(topic, first))
        assert isinstance(held, Held), "a held entry is missing"
        ledger.put(held_key(topic, first), None)
        queues = {name: queue for name, queue in days.queues.items() if name != topic}
        if first + 1 < last:
            queues[topic] = (first + 1, last)
        days = Days(days.closed, days.forwarded, queues, days.swept)
        if held.day is not None:
            return self._closed(ledger, days, topic, held.day)
        ledger.emit(RECORDS_TOPIC, held.key, held.value)
        return days

    def _closed(self, ledger: Ledger, days: Days, topic: str, day: int) -> Days:
        """The day end takes effect on its topic, and passes if it was the last one missing."""
        if day <= days.closed.get(topic, day - 1):
            return days
        closed, forwarded = days.closed | {topic: day}, days.forwarded
        if all(topic in closed for topic in self._topics):
            common = min(closed.values())
            if forwarded is None or common > forwarded:
                ledger.emit(RECORDS_TOPIC, DAY_KEY, self._encode(common))
                forwarded = common
        return Days(closed, forwarded, days.queues, days.swept)
