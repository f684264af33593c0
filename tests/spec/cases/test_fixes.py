"""The shortest fix of a case (correction.md sections 4 and 5): what is shown, and that it works.

Each line: what came until then (steps parted by ``;``, with their days), the fix that the last
event of case A names, and what the clinic then does, which must make the case match (or noted).
"""

import pytest

from claims.case_events import case_changed
from claims.fix_words import fix_in_words
from claims.fixes import shortest_fix
from services.match.people import publisher_of
from tests.support.judge import FACILITY, Story, day
from tests.support.match_stage import KEYS, SEALER

ADULT = "114-04-05 claim A: 21 on 114-03-10"
STAGE2 = f"{ADULT} & B: 23 on 114-03-20"
BC = "114-04-05 claim A: L1001C on 114-03-10"
CHILD = "114-04-05 claim A: 71 on 114-03-10 born=114-02-01"
ORAL = "114-04-05 claim A: 95 on 114-03-10"
DUE = "114-05-30 day closes"
LISTED = f"{DUE}; 114-06-30 round L: oral from=114-01-01 to=114-06-30 until=114-09-30"
CHILD_ROW = "child on 114-03-10 order=71 born=114-02-01"

FIXES = (
    # what came | fix | what the clinic does | then
    (ADULT, "add", "row R: adult on 114-03-10", "matched"),
    (f"{ADULT}; {DUE}", "add", "row R: adult on 114-03-10", "matched"),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-10 missing=hdl,ldl",
        "edit hdl,ldl",
        "edit R: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-11",
        "replace stage1_date=1140310",
        "delete R; row S: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-10 born=060-05-06",
        "replace birth_date",
        "delete R; row S: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-11 missing=hdl",
        "replace stage1_date=1140310",
        "delete R; row S: adult on 114-03-10",
        "matched",
    ),
    (
        f"{BC}; 114-04-06 row R: adult on 114-03-10 filled=hbsag bc_history=3",
        "edit anti_hcv",
        "edit R: adult on 114-03-10 filled=hbsag,anti_hcv bc_history=3",
        "matched",
    ),
    (
        f"{BC}; 114-04-06 row R: adult on 114-03-10 filled=hbsag,anti_hcv bc_history=1",
        "edit bc_history=3",
        "edit R: adult on 114-03-10 filled=hbsag,anti_hcv bc_history=3",
        "matched",
    ),
    (
        f"{CHILD}; 114-04-06 row R: {CHILD_ROW} missing=sex",
        "edit sex",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (
        f"{CHILD}; 114-04-06 row R: child on 114-03-10 order=72 born=114-02-01",
        "edit order_code=71",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (
        f"{CHILD}; 114-04-06 row R: child on 114-03-10 order=71 born=114-02-02",
        "edit birth_date",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2", "edit payer=1",
     "edit R: oral on 114-03-10", "matched"),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2 result_sign=1; {LISTED}",
        "note note",
        "note A: lost",
        "noted",
    ),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 betel=0 result_sign=1; {LISTED}",
        "note note + form betel,smoking",
        "note A: lost",
        "noted",
    ),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2; {LISTED}",
        "edit payer=1",
        "edit R: oral on 114-03-10",
        "matched",
    ),
    (
        "114-04-05 claim A: 71 on 114-03-10 born=",
        "resend birth_date",
        "claim A: 71 on 114-03-10 born=114-02-01 appl=114-07-01",
        "pending",
    ),
)  # fmt: skip


def played(text: str) -> Story:
    story = Story()
    for step in text.split("; "):
        when, _, what = step.partition(" ")
        story.step(day(when), what)
    return story


def fix_of(story: Story) -> str:
    """``edit payer=1`` of the last event of case A; several steps joined by ``+``."""
    change = [one for one in story.journal if one.claim.claim_id.endswith("/A")][-1]
    told = []
    for step in shortest_fix(change):
        assert fix_in_words(step, change.claim).endswith("。")
        value = f"={step.value}" if step.value else ""
        told.append(f"{step.action} {step.field}{value}".strip())
    return " + ".join(told)


@pytest.mark.parametrize(("came", "fix", "done", "then"), FIXES, ids=[row[1] for row in FIXES])
def test_the_fix_that_is_shown_is_the_smallest_and_works(
    came: str, fix: str, done: str, then: str
) -> None:
    story = played(came)
    assert fix_of(story) == fix
    for step in done.split("; "):
        story.step(day("114-07-02"), step)
    assert story.state_of("A").split()[0] == then


@pytest.mark.parametrize(
    "came",
    [
        # the round is over: nothing a clinic does leads back
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2; {LISTED}; 114-09-30 day closes",
        f"{ORAL}; {LISTED}; 114-09-30 day closes",
        # matched, exempt, withdrawn: nothing to fix
        f"{ADULT}; 114-04-06 row R: adult on 114-03-10",
        f"{CHILD}; 114-04-06 exempt A",
        f"{CHILD}; 114-04-06 withdraw A",
    ],
)
def test_nothing_is_shown_that_was_not_proven(came: str) -> None:
    assert fix_of(played(came)) == ""


def test_a_duplicate_is_told_to_withdraw_one() -> None:
    story = played(f"{ADULT} & B: 21 on 114-03-10")
    change = [one for one in story.journal if one.claim.claim_id.endswith("/B")][-1]
    assert [step.action for step in shortest_fix(change)] == ["withdraw"]


def test_no_fix_names_a_persons_number_or_birth_date() -> None:
    publisher = publisher_of(KEYS, SEALER)
    for came, *_ in FIXES:
        for change in played(came).journal:
            event = case_changed(change, FACILITY, publisher)
            told = repr([*event.shortest_fix, *((s.field, s.value) for s in event.fix)])
            assert "A123456789" not in told and "060-05-05" not in told
            assert "060/05/05" not in told and "1140201" not in told
