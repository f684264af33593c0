"""Random journals for the planner, and every way in which their partitions may be taken."""

import asyncio
from random import Random
from typing import Any

from tests.support.notices import DUE, LABORATORY, Event, Planner, a_case, day_over


class History:
    """Partitions of a random journal: waiting cases, some of which match, over all days."""

    PARTITIONS = 3

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.stays: set[str] = set()
        self.journals = [self._journal(number) for number in range(self.PARTITIONS)]

    def _journal(self, partition: int) -> list[Event]:
        clinics = [f"350134{partition}00{number}" for number in range(2)]
        events: list[Event] = []
        matches: dict[int, list[Event]] = {}
        for number in range(8):
            id, facility = f"p{partition}c{number}", self.random.choice(clinics)
            of: dict[str, Any] = {
                "facility_id": facility,
                "lab_facility_id": self.random.choice(["", LABORATORY]),
            }
            events.append(a_case(id, **of))
            if self.random.random() < 0.6:
                day = self.random.randrange(DUE - 20, DUE)
                matches.setdefault(day, []).append(a_case(id, 2, "matched", **of))
            else:
                self.stays.add(id)
        for day in range(DUE - 20, DUE):
            events += [*matches.get(day, []), day_over(day, partition)]
        return events

    async def told_to(self, planner: Planner) -> None:
        """In any order of partitions, in transactions of any size, now and then two at once."""
        waiting = [list(journal) for journal in self.journals]
        while any(waiting):
            chosen = [n for n, left in enumerate(waiting) if left and self.random.random() < 0.5]
            takes = []
            for number in chosen:
                size = self.random.randrange(1, 9)
                takes.append(planner.give(*waiting[number][:size], partition=number))
                del waiting[number][:size]
            await asyncio.gather(*takes)
