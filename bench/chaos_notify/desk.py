"""What goes over the agency's desk: notes are filed and reviewed, money is decided on and given
back."""

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from bench.chaos_notify.story import Case
from claims.states import EXCUSED, MATCHED, NOT_PAYABLE, NOTED, OPEN_ERROR, OVERDUE, RECOVERED

SHARE = 0.12
"""Of the cases something can be done about, so many are touched in a day."""


class Act(NamedTuple):
    """A change of a case, and the state after it."""

    change: str
    state: str


# source: correction.md section 3, as far as a clinic is told of it.
ACTS: dict[str, tuple[Act, ...]] = {
    OPEN_ERROR: (Act("note_filed", NOTED),),
    NOTED: (Act("note_approved", EXCUSED), Act("note_refused", OVERDUE)),
    OVERDUE: (Act("payment_denied", NOT_PAYABLE), Act("recovery_ordered", RECOVERED)),
    NOT_PAYABLE: (Act("decision_reversed", MATCHED),),
    RECOVERED: (Act("decision_reversed", MATCHED),),
}


def acts_of_a_day(cases: Iterable[Case], draw: Random) -> list[tuple[Case, Act]]:
    """What is done today; each act is right only while its case is in the state it is in now."""
    found = []
    for case in cases:
        possible = ACTS.get(case.last.state)
        if possible and draw.random() < SHARE:
            found.append((case, draw.choice(possible)))
    return found
