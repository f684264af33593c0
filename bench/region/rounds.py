"""補正期: the rounds of the year for each programme, and the days inside them.

source: correction.md section 1, rulings.md R-3 and R-4 (a round lists what is late when it opens).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from bench.region.dates import Month

PROGRAMMES = ("adult", "child", "oral")


@dataclass(frozen=True)
class Round:
    """Days of one round. The agency acts on days on which no clinic sends anything, and the other
    way round, so that the order of their facts is known.

    opens     the agency opens it in the morning
    add       results that were missing are sent
    fix       wrong results are corrected; notes are filed
    empty     notes are emptied, and second thoughts of clinics
    again     notes are filed anew
    form      the agency has received forms, annotates, enters aliases
    last      the last good day: the correction deadline
    cut       the day on which the agency ends the round before its deadline; None: it does not
    after     clinics that come too late
    review    the agency reviews notes
    decide    the agency decides on what is overdue
    reopen    the agency enters aliases that prove results received in time
    reverse   the agency takes decisions back
    finally_  clinics after all that
    """

    round_id: str
    programme: str
    service_from: date
    service_to: date
    opens: date
    last: date
    cut: date | None

    def _day(self, days: int) -> date:
        return self.opens + timedelta(days=days)

    def covers(self, visit: date) -> bool:
        return self.service_from <= visit <= self.service_to

    @property
    def ends(self) -> date:
        return self.cut or self.last

    @property
    def paper(self) -> date | None:
        return self.last + timedelta(days=7) if self.programme == "oral" else None

    @property
    def add(self) -> date:
        return self._day(4)

    @property
    def fix(self) -> date:
        return self._day(8)

    @property
    def empty(self) -> date:
        return self._day(11)

    @property
    def again(self) -> date:
        return self._day(13)

    @property
    def form(self) -> date:
        return self._day(16)

    @property
    def after(self) -> date:
        return self.last + timedelta(days=2)

    @property
    def review(self) -> date:
        return self.last + timedelta(days=9)

    @property
    def decide(self) -> date:
        return self.last + timedelta(days=14)

    @property
    def reopen(self) -> date:
        return self.last + timedelta(days=18)

    @property
    def reverse(self) -> date:
        return self.last + timedelta(days=21)

    @property
    def finally_(self) -> date:
        return self.last + timedelta(days=25)


ROUND_NAMES = {1: "114-1", 2: "114-2", 3: "115-1"}


def _rounds() -> tuple[Round, ...]:
    """Two for the halves of the year, and one of the next January that is open at the end. The
    second round of the adult check is ended five days early."""
    made = []
    for half, first, last, opens, deadline in (
        (1, date(2025, 1, 1), date(2025, 6, 30), date(2025, 9, 15), date(2025, 10, 9)),
        (2, date(2025, 7, 1), date(2025, 12, 31), date(2026, 3, 18), date(2026, 4, 15)),
        (3, date(2026, 1, 1), date(2026, 1, 31), date(2026, 5, 14), date(2026, 6, 15)),
    ):
        for programme in PROGRAMMES:
            early = half == 2 and programme == "adult"
            cut = deadline - timedelta(days=5) if early else None
            name = f"{ROUND_NAMES[half]}-{programme}"
            made.append(Round(name, programme, first, last, opens, deadline, cut))
    return tuple(made)


ROUNDS = _rounds()


def round_of(programme: str, visit: date) -> Round | None:
    """The round whose period holds a visit of this programme."""
    for each in ROUNDS:
        if each.programme == programme and each.covers(visit):
            return each
    return None


def round_of_month(programme: str, month: Month) -> Round:
    """Raises LookupError when no round lists this month."""
    found = round_of(programme, month.first)
    if found is None:
        raise LookupError(f"no round lists {month.fee_month}")
    return found
