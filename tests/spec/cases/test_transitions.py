"""Every transition of correction.md section 3, and every trigger in every state.

A child's visit and a positive oral screening of 114-03-10 (due 114-05-30) are brought into each
state; around the child's lie a right row of 114-05-20, a wrong one of 114-06-20, and a day closed
long ago (114-03-01). Round L lists the first half of the year; it ends on 114-09-30.
"""

from typing import NamedTuple

import pytest

from claims import states
from claims.states import TRANSITIONS, ZH
from tests.support.judge import Story, day

AROUND = (
    "114-03-01 day closes",
    "114-06-21 row S: child on 114-05-20 order=71 born=114-02-01",
    "114-06-21 row T: child on 114-06-20 order=71 born=114-02-01 missing=sex",
)
LATER = "114-07-02"
AFTER = "114-10-02"


class Subject(NamedTuple):
    """A programme's claim, its row, and what makes the row wrong."""

    programme: str
    claim: str
    row: str
    wrong: str

    @property
    def reach(self) -> dict[str, tuple[str, ...]]:
        """How a case comes into each state."""
        claim, row = f"114-04-05 claim A: {self.claim}", f"114-04-06 row R: {self.row}"
        late = (claim, "114-05-30 day closes")
        wrong = (claim, f"{row} {self.wrong}", "114-05-30 day closes")
        opens = f"114-06-30 round L: {self.programme} from=114-01-01 to=114-06-30 until=114-09-30"
        over = "114-09-30 day closes"
        reached: dict[str, tuple[str, ...]] = {
            states.NEW: (),
            states.PENDING: (claim,),
            states.PENDING_ERROR: (claim, f"{row} {self.wrong}"),
            states.LATE: late,
            states.OPEN_MISSING: (*late, opens),
            states.OPEN_ERROR: (*wrong, opens),
            states.MATCHED: (claim, row),
            states.OVERDUE: (*late, opens, over),
            states.NOT_PAYABLE: (*late, opens, over, "114-10-01 decide A: not_payable"),
            states.RECOVERED: (*late, opens, over, "114-10-01 decide A: recovered"),
            states.EXCUSED: (*late, opens, over, "114-10-01 reverse A: heard"),
            states.EXEMPT: (claim, "114-04-06 exempt A"),
            states.WITHDRAWN: (claim, "114-04-06 withdraw A"),
        }
        if self.programme == "oral":
            noted = (*wrong, opens, "114-07-01 note A: lost")
            return reached | {
                states.NOTED: noted,
                states.EXCUSED: (*noted, over, "114-10-01 review A: approved"),
            }
        return reached | {states.INVALID: ("114-04-05 claim A: 71 on 114-03-10 born=",)}


CHILD = Subject(
    "child",
    "71 on 114-03-10 born=114-02-01",
    "child on 114-03-10 order=71 born=114-02-01",
    "missing=sex",
)
ORAL = Subject("oral", "95 on 114-03-10", "oral on 114-03-10 result_sign=1", "payer=2")
SUBJECTS = (CHILD, ORAL)
NEWER = "appl=114-07-01"
VERSIONS = (
    f"71 on 114-07-01 born=113-02-01 {NEWER}",
    f"71 on 114-06-20 born=114-02-01 {NEWER}",
    f"71 on 113-12-15 born=113-11-01 {NEWER}",
    f"71 on 114-05-20 born=114-02-01 {NEWER}",
    f"71 on 114-05-20 born= {NEWER}",
    f"71 on 114-03-10 born=114-02-01 points=999 {NEWER}",
)
SAME_DAY = {"child": VERSIONS[-1], "oral": f"95 on 114-03-10 points=999 {NEWER}"}


def play(*steps: str) -> Story:
    story = Story()
    for step in (*AROUND, *steps):
        when, _, what = step.partition(" ")
        story.step(day(when), what)
    return story


def last(story: Story) -> tuple[str, str, str]:
    """(state before, change, state after) of the last event of case A."""
    step = [one for one in story.journal if one.claim.claim_id.endswith("/A")][-1]
    return (step.previous_state, step.change, step.head.state)


def case_events(story: Story) -> int:
    return sum(one.claim.claim_id.endswith("/A") for one in story.journal)


