"""The calendar of the region: ROC texts, deadlines, and when clinics send what.

source: validation.md sections 4 and 5 (a result is due on the 60th day counted from the first of
the month after service).
"""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_CLOSED = date(2025, 1, 31)
LAST_CLOSED = date(2026, 5, 28)


def roc(day: date) -> str:
    """yyyMMdd, the way files are written."""
    return f"{day.year - 1911:03d}{day.month:02d}{day.day:02d}"


def roc_month(day: date) -> str:
    return f"{day.year - 1911:03d}{day.month:02d}"


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def due_of(visit: date) -> date:
    """Last good day of the result of a visit."""
    return next_month(visit) + timedelta(days=59)


@dataclass(frozen=True)
class Month:
    """A fee month and the days on which its files are sent: in the month after it, and when its
    results are due.

    early      results that come before the claims
    claims     the claim file
    results    most results
    resend     a newer version of the claim file, and additions
    fix        corrections of results, well before the due day
    due        last good day
    after      the day after the due day
    late       well after the due day
    forgotten  claims that a clinic forgot, later still, but before a round lists the month
    The due day of the last month lies beyond the last closed day: its cases stay pending.
    """

    first: date

    def _next(self, number: int) -> date:
        return next_month(self.first).replace(day=number)

    @property
    def early(self) -> date:
        return self._next(5)

    @property
    def claims(self) -> date:
        return self._next(10)

    @property
    def results(self) -> date:
        return self._next(17)

    @property
    def resend(self) -> date:
        return self._next(20)

    @property
    def fix(self) -> date:
        return self._next(24)

    @property
    def due(self) -> date:
        return due_of(self.first)

    @property
    def after(self) -> date:
        return self.due + timedelta(days=1)

    @property
    def late(self) -> date:
        return self.due + timedelta(days=7)

    @property
    def forgotten(self) -> date:
        return self.due + timedelta(days=14)

    @property
    def fee_month(self) -> str:
        return roc_month(self.first)

    def day(self, number: int) -> date:
        return self.first.replace(day=number)


# ROC 114 from January to December; one month whose round is open at the end, one not due then.
ENDED = tuple(Month(date(2025, number, 1)) for number in range(1, 13))
FIRST_HALF, SECOND_HALF = ENDED[:6], ENDED[6:]
LISTED_AT_END, NOT_DUE = Month(date(2026, 1, 1)), Month(date(2026, 3, 1))
MONTHS = (*ENDED, LISTED_AT_END, NOT_DUE)
