"""追扣: its phases, its one id from the proposal to the end, and what its entry says."""

import pytest

from claims.case_events import Publisher, clawback
from claims.dated import rules_version
from claims.model import Head, Standing
from claims.recovery import Phase, order_of, phase_of
from claims.recovery_events import Clawback
from tests.support.judge import Story, day, judge

PUBLISHER = Publisher(
    lambda person: f"key of {person[-3:]}", "P1", lambda text, bound: text + bound.encode(), "S1"
)
OVERDUE = """
    day       | what                                                  | then
    114-04-05 | claim A: 71 on 114-03-10 born=114-02-01                    | -
    114-05-30 | day closes                                                 | A late NOT_FOUND
    114-06-30 | round L: child from=114-01-01 to=114-06-30 until=114-09-30 | -
    114-09-30 | day closes                                                 | A overdue NOT_FOUND
"""


@pytest.mark.parametrize(
    ("previous", "state", "phase", "reverses"),
    [
        ("open_missing", "overdue", "due", ""),
        ("overdue", "recovered", "ordered", ""),
        ("overdue", "not_payable", "not_payable", ""),
        ("overdue", "matched", "reversed", "due"),
        ("recovered", "excused", "reversed", "ordered"),
        ("not_payable", "matched", "reversed", "not_payable"),
        ("noted", "overdue", "due", ""),
    ],
)
def test_a_step_of_a_recovery_is_a_phase(
    previous: str, state: str, phase: str, reverses: str
) -> None:
    after = Head(state, 4, standing=Standing(order_id="O"))
    assert phase_of(previous, after) == Phase("O", phase, reverses)


@pytest.mark.parametrize(
    ("previous", "state"),
    [("overdue", "overdue"), ("late", "open_missing"), ("pending", "matched")],
)
def test_any_other_step_is_none(previous: str, state: str) -> None:
    assert phase_of(previous, Head(state, 4, standing=Standing(order_id="O"))) is None


@pytest.mark.parametrize(
    ("state", "phase"),
    [("overdue", "due"), ("recovered", "ordered"), ("not_payable", "not_payable")],
)
def test_a_claim_sent_again_repeats_the_phase_that_stands(state: str, phase: str) -> None:
    after = Head(state, 4, standing=Standing(order_id="O"))
    assert phase_of(state, after, "claim_revised") == Phase("O", phase)
    assert phase_of("late", Head("late", 4, standing=Standing()), "claim_revised") is None


def test_a_recovery_that_is_proposed_follows_the_points_of_its_claim() -> None:
    story = judge(OVERDUE)
    story.step(
        day("114-10-02"), "claim A: 71 on 114-03-10 born=114-02-01 appl=114-10-01 points=250"
    )
    first, second = (
        entry
        for change in story.journal
        if (entry := clawback(change, "3501200000", PUBLISHER)) is not None
    )
    assert (first.phase, first.points) == ("due", "300")
    assert (second.phase, second.points, second.order_id) == ("due", "250", first.order_id)


def test_a_case_to_which_nothing_was_done_has_no_phase() -> None:
    assert phase_of("open_missing", Head("overdue", 4)) is None


def test_the_id_is_new_when_a_recovery_begins_and_gone_after_its_end() -> None:
    first = order_of("A", "", "open_error", Head("overdue", 4))
    assert first == order_of("A", "old", "noted", Head("overdue", 4)) != ""
    assert first != order_of("A", "", "open_error", Head("overdue", 9))
    assert first != order_of("B", "", "open_error", Head("overdue", 4))
    assert order_of("A", first, "overdue", Head("recovered", 5)) == first
    assert order_of("A", first, "recovered", Head("matched", 6)) == first
    assert order_of("A", first, "matched", Head("late", 7)) == ""


def test_the_id_follows_from_case_and_step_and_is_the_same_in_every_release() -> None:
    """Who recovers fees knows a recovery by it."""
    assert order_of("3501200000/11403/1/A3/1/1", "", "open_error", Head("overdue", 4)) == (
        "0fb12e8cac3b89120af860476c3ad68c"
    )


def entries(story: Story) -> list[Clawback]:
    found = (clawback(change, "3501200000", PUBLISHER) for change in story.journal)
    return [one for one in found if one is not None]


def test_an_entry_says_everything_about_its_case() -> None:
    story = judge(OVERDUE)
    (entry,) = entries(story)
    claim, head = story.book.claims[0], story.book.heads[0]
    assert head.standing is not None
    assert entry == Clawback(
        event_id=entry.event_id,
        order_id=head.standing.order_id,
        phase="due",
        reverses="",
        case_id=claim.claim_id,
        sequence=head.sequence,
        occurred_on=day("114-09-30"),
        caused_by="day-closed/2025-09-30",
        facility_id="3501200000",
        case_key=claim.case_key,
        programme="child",
        requirement=claim.requirement,
        order_code="71",
        visit_date=day("114-03-10"),
        fee_month=202503,
        points="300",
        person_masked=entry.person_masked,
        person_key="key of 789",
        publish_key_id="P1",
        person_sealed=b"A123456789" + entry.event_id.encode(),
        seal_key_id="S1",
        state="overdue",
        round_id="L",
        reasons=head.reasons,  # type: ignore[arg-type]
        chain=entry.chain,
        remark_sealed=b"",
        rule_version=rules_version(),
        evidence=(claim.record_id,),
    )
    assert entry.person_masked not in ("", "A123456789")


def test_the_chain_begins_when_the_case_was_late_and_ends_here() -> None:
    (entry,) = entries(judge(OVERDUE))
    assert [(step.occurred_on, step.change, step.state) for step in entry.chain] == [
        (day("114-05-30"), "upload_overdue", "late"),
        (day("114-06-30"), "unmatched", "open_missing"),
        (day("114-09-30"), "correction_overdue", "overdue"),
    ]
    assert [step.sequence for step in entry.chain] == [2, 3, 4]
    assert {reason.code for step in entry.chain for reason in step.reasons} == {"NOT_FOUND"}


def test_one_id_from_the_proposal_to_its_end() -> None:
    story = judge(
        f"""{OVERDUE.rstrip()}
    114-10-01 | decide A: recovered | A recovered NOT_FOUND
    114-10-02 | reverse A: heard    | A excused NOT_FOUND
        """
    )
    found = entries(story)
    assert [(one.phase, one.reverses) for one in found] == [
        ("due", ""),
        ("ordered", ""),
        ("reversed", "ordered"),
    ]
    assert len({one.order_id for one in found}) == 1
    assert len({one.event_id for one in found}) == 3


def test_a_claim_taken_back_ends_its_recovery_and_its_chain() -> None:
    story = judge(f"{OVERDUE.rstrip()}\n114-10-01 | withdraw A | A withdrawn")
    last = entries(story)[-1]
    assert (last.phase, last.reverses, last.state) == ("reversed", "due", "withdrawn")
    assert last.chain[-1].change == "claim_withdrawn"