def by_trigger(subject: Subject, origin: str, trigger: str) -> list[tuple[str, ...]]:
    """Steps that bring one trigger to a case in a state, in all the ways the table tells apart."""
    reach = subject.reach.get(origin)
    if reach is None:
        return []
    listed = any(" round " in step for step in reach)
    when = AFTER if any("114-09-30 day" in step for step in reach) else LATER
    dues = [(*reach, "114-05-31 day closes")]
    if any("114-05-30 day" in step for step in reach):
        dues = [reach]
    elif listed:
        dues = []
    match trigger:
        case states.CLAIM_ACCEPTED:
            wrong = f"{LATER} row R: child on 113-12-15 order=71 born=113-11-01 missing=sex"
            accepted = [f"{LATER} claim A: {version}" for version in VERSIONS]
            closed = f"{LATER} facility closes"
            return [
                *((step,) for step in accepted),
                *((wrong, step) for step in accepted),
                (closed, accepted[0]),
            ]
        case states.REVISION:
            versions = VERSIONS if subject is CHILD else (SAME_DAY["oral"],)
            return [(*reach, f"{when} claim A: {version}") for version in versions]
        case states.DAY:
            return [(*reach, "114-05-31 day closes")] if dues != [reach] else []
        case states.ROUND_OPENS:
            opens = f"{LATER} round M: {subject.programme} from=114-03-10 to=114-03-10"
            return [
                (*way, f"{opens} until=114-12-31")
                for way in (reach, (*reach, f"{LATER} row R: {subject.row} {subject.wrong}"))
                if not (way is not reach and "row R" in " ".join(reach))
            ]
        case states.ROUND_ENDS:
            return [(*reach, "114-08-01 end L")] if listed else []
        case states.RESULT_GONE:
            twin = f"114-04-07 row U: {subject.row} mark=2"
            gone = f"{when} delete R"
            ways = [(*reach, gone), *((*due, gone) for due in dues), (*reach, twin, gone)]
            if origin == states.MATCHED:
                ways += [("114-04-01 facility closes", *reach, gone), (*_listed_match(), gone)]
            return ways
        case states.RESULT:
            return _rows(subject, reach, origin, dues, when)
        case states.ALIAS:
            return []  # tests/unit/claims/test_joining.py: a join of two books
        case states.RULES:
            return [(*reach, f"{when} rules change")]
    return [(*reach, f"{when} {what}") for what in WORDS[trigger]]


def _listed_match() -> tuple[str, ...]:
    """A child's case that was listed, and matched while the round is open."""
    return (*CHILD.reach[states.OPEN_MISSING], f"114-07-01 row R: {CHILD.row}")


def _rows(
    subject: Subject, reach: tuple[str, ...], origin: str, dues: list[tuple[str, ...]], when: str
) -> list[tuple[str, ...]]:
    steps = [f"{when} row R: {subject.row}", f"{when} row R: {subject.row} {subject.wrong}"]
    if subject is CHILD:
        steps.append(f"{when} row R: {subject.row} missing=height_cm")
        if "row R" in " ".join(reach):
            other = "child on 114-03-25 order=72 born=114-02-01"
            steps += [f"{when} edit R: {other}", f"{when} edit R: {subject.row} missing=sex,bmi"]
    ways = [*((*reach, step) for step in steps), *((*due, step) for due in dues for step in steps)]
    if origin == states.MATCHED and subject is CHILD:
        ways += [("114-04-01 facility closes", *reach, step) for step in steps]
        ways += [(*_listed_match(), step) for step in steps]
    return ways


WORDS: dict[str, tuple[str, ...]] = {
    states.NOTE: ("note A: lost, again",),
    states.NOTE_EMPTIED: ("note A:",),
    states.REVIEW: ("review A: approved", "review A: refused"),
    states.DENIAL: ("decide A: not_payable",),
    states.RECOVERY: ("decide A: recovered",),
    states.REVERSAL: ("reverse A: heard",),
    states.FACILITY_CLOSED: ("facility closes",),
    states.FACILITY_REOPENED: ("facility opens",),
    states.EXEMPTION: ("exempt A",),
    states.WITHDRAWAL: ("withdraw A",),
    states.REMARK: ("annotate A: SYSTEM_CASE",),
}
RE_EVALUATED = frozenset({states.REVISION, states.RULES, states.FACILITY_REOPENED})
"""What follows is the judgement of all rows above: each origin leads somewhere listed."""


def seen_of(origin: str, trigger: str) -> set[tuple[str, str, str]]:
    return {
        last(play(*steps))
        for subject in SUBJECTS
        for steps in by_trigger(subject, origin, trigger)
        if case_events(play(*steps))
    }


@pytest.mark.parametrize(
    "step",
    [step for step in TRANSITIONS if step.trigger not in (*RE_EVALUATED, states.ALIAS)],
    ids=lambda step: f"{step.row} {step.trigger} {step.change}",
)
def test_every_transition_of_the_table_happens(step: states.Transition) -> None:
    """From each state it starts from to each it may lead to, some story has that very event."""
    for origin in step.origins:
        seen = seen_of(origin, step.trigger) | _special(origin, step)
        for target in step.targets:
            assert (origin, step.change, target) in seen


