"""What must be true in the end, counted on phones and in mailboxes; each law lists what breaks it.

A message that is on a phone was accepted, whatever was answered. An instant of the journal is a
span here: from before the brokers were given an entry until they said that they have it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from bench.chaos_notify.evidence import Arrival, Evidence
from bench.chaos_notify.people import People
from bench.chaos_notify.story import NEVER, Case, Step, Story
from claims.notices import (
    BY_NAME,
    CASE_OVERDUE,
    CHANGES_TOLD,
    CORRECTION_DUE,
    DECISION_MADE,
    LAB,
    NOTE_REVIEWED,
    ROUND_OPENED,
    UPLOAD_DUE,
)
from claims.reminder_events import Reminders

TOLERANCE_MS = 5_000
BUDGET_SHARE = 0.02
ENDS = ("sent", "cancelled", "failed", "parked")
# Kinds whose cases the story knows one by one.
COUNTED = (
    *(UPLOAD_DUE, CORRECTION_DUE, ROUND_OPENED, CASE_OVERDUE),
    *(NOTE_REVIEWED, DECISION_MADE),
)
# Of these, what befalls cases on one day adds up, and none is counted on from one day to the next.
ADDING_UP = (CASE_OVERDUE, NOTE_REVIEWED, DECISION_MADE)
TOLD = {told.subject: told for told in CHANGES_TOLD}
"""The changes that are told as what they are, by name."""
_SHOWN = re.compile(r"(\d+) [件筆]")


class Laws:
    """Everything that was told, by notice and by delivery, beside everything that arrived."""

    def __init__(self, evidence: Evidence, story: Story, people: People) -> None:
        self._evidence, self._story, self._people = evidence, story, people
        self._cases: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in story.cases:
            self._cases[case.facility, case.programme].append(case)
            if case.laboratory:
                self._cases[case.laboratory, case.programme].append(case)
        self._planned: dict[str, Reminders] = {}
        self._ends: dict[str, dict[str, list[Reminders]]] = defaultdict(lambda: defaultdict(list))
        for fact in evidence.facts:
            if fact.fact == "planned":
                self._planned[fact.notice_id] = fact
            else:
                self._ends[fact.notice_id][fact.delivery_id].append(fact)
        self._arrived: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in evidence.arrivals:
            self._arrived[arrival.delivery].append(arrival)

    # -- 1: nobody hears twice

    def duplicates(self) -> Iterator[str]:
        """Two messages of a delivery; two digests of a day; the same words twice."""
        digests: Counter[tuple[object, ...]] = Counter()
        words: dict[tuple[str, str, str], list[Arrival]] = defaultdict(list)
        for one in self._evidence.arrivals:
            words[one.channel, one.recipient, one.content].append(one)
            if one.delivery not in self._evidence.about:
                yield f"{one.channel}: a message that no delivery holds"
                continue
            about = self._evidence.about[one.delivery]
            digests[one.channel, one.recipient, *about] += 1
        for name, arrivals in self._arrived.items():
            if name and len(arrivals) > 1:
                yield f"delivery {name} arrived {len(arrivals)} times"
        for key, count in digests.items():
            if count > 1:
                yield f"{key[0]} {'/'.join(map(str, key[2:]))}: {count} digests"
        for (channel, _, _), same in words.items():
            if len(same) > 1:
                told = " ".join(f"{one.delivery} at {one.at_ms}" for one in same)
                yield f"{channel}: the same words, {told}: {same[0].short}"

    # -- 2: every notice has one end, and a true one

    def lost(self) -> Iterator[str]:
        """Notices without an end, with two, with one that is not true; reminders nobody planned."""
        yield from (f"told twice and differently: {name}" for name in self._evidence.contradictory)
        for name in self._ends.keys() - self._planned.keys():
            yield f"{name}: an end without a plan"
        for name in self._planned:
            ends = self._ends.get(name, {})
            if not ends:
                yield f"{name}: no end"
            if "" in ends and len(ends) > 1:
                yield f"{name}: ended without a delivery, and with one"
            for delivery, facts in ends.items():
                told = [fact.fact for fact in facts]
                if len(told) > 1 and told != ["parked", "sent"]:
                    yield f"{name} {delivery}: {' '.join(told)}"
                yield from (f"{name} {delivery}: {why}" for why in self._untrue(facts[-1]))
        yield from self._never_planned()
        yield from self._change_untold()

    def _untrue(self, end: Reminders) -> Iterator[str]:
        arrived = self._arrived.get(end.delivery_id, []) if end.delivery_id else []
        match end.fact, end.reason:
            case "sent", _:
                if not arrived and not self._was_blocked(end):
                    yield "sent, and never arrived"
            case "failed", _:
                if arrived:
                    yield f"failed ({end.reason}), and arrived"
                elif end.reason == "no_recipient" and self._has_recipient(end):
                    yield "failed for want of a recipient who is there"
            case "cancelled", "resolved":
                # Its instant is that at which the sender began with everybody's digests.
                surely = end.at_ms + TOLERANCE_MS
                if any(self._stands(end, case, surely) for case in self._cases_of(end)):
                    yield "cancelled as resolved, and a case still waits"
            case "cancelled", "out_of_date":
                over = [day for day, at in self._story.closed.items() if at <= end.at_ms]
                if end.due_on is None or end.due_on > max(over):
                    yield "cancelled as out of date before its deadline"
            case "cancelled", "superseded":
                if not any(_same(end, one) and one.day > end.day for one in self._planned.values()):
                    yield "cancelled as superseded by nothing"
            case "cancelled", "blocked":
                if not self._people.blocked:
                    yield "cancelled as blocked, and nobody has"
            case ("cancelled", "uncertain") | ("parked", "fate_unknown"):
                pass
            case "cancelled", ("bounced" | "over_budget"):
                if arrived:
                    yield f"cancelled ({end.reason}), and arrived"
            case fact, reason:
                yield f"{fact} ({reason}) is no end this run can have"

    def _was_blocked(self, end: Reminders) -> bool:
        theirs = {one.user for one in self._people.persons if one.facility == end.facility_id}
        return end.channel == "line" and any(
            self._people.blocked.get(user, NEVER) <= end.at_ms for user in theirs
        )

    def _has_recipient(self, end: Reminders) -> bool:
        """Some phone that was never blocked: a mailbox may have refused us by then."""
        theirs = {one.user for one in self._people.persons if one.facility == end.facility_id}
        return bool(theirs - self._people.blocked.keys())

    def _never_planned(self) -> Iterator[str]:
        """Every case that was on a step of the ladder all day was in a notice of that day, or of a
        later one, which makes good what an outage left out: a planner that comes back plans for
        the newest day only, and not for deadlines that are over by then."""
        told: dict[tuple[str, str, str, int | None], int] = {}
        for fact in self._planned.values():
            key = (fact.kind, fact.facility_id, fact.programme, fact.due_on)
            told[key] = max(told.get(key, 0), fact.day)
        closed = self._story.closed
        for case in self._story.cases:
            for step, ends_ms, _ in case.spans():
                if step.due_on is None or step.state not in BY_NAME[UPLOAD_DUE].while_states:
                    continue
                key = (UPLOAD_DUE, case.facility, case.programme, step.due_on)
                for left in (14, 7, 3, 1):
                    day = step.due_on - left
                    is_due = day - 1 in closed and ends_ms > closed.get(day, NEVER)
                    could = any(
                        day <= planned_on <= step.due_on and at_ms < ends_ms
                        for planned_on, at_ms in self._evidence.planned_days.items()
                    )
                    if is_due and could and told.get(key, 0) < day:
                        yield f"{'/'.join(map(str, key))}: no reminder {left} days before"

    def _change_untold(self) -> Iterator[str]:
        """Every review and every decision that was still right when a day was planned was in a
        notice of its day."""
        told = {
            (fact.facility_id, fact.programme, _subject(fact), fact.day)
            for fact in self._planned.values()
        }
        plannings = self._evidence.planned_days.values()
        for case in self._story.cases:
            for step, time in told_times(case):
                key = (case.facility, case.programme, step.why, step.day)
                is_seen = any(time.known_ms < at_ms < time.ends_ms for at_ms in plannings)
                if is_seen and key not in told:
                    yield f"{'/'.join(map(str, key))}: no notice"

    # -- 3: nobody hears of what is done

    def stale(self) -> tuple[list[str], list[str]]:
        """Messages accepted although all their cases had matched more than 5 s before; and those
        that count a case too many, or one too few."""
        whole, parts = [], []
        for delivery, arrivals in self._arrived.items():
            said = [
                fact
                for ends in self._ends.values()
                for fact in ends.get(delivery, [])[:1]
                if delivery and fact.fact in ENDS and fact.count > 0
            ]
            at_ms = min(one.at_ms for one in arrivals)
            counted = [fact for fact in said if fact.kind in COUNTED]
            most = {fact.notice_id: self._most(fact, at_ms - TOLERANCE_MS) for fact in counted}
            if counted and len(counted) == len(said) and not any(most.values()):
                late_s = (at_ms - max(self._over_ms(fact) for fact in counted)) / 1000
                whole.append(f"{delivery}: all its cases were over {late_s:.1f} s before")
            for fact in counted:
                least = self._least(fact, at_ms)
                if not least <= fact.count <= most[fact.notice_id]:
                    right = f"{least} to {most[fact.notice_id]}"
                    parts.append(f"{fact.notice_id} {delivery}: says {fact.count}, not {right}")
            shown = sum(map(int, _SHOWN.findall(arrivals[0].short)))
            if shown > sum(fact.count for fact in said) and "每日摘要" not in arrivals[0].short:
                parts.append(f"{delivery}: shows {shown}, more than its facts")
        return whole, parts

    def _cases_of(self, fact: Reminders) -> Iterable[Case]:
        """Those that were ever what the notice speaks of."""
        for case in self._cases[fact.facility_id, fact.programme]:
            who = case.laboratory if fact.audience == LAB else case.facility
            if who == fact.facility_id and any(_speaks_of(fact, step) for step in case.steps):
                yield case

    def _most(self, fact: Reminders, after_ms: int) -> int:
        """Cases that were not surely over by that instant."""
        return sum(
            any(time.over_ms > after_ms for time in times_of(fact, case))
            for case in self._cases_of(fact)
        )

    def _least(self, fact: Reminders, at_ms: int) -> int:
        """Cases that surely stood from before the plan until then."""
        if fact.kind in ADDING_UP:
            return 0
        planned_ms = self._planned[fact.notice_id].at_ms
        return sum(
            self._stands(fact, case, at_ms) and case.steps[0].known_ms < planned_ms
            for case in self._cases_of(fact)
        )

    def _stands(self, fact: Reminders, case: Case, at_ms: int) -> bool:
        return any(time.known_ms < at_ms < time.ends_ms for time in times_of(fact, case))

    def _over_ms(self, fact: Reminders) -> int:
        ends = [time.over_ms for case in self._cases_of(fact) for time in times_of(fact, case)]
        return max(ends, default=0)

    # -- 4 and 5

    def overspent(self) -> Iterator[str]:
        used, counted = self._evidence.used, self._evidence.counted
        if abs(used - counted) > BUDGET_SHARE * counted:
            yield f"charged {used}, LINE counted {counted}"

    def leaks(self) -> Iterator[str]:
        yield from self._evidence.leaks
        yield from self._evidence.unplanned


class Time(NamedTuple):
    """How long a case was what a notice speaks of: the brokers knew it from ``known_ms`` on, it
    ended at ``ends_ms`` at the earliest and at ``over_ms`` at the latest."""

    known_ms: int
    ends_ms: int
    over_ms: int


def times_of(fact: Reminders, case: Case) -> Iterator[Time]:
    """A review or a decision is true until the case leaves the states it leads to; anything else
    until the next step."""
    if _subject(fact) in TOLD:
        yield from (time for step, time in told_times(case) if _speaks_of(fact, step))
        return
    for step, ends_ms, over_ms in case.spans():
        if _speaks_of(fact, step):
            yield Time(step.known_ms, ends_ms, over_ms)


def told_times(case: Case) -> Iterator[tuple[Step, Time]]:
    """Its reviews and decisions, and how long each was true."""
    spans = list(case.spans())
    for place, (step, _, _) in enumerate(spans):
        if told := TOLD.get(step.why):
            after = takewhile(lambda span: span[0].state in told.while_states, spans[place:])
            *_, (_, ends_ms, over_ms) = after
            yield step, Time(step.known_ms, ends_ms, over_ms)


def _subject(fact: Reminders) -> str:
    """What the notice is about, as its name has it."""
    return fact.notice_id.split("/")[4]


def _speaks_of(fact: Reminders, step: Step) -> bool:
    """As the specification of a notice has it."""
    if told := TOLD.get(_subject(fact)):
        return step.why == told.subject and step.day == fact.day
    if step.state not in BY_NAME[fact.kind].while_states:
        return False
    if fact.kind == CASE_OVERDUE:
        return step.day == fact.day and step.why not in TOLD
    return step.due_on == fact.due_on and (not fact.round_id or step.round_id == fact.round_id)


def _same(one: Reminders, other: Reminders) -> bool:
    names = ("kind", "audience", "facility_id", "programme", "round_id", "due_on")
    return all(getattr(one, name) == getattr(other, name) for name in names)
