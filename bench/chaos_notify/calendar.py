"""A day after the other: deadlines pass, lists are issued, results arrive while notices go out."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from random import Random
from time import monotonic

from bench.chaos_notify.desk import ACTS, Act, acts_of_a_day
from bench.chaos_notify.people import People
from bench.chaos_notify.story import Case, Story
from claims.periods import day_of
from claims.states import (
    LATE,
    LISTED,
    MATCHED,
    NOTED,
    OPEN_ERROR,
    OPEN_MISSING,
    OVERDUE,
    PENDING,
    WAITING,
)

# The days of a run lie in one month, as its budget does.
FIRST = day_of(2026, 7, 2)
MOST_DAYS = 27
LADDER = (14, 7, 3, 1)
ROUND_DAYS = {4: 9, 11: 9}
"""Days of a run on which a list is issued, and how long its round lasts."""
WHOLE, SINGLE = 0.15, 0.25
"""Shares of the groups spoken of today that match altogether, or in one case, during the day."""


class Calendar:
    """``today`` is the day notices go out on: the one after the last closed."""

    def __init__(self, story: Story, people: People, random: Random) -> None:
        self._story, self._people, self._random = story, people, random
        self.today = FIRST
        self._rounds = 0

    async def begin(self) -> None:
        """Cases of every day to come are waiting, some of an earlier list are on the agency's desk;
        yesterday is closed."""
        cases = []
        for code in self._people.facilities:
            for due_on in range(FIRST, FIRST + MOST_DAYS + max(LADDER) + 2):
                if self._random.random() < 0.5:
                    cases += self._group(code, due_on)
        await self._story.open(cases, FIRST - 1)
        await self._hand_over()
        await self._story.close(FIRST - 1)

    async def _hand_over(self) -> None:
        """One case of every facility is overdue, one has a note that nobody has read."""
        for code in self._people.facilities:
            for state, why in ((OVERDUE, "round_ended"), (NOTED, "note_filed")):
                case = Case(f"{code}-{state}", code, "", "oral", FIRST - 60)
                await self._story.open([case], FIRST - 60)
                await self._story.change(case, FIRST - 1, state, why)

    def _group(self, code: str, due_on: int) -> list[Case]:
        draw = self._random
        programme = draw.choice(("adult", "child", "oral"))
        laboratory = draw.choice(self._people.laboratories) if draw.random() < 0.2 else ""
        return [
            Case(f"{code}-{due_on}-{number}", code, laboratory, programme, due_on)
            for number in range(draw.randint(1, 5))
        ]

    async def live(self, days: int, seconds: float, enough: Callable[[], Awaitable[bool]]) -> None:
        """So many days of so many seconds each, and more until it is ``enough``."""
        for number in range(MOST_DAYS):
            if number >= days and await enough():
                return
            if number in ROUND_DAYS:
                await self._issue(ROUND_DAYS[number])
            await self._hours(seconds)
            await self.end_day()

    async def end_day(self) -> None:
        """Deadlines of today pass; then the day is closed."""
        passing = [case for case in self._story.cases if self._is_due(case)]
        for case in passing:
            over = OVERDUE if case.last.state in LISTED else LATE
            why = "round_ended" if over == OVERDUE else "deadline_passed"
            await self._story.change(case, self.today, over, why)
        await self._story.close(self.today)
        self.today += 1

    def _is_due(self, case: Case) -> bool:
        step = case.last
        is_running = step.state in WAITING or step.state in LISTED
        return is_running and step.due_on is not None and step.due_on <= self.today

    async def _issue(self, days: int) -> None:
        """A list of everything that is late."""
        self._rounds += 1
        name, deadline = f"R{self._rounds}", self.today + days
        await self._story.open_round(name, self.today, deadline)
        for case in self._story.cases:
            if case.last.state == LATE:
                state = self._random.choice((OPEN_MISSING, OPEN_ERROR))
                on = {"due_on": deadline, "round_id": name}
                await self._story.change(case, self.today, state, "round_opened", **on)
        await self._story.list_issued(name, self.today)

    async def _hours(self, seconds: float) -> None:
        """At any time of the day: results for what is spoken of, notes, reviews, decisions; some
        refused files."""
        groups = defaultdict(list)
        for case in self._story.cases:
            step = case.last
            if step.due_on is not None and step.due_on - self.today in LADDER:
                groups[case.facility, case.programme, step.due_on].append(case)
        hits: list[Case | str | tuple[Case, Act]] = []
        draw = self._random
        for cases in groups.values():
            dice = draw.random()
            if dice < WHOLE:
                hits += cases
            elif dice < WHOLE + SINGLE:
                hits.append(draw.choice(cases))
        hits += acts_of_a_day(self._story.cases, draw)
        hits += [code for code in self._people.facilities if draw.random() < 0.03]
        draw.shuffle(hits)
        began = monotonic()
        for number, hit in enumerate(hits):
            await asyncio.sleep(max(0.0, began + seconds * number / len(hits) - monotonic()))
            await self._hit(hit, number)
        await asyncio.sleep(max(0.0, began + seconds - monotonic()))

    async def _hit(self, hit: Case | str | tuple[Case, Act], number: int) -> None:
        if isinstance(hit, str):
            await self._story.refuse(hit, f"s{self.today}-{number}", self._random.randint(1, 4))
        elif isinstance(hit, tuple):
            case, act = hit
            if act in ACTS.get(case.last.state, ()):
                await self._story.change(case, self.today, act.state, act.change)
        elif hit.last.state in (PENDING, *LISTED):
            await self._story.change(hit, self.today, MATCHED, "result_matched")
