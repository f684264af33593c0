"""What a clinic may do, by programme, state and situation; and which situation a case is in."""

import pytest

from claims.case_events import Publisher, case_changed
from claims.legal_actions import (
    LOCKED,
    NEAR,
    NEGATIVE,
    OTHER,
    POSITIVE,
    ROUND_OVER,
    allowed_actions,
)
from tests.support.judge import FACILITY, Story, day

PUBLISHER = Publisher(
    lambda person: f"key of {person[-3:]}", "P1", lambda text, bound: text + bound.encode(), "S1"
)
BOTH = ("add_single", "add_batch")
ORAL = "114-04-05 claim A: 95 on 114-03-10"
LISTED = "114-05-30 day closes;114-06-30 round L: {} from=114-01-01 to=114-06-30 until=114-09-30"


@pytest.mark.parametrize(
    ("programme", "state", "situations", "form", "actions"),
    [
        ("oral", "open_error", (NEGATIVE,), False, ("edit", "withdraw")),
        ("oral", "open_error", (POSITIVE,), True, (*BOTH, "note", "form", "withdraw")),
        ("oral", "matched", (NEGATIVE,), False, ()),
        ("adult", "late", (NEAR,), False, (*BOTH, "replace", "delete", "withdraw")),
        ("adult", "late", (), False, (*BOTH, "withdraw")),
        ("adult", "late", (LOCKED, OTHER), False, ("replace", "delete", "withdraw")),
        ("adult", "matched", (ROUND_OVER,), False, ()),
        ("adult", "matched", (), False, ("edit", "replace", "delete")),
        ("child", "excused", (), False, BOTH),
        ("child", "exempt", (), False, ()),
        ("child", "invalid", (), False, ("resend", "withdraw")),
        ("child", "withdrawn", (), False, ()),
    ],
)
def test_the_actions_of_a_state(
    programme: str, state: str, situations: tuple[str, ...], form: bool, actions: tuple[str, ...]
) -> None:
    assert allowed_actions(programme, state, situations, form) == actions


def played(text: str) -> Story:
    story = Story()
    for step in text.split(";"):
        when, _, what = step.strip().partition(" ")
        story.step(day(when), what)
    return story


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        (ORAL, (*BOTH, "withdraw")),
        (f"{ORAL};114-04-06 row R: oral on 114-03-11", (*BOTH, "edit", "withdraw")),
        (f"{ORAL};114-04-06 row R: oral on 114-03-10 payer=2", ("edit", "withdraw")),
        (
            f"{ORAL};114-04-06 row R: oral on 114-03-10 payer=2 result_sign=1;"
            f"{LISTED.format('oral')}",
            (*BOTH, "note", "withdraw"),
        ),
        (
            "114-04-05 claim A: 21 on 114-03-10;114-04-06 row R: adult on 114-03-10 missing=hdl",
            ("edit", "add_batch", "replace", "delete", "withdraw"),
        ),
        (
            "114-04-05 claim A: 21 on 114-03-10;"
            "114-04-06 row R: adult on 114-03-10 born=060-05-06",
            ("replace", "delete", "withdraw"),
        ),
        (
            "114-04-05 claim A: 71 on 114-03-10 born=114-02-01;"
            "114-04-06 row R: child on 114-03-10 order=71 born=114-02-01",
            ("edit", "delete"),
        ),
        (
            f"114-04-05 claim A: 71 on 114-03-10 born=114-02-01;{LISTED.format('child')};"
            "114-07-01 row R: child on 114-03-10 order=71 born=114-02-01;114-09-30 end L;"
            "114-10-01 annotate A: LAB_NO_ACCESS",
            (),
        ),
    ],
)  # fmt: skip
def test_an_entry_of_the_journal_says_what_is_legal(text: str, actions: tuple[str, ...]) -> None:
    change = [one for one in played(text).journal if one.claim.claim_id.endswith("/A")][-1]
    assert case_changed(change, FACILITY, PUBLISHER).allowed_actions == actions


def test_an_entry_shows_the_wrong_row_alone() -> None:
    story = played(f"{ORAL};114-04-06 row R: oral on 114-03-10 payer=2 betel=0 indigenous=")
    entry = case_changed(story.journal[-1], FACILITY, PUBLISHER)
    (near,) = entry.nearest
    assert near.result_id == story.results["R"]
    assert (near.version, near.facility_id, near.person_masked) == (1, "", "")
    assert near.reasons == entry.reasons != ()
    assert set(near.differs) == {
        name for one in entry.reasons for name in one.field.split(",") if name
    }
    assert entry.evidence == (story.book.claims[0].record_id, story.book.results[0].record_id)


def test_an_entry_shows_near_misses_and_a_match_shows_none() -> None:
    story = played(f"{ORAL};114-04-06 row R: oral on 114-03-11")
    entry = case_changed(story.journal[-1], FACILITY, PUBLISHER)
    assert [(one.result_id, one.differs) for one in entry.nearest] == [
        (story.results["R"], ("visit_date",))
    ]
    story.step(day("114-04-07"), "row S: oral on 114-03-10")
    entry = case_changed(story.journal[-1], FACILITY, PUBLISHER)
    assert (entry.state, entry.nearest) == ("matched", ())


def test_an_entry_seals_who_it_is_about_and_their_birth_date() -> None:
    entry = case_changed(played(ORAL).journal[-1], FACILITY, PUBLISHER)
    bound = entry.event_id.encode()
    assert entry.person_sealed == b"A123456789" + bound
    assert entry.birth_date_sealed == b"1971-05-05" + bound
    assert (entry.person_key, entry.publish_key_id, entry.seal_key_id) == ("key of 789", "P1", "S1")
    assert entry.note_sealed == entry.remark_sealed == b""


def test_the_birth_date_of_the_card_stands_in_where_the_childs_is_unknown() -> None:
    text = "114-04-05 claim A: 71 on 114-03-10 subject_birth_date= born=060-05-05"
    entry = case_changed(played(text).journal[-1], FACILITY, PUBLISHER)
    assert entry.birth_date_sealed == b"1971-05-05" + entry.event_id.encode()
