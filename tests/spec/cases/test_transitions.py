"""Every transition of the specification's rows 1 to 7, 23, 24 and 27, and every trigger in every state.

The stories are about a child's visit of 114-03-10 (due 114-05-30); around it lie a right row of
114-05-20, a wrong one of 114-06-20, and a day closed long ago (114-03-01).
"""

import pytest

from claims import states
from claims.states import TRANSITIONS
from tests.support.judge import Story, day

CHILD = "71 on 114-03-10 born=114-02-01"
ROW = "row R: child on 114-03-10 order=71 born=114-02-01"
TWIN = "row U: child on 114-03-10 order=71 born=114-02-01 mark=2"
AROUND = (
    "114-03-01 day closes",
    "114-06-21 row S: child on 114-05-20 order=71 born=114-02-01",
    "114-06-21 row T: child on 114-06-20 order=71 born=114-02-01 missing=sex",
)
REACH: dict[str, tuple[str, ...]] = {
    states.NEW: (),
    states.PENDING: (f"114-04-05 claim A: {CHILD}",),
    states.PENDING_ERROR: (f"114-04-05 claim A: {CHILD}", f"114-04-06 {ROW} missing=sex"),
    states.LATE: (f"114-04-05 claim A: {CHILD}", "114-05-30 day closes"),
    states.MATCHED: (f"114-04-05 claim A: {CHILD}", f"114-04-06 {ROW}"),
    states.INVALID: ("114-04-05 claim A: 71 on 114-03-10 born=",),
    states.WITHDRAWN: (f"114-04-05 claim A: {CHILD}", "114-04-06 withdraw A"),
}
NEWER = "appl=114-07-01"
VERSIONS = {
    states.PENDING: f"71 on 114-07-01 born=113-02-01 {NEWER}",
    states.PENDING_ERROR: f"71 on 114-06-20 born=114-02-01 {NEWER}",
    states.LATE: f"71 on 113-12-15 born=113-11-01 {NEWER}",
    states.MATCHED: f"71 on 114-05-20 born=114-02-01 {NEWER}",
    states.INVALID: f"71 on 114-05-20 born= {NEWER}",
}
LATER = "114-07-02"


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


def by_trigger(origin: str, trigger: str) -> list[tuple[str, ...]]:
    """Steps that bring one trigger to a case in a state, in all the ways the table tells apart."""
    reach = REACH[origin]
    late = "114-05-31 day closes"
    match trigger:
        case states.CLAIM_ACCEPTED:
            wrong = f"{LATER} row R: child on 113-12-15 order=71 born=113-11-01 missing=sex"
            accepted = [f"{LATER} claim A: {version}" for version in VERSIONS.values()]
            return [*((step,) for step in accepted), *((wrong, step) for step in accepted)]
        case states.REVISION:
            return [(*reach, f"{LATER} claim A: {version}") for version in VERSIONS.values()]
        case states.WITHDRAWAL:
            return [(*reach, f"{LATER} withdraw A")]
        case states.DAY:
            return [(*reach, late)]
        case states.RESULT_GONE:
            gone, twin = f"{LATER} delete R", f"114-04-07 {TWIN}"
            return [(*reach, gone), (*reach, late, gone), (*reach, twin, gone)]
    steps = [f"{LATER} {ROW}", f"{LATER} {ROW} missing=height_cm"]
    if "row R" in " ".join(reach):
        other = "child on 114-03-25 order=72 born=114-02-01"
        steps += [f"{LATER} edit R: {other}", f"{LATER} edit R: {ROW[7:]} missing=sex,height_cm"]
    return [*((*reach, step) for step in steps), *((*reach, late, step) for step in steps)]


@pytest.mark.parametrize("step", TRANSITIONS, ids=lambda step: f"{step.row} {step.change}")
def test_every_transition_of_the_table_happens(step: states.Transition) -> None:
    """From each state it starts from to each it may lead to, some story has that very event."""
    for origin in step.origins:
        seen = {last(play(*steps)) for steps in by_trigger(origin, step.trigger)}
        for target in step.targets:
            assert (origin, step.change, target) in seen


@pytest.mark.parametrize("state", states.STATES)
@pytest.mark.parametrize("trigger", [t for t in states.TRIGGERS if t != states.CLAIM_ACCEPTED])
def test_a_trigger_leads_where_the_table_says_or_nowhere(state: str, trigger: str) -> None:
    """Not listed: the state stays; the reasons may be refreshed, as mismatch_found."""
    listed = {
        (target, step.change)
        for step in TRANSITIONS
        if step.trigger == trigger and state in step.origins
        for target in step.targets
    }
    for steps in by_trigger(state, trigger):
        before, after = play(*steps[:-1]), play(*steps)
        if before.state_of("A").split()[0] != state or case_events(after) == case_events(before):
            continue
        previous, change, now = last(after)
        assert previous == state
        assert (now, change) in listed or (now == state and change == "mismatch_found")


@pytest.mark.parametrize(
    ("state", "trigger"),
    [
        (states.MATCHED, states.DAY),
        (states.LATE, states.DAY),
        (states.INVALID, states.DAY),
        (states.WITHDRAWN, states.DAY),
        (states.INVALID, states.RESULT),
        (states.WITHDRAWN, states.RESULT),
        (states.WITHDRAWN, states.WITHDRAWAL),
    ],
)
def test_what_cannot_touch_a_case_says_nothing_about_it(state: str, trigger: str) -> None:
    for steps in by_trigger(state, trigger):
        at = len(REACH[state])
        assert case_events(play(*steps)) == case_events(play(*steps[:at]))


def test_no_exception_is_ever_told_of_a_waiting_case() -> None:
    """The view `unmatched` begins with late (correction.md section 3)."""
    assert states.WAITING.isdisjoint(states.EXCEPTIONS)
    assert {states.PENDING, states.PENDING_ERROR} == states.WAITING
