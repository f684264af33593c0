"""What notify told, laid beside the journal of the cases, which was compared with the truth before.

Days count, not instants: the sender's day is the one after the last day that every partition has
finished, so whatever happened on an earlier day was known to it, however busy the machine.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bench.compare import Difference
from bench.seen import Journey, Step
from claims.notices import BY_NAME, LAB, ROUND_OPENED
from claims.periods import iso_text
from claims.reminder_events import Reminders

FAR = 1 << 30
ENDS = ("sent", "cancelled", "failed", "parked")


@dataclass(frozen=True)
class Said:
    """One notice in one message that went out: ``count`` cases, in words of the day frozen_on."""

    delivery_id: str
    frozen_on: int
    kind: str
    audience: str
    facility_id: str
    programme: str
    subject: str
    due_on: int | None
    while_states: tuple[str, ...]
    count: int

    def speaks_of(self, step: Step) -> bool:
        """As the specification of a notice has it: state, deadline, and who is told."""
        who = step.lab_facility_id if self.audience == LAB else step.facility_id
        return (
            step.state in self.while_states
            and who == self.facility_id
            and step.programme == self.programme
            and (self.due_on is None or step.due_on == self.due_on)
        )


def compare_rounds(
    journeys: Mapping[str, Journey], facts: Iterable[Reminders], rounds: Mapping[str, int]
) -> Iterator[Difference]:
    """Everybody with a case on a list as it was issued hears of the round, and nobody else.

    rounds: the day on which each was opened.
    """
    expected = {
        (round_id, audience, who)
        for journey in journeys.values()
        for round_id, opened_on in rounds.items()
        for audience, who in _listed(journey, round_id, opened_on)
    }
    found = {
        (fact.round_id, fact.audience, fact.facility_id)
        for fact in facts
        if fact.fact == "planned" and fact.kind == ROUND_OPENED
    }
    for key in sorted(expected ^ found):
        yield Difference("/".join(key), "", "round told", str(key in expected), str(key in found))


def _listed(journey: Journey, round_id: str, opened_on: int) -> Iterator[tuple[str, str]]:
    before = [step for step in journey.steps if step.day <= opened_on]
    if not before or before[-1].round_id != round_id:
        return
    step = before[-1]
    if step.state not in BY_NAME[ROUND_OPENED].while_states:
        return
    yield "claiming", step.facility_id
    if step.lab_facility_id and step.lab_facility_id != step.facility_id:
        yield LAB, step.lab_facility_id


def compare_ends(facts: Iterable[Reminders], waiting: set[str]) -> Iterator[Difference]:
    """What was planned has an end, but for what waits for a next day; nothing ends unplanned."""
    told: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        told[fact.notice_id].add(fact.fact)
    for notice_id, names in sorted(told.items()):
        ended = bool(names & {*ENDS})
        if "planned" not in names or ended == (notice_id in waiting):
            yield Difference(notice_id, "", "notice", "planned and ended", " ".join(sorted(names)))


def compare_counts(journeys: Mapping[str, Journey], said: Iterable[Said]) -> Iterator[Difference]:
    """Nobody is told of a case that had left before the day on which the words were frozen."""
    places: dict[tuple[str, str], list[Journey]] = defaultdict(list)
    for journey in journeys.values():
        for who in {(s.facility_id, s.programme) for s in journey.steps} | {
            (s.lab_facility_id, s.programme) for s in journey.steps if s.lab_facility_id
        }:
            places[who].append(journey)
    for one in said:
        if not one.while_states:
            continue
        theirs = places[one.facility_id, one.programme]
        most = sum(_stood(journey, one) for journey in theirs)
        if one.count > most:
            day = iso_text(one.frozen_on)
            what = f"{one.kind} {one.audience} {one.facility_id} {one.programme} {day}"
            yield Difference(what, "", "cases told", f"at most {most}", str(one.count))


def _stood(journey: Journey, said: Said) -> bool:
    """Whether the case was what the notice speaks of at some time of that day or later."""
    ends = [step.day for step in journey.steps[1:]] + [FAR]
    return any(
        said.speaks_of(step) and end >= said.frozen_on
        for step, end in zip(journey.steps, ends, strict=True)
    )


def in_both_roles(said: Iterable[Said]) -> int:
    """Messages that speak of the facility's own cases and of those it examined for others."""
    audiences: dict[str, set[str]] = defaultdict(set)
    for one in said:
        audiences[one.delivery_id].add(one.audience)
    return sum(len(both) > 1 for both in audiences.values())


def counts_of_facts(facts: Iterable[Reminders]) -> dict[str, dict[str, int]]:
    """Kind to fact to notices; one that was sent to several people counts once."""
    seen = {(fact.kind, fact.fact, fact.notice_id) for fact in facts}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, fact, _ in seen:
        counts[kind][fact] += 1
    return {kind: dict(counts[kind]) for kind in BY_NAME if kind in counts}


def reasons_of(facts: Iterable[Reminders], fact: str) -> dict[str, int]:
    """Why notices were cancelled, or failed: how many by reason."""
    return dict(Counter(one.reason for one in facts if one.fact == fact).most_common())