def _special(origin: str, step: states.Transition) -> set[tuple[str, str, str]]:
    """Stories that need more than one step beyond the state."""
    stories: list[tuple[str, ...]] = []
    noted = ORAL.reach[states.NOTED]
    over = "114-09-30 day closes"
    match step.trigger:
        case states.REVIEW:
            stories = [
                (*noted, over, f"{AFTER} review A: {said}") for said in ("approved", "refused")
            ]
        case states.REVERSAL:
            row = f"{AFTER} row R: {CHILD.row}"
            stories = [(*CHILD.reach[origin], row, f"{AFTER} reverse A: heard")]
        case states.FACILITY_CLOSED if origin == states.NOTED:
            return {(states.NOTED, "exempted", states.EXEMPT)}  # children have no notes: test_oral
    return {last(play(*steps)) for steps in stories}


@pytest.mark.parametrize(
    "step",
    [step for step in TRANSITIONS if step.trigger in (states.REVISION,)],
    ids=lambda step: f"{step.row} {step.change}",
)
def test_a_new_version_is_judged_afresh_from_every_state(step: states.Transition) -> None:
    for origin in step.origins:
        seen = seen_of(origin, step.trigger)
        assert seen, origin
        assert {(before, change) for before, change, _ in seen} == {(origin, step.change)}
        assert {after for _, _, after in seen} <= set(step.targets)


@pytest.mark.parametrize("state", states.STATES)
@pytest.mark.parametrize("trigger", [t for t in states.TRIGGERS if t != states.CLAIM_ACCEPTED])
def test_a_trigger_leads_where_the_table_says_or_nowhere(state: str, trigger: str) -> None:
    """Not listed: the state stays; reasons or hints may be refreshed."""
    listed = {
        (target, step.change)
        for step in TRANSITIONS
        if step.trigger == trigger and state in step.origins
        for target in step.targets
    }
    for subject in SUBJECTS:
        for steps in by_trigger(subject, state, trigger):
            before, after = play(*steps[:-1]), play(*steps)
            if before.state_of("A").split()[0] != state:
                continue
            if case_events(after) == case_events(before):
                continue
            previous, change, now = last(after)
            assert previous == state
            assert (now, change) in listed or (now == state and change in REFRESHED)


REFRESHED = ("mismatch_found", "hint_changed", "remark_added")

REFUSED: dict[str, dict[str, str]] = {
    "note A: lost": {
        **dict.fromkeys(ZH, "NOTE_NOT_ALLOWED"),
        states.MATCHED: "LOCKED",
        states.OPEN_ERROR: "",
        states.NOTED: "",
        states.OVERDUE: "ROUND_CLOSED",
        states.NOT_PAYABLE: "ROUND_CLOSED",
        states.RECOVERED: "ROUND_CLOSED",
        states.EXCUSED: "ROUND_CLOSED",
    },
    "review A: approved": dict.fromkeys(ZH, "DECISION_NOT_ALLOWED"),
    "decide A: recovered": {**dict.fromkeys(ZH, "DECISION_NOT_ALLOWED"), states.OVERDUE: ""},
    "decide A: not_payable": {**dict.fromkeys(ZH, "DECISION_NOT_ALLOWED"), states.OVERDUE: ""},
    "reverse A: heard": {
        **dict.fromkeys(ZH, "DECISION_NOT_ALLOWED"),
        states.OVERDUE: "",
        states.NOT_PAYABLE: "",
        states.RECOVERED: "",
    },
    "exempt A": {
        **dict.fromkeys(ZH, "DECISION_NOT_ALLOWED"),
        **dict.fromkeys(states.OPEN, ""),
    },
    "withdraw A": {
        **dict.fromkeys(ZH, ""),
        states.NOT_PAYABLE: "WITHDRAW_NOT_ALLOWED",
        states.RECOVERED: "WITHDRAW_NOT_ALLOWED",
    },
    "annotate A: SYSTEM_CASE": dict.fromkeys(ZH, ""),
    "annotate A: NOT_FOUND": dict.fromkeys(ZH, "VALUE_NOT_ALLOWED"),
    "form A": dict.fromkeys(ZH, ""),
}
"""What a command is answered in each state; empty: done. Oral, where the programme matters."""


@pytest.mark.parametrize("command", REFUSED)
@pytest.mark.parametrize("state", states.STATES)
def test_a_command_is_done_or_refused_with_its_code(command: str, state: str) -> None:
    subject = CHILD if state == states.INVALID else ORAL
    expected = REFUSED[command][state]
    if subject is CHILD and command in ("form A", "note A: lost"):
        expected = "EDIT_NOT_ALLOWED" if command == "form A" else "NOTE_NOT_ALLOWED"
    story = play(*subject.reach[state], f"{AFTER} {command}")
    assert story.said["A"] == (f"refused {expected}" if expected else "done")


def test_no_exception_is_ever_told_of_a_waiting_case() -> None:
    """The view `unmatched` begins with late (correction.md section 3)."""
    assert states.WAITING.isdisjoint(states.EXCEPTIONS)
    assert {states.PENDING, states.PENDING_ERROR} == states.WAITING
