"""The calendar of the region: ROC texts, deadlines, and when clinics send what.

source: validation.md sections 4 and 5 (a result is due on the 60th day counted from the first of
the month after service).
"""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_CLOSED = date(2025, 1, 31)
LAST_CLOSED = date(2025, 5, 31)


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
    """A fee month and the days on which its files are sent.

    early    results that come before the claims
    claims   the claim file
    results  most results
    resend   a newer version of the claim file, and additions
    fix      corrections of results, well before the due day
    due      last good day
    after    the day after the due day
    late     well after the due day
    The last three lie beyond the last closed day for the last month: its cases stay pending.
    """

    first: date
    early: date
    claims: date
    results: date
    resend: date
    fix: date
    after: date
    late: date

    @property
    def due(self) -> date:
        return due_of(self.first)

    @property
    def ends(self) -> bool:
        """Whether its due day is among the closed days."""
        return self.due <= LAST_CLOSED

    @property
    def fee_month(self) -> str:
        return roc_month(self.first)

    def day(self, number: int) -> date:
        return self.first.replace(day=number)


def _month(number: int, *days: tuple[int, int]) -> Month:
    return Month(date(2025, number, 1), *(date(2025, month, day) for month, day in days))


MONTHS = (
    _month(1, (2, 5), (2, 10), (2, 17), (2, 20), (2, 24), (4, 2), (4, 8)),
    _month(2, (3, 5), (3, 10), (3, 17), (3, 20), (3, 24), (4, 30), (5, 6)),
    _month(3, (4, 7), (4, 10), (4, 15), (4, 17), (4, 22), (5, 31), (5, 31)),
    _month(4, (5, 5), (5, 12), (5, 19), (5, 21), (5, 26), (6, 30), (7, 7)),
)
# Claims of the first two months that a clinic forgot, sent when their due days have passed.
FORGOTTEN = date(2025, 5, 15)
