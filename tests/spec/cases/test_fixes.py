"""The shortest fix of a case (correction.md sections 4 and 5): what is shown, and that it works.

Each line: what came until then (steps parted by ``;``, with their days), the fix that the last
event of case A names, and what the clinic then does, which must make the case match (or noted).
"""

import pytest

from claims.case_events import case_changed
from claims.fixes import FixStep, shortest_fix
from services.match.people import publisher_of
from tests.support.fixing import (
    ADULT,
    ADULT_LIST,
    ANSWERED,
    BC,
    CHILD,
    CHILD_ROW,
    DUE,
    LISTED,
    NEWBORN,
    ORAL,
    STAGE1,
    fix_of,
    last_of,
    played,
)
from tests.support.judge import FACILITY, day
from tests.support.match_stage import KEYS, SEALER

OF_STAGE2 = (
    "height_cm,weight_kg,sbp,dbp,waist_cm,bmi,adv_smoking,adv_drinking,adv_betel,adv_exercise,"
    "adv_weight,adv_diet,adv_injury,adv_oral,interp_bp,interp_glucose,interp_lipid,interp_kidney,"
    "interp_liver,interp_metabolic,interp_depression"
)
FIXES = (
    # what came | fix | what the clinic does | then
    (ADULT, "add", "row R: adult on 114-03-10", "matched"),
    (f"{ADULT}; {DUE}", "add", "row R: adult on 114-03-10", "matched"),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-10 missing=hdl,ldl",
        "edit R@1 hdl,ldl",
        "edit R: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-11",
        "replace R@1 stage1_date=1140310",
        "delete R; row S: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-10 born=060-05-06",
        "replace R@1 birth_date",
        "delete R; row S: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-11 payer=2",
        "edit R@1 visit_date,payer",
        "edit R: oral on 114-03-10",
        "matched",
    ),
    (
        "114-04-05 claim A: 21 on 114-03-10 person_id=A123456780",
        "resend A person_id + add",
        "claim A: 21 on 114-03-10 appl=114-04-07; row R: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-11 missing=hdl",
        "replace R@1 stage1_date,hdl",
        "delete R; row S: adult on 114-03-10",
        "matched",
    ),
    (
        f"{BC}; 114-04-06 row R: adult on 114-03-10 filled=hbsag bc_history=3",
        "edit R@1 anti_hcv",
        "edit R: adult on 114-03-10 filled=hbsag,anti_hcv bc_history=3",
        "matched",
    ),
    (
        f"{BC}; 114-04-06 row R: adult on 114-03-10 filled=hbsag,anti_hcv bc_history=1",
        "edit R@1 bc_history=3",
        "edit R: adult on 114-03-10 filled=hbsag,anti_hcv bc_history=3",
        "matched",
    ),
    (
        f"{CHILD}; 114-04-06 row R: {CHILD_ROW} missing=sex",
        "edit R@1 sex",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (
        f"{CHILD}; 114-04-06 row R: child on 114-03-10 order=72 born=114-02-01",
        "edit R@1 order_code=71",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (
        f"{CHILD}; 114-04-06 row R: child on 114-03-10 order=71 born=114-02-02",
        "edit R@1 birth_date",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2", "edit R@1 payer=1",
     "edit R: oral on 114-03-10", "matched"),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2 result_sign=1; {LISTED}",
        "note A note",
        "note A: lost",
        "noted",
    ),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 betel=0 result_sign=1; {LISTED}",
        "note A note + form A betel,smoking",
        "note A: lost",
        "noted",
    ),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2; {LISTED}",
        "edit R@1 payer=1",
        "edit R: oral on 114-03-10",
        "matched",
    ),
    (
        f"{CHILD}; 114-04-06 row R: child on 114-03-12 order=71 born=114-02-01",
        "edit R@1 visit_date=1140310",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (  # a newborn on a parent's card: of the two birth dates the child's is compared
        f"{NEWBORN}; 114-04-06 row R: child on 114-03-10 order=71 born=114-02-03",
        "edit R@1 birth_date",
        f"edit R: {CHILD_ROW}",
        "matched",
    ),
    (f"{NEWBORN} & B: 72 on 114-03-12", "add", f"row R: {CHILD_ROW}", "matched"),
    (
        f"{ORAL}; 114-04-06 row R: oral on 114-03-12",
        "edit R@1 visit_date=1140310",
        "edit R: oral on 114-03-10",
        "matched",
    ),
    (
        f"{BC}; 114-04-06 row R: adult on 114-03-12 filled=hbsag,anti_hcv bc_history=3",
        "replace R@1 stage1_date=1140310",
        "delete R; row S: adult on 114-03-10 filled=hbsag,anti_hcv bc_history=3",
        "matched",
    ),
    (
        f"{ADULT}; 114-04-06 row R: adult on 114-03-11 born=060-05-06",
        "replace R@1 stage1_date,birth_date",
        "delete R; row S: adult on 114-03-10",
        "matched",
    ),
    (  # the row was corrected once already: the fix names the version it is about
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2;"
        " 114-04-07 edit R: oral on 114-03-10 payer=3",
        "edit R@2 payer=1",
        "edit R: oral on 114-03-10",
        "matched",
    ),
    (  # before a list, a positive is corrected like any other
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2 betel=0 result_sign=1",
        "edit R@1 payer,betel,smoking",
        "edit R: oral on 114-03-10 result_sign=1",
        "matched",
    ),
    (
        "114-04-05 claim A: 97 on 114-03-10; 114-04-06 row R: oral on 114-03-10 indigenous=0",
        "edit R@1 indigenous=1",
        "edit R: oral on 114-03-10 indigenous=1",
        "matched",
    ),
    (
        f"{STAGE1}; 114-04-06 row R: adult on 114-03-05",
        f"edit R@1 stage2_date,{OF_STAGE2}",
        "edit R: adult on 114-03-05 stage2=114-03-10 filled=stage1,stage2",
        "matched",
    ),
    (
        f"{STAGE1}; 114-04-06 row R: adult on 114-03-05 stage2=114-03-11 filled=stage1,stage2",
        "edit R@1 stage2_date=1140310",
        "edit R: adult on 114-03-05 stage2=114-03-10 filled=stage1,stage2",
        "matched",
    ),
    (
        f"{STAGE1}; 114-04-06 row R: adult on 114-03-05 born=060-05-06",
        f"replace R@1 birth_date,stage2_date,{OF_STAGE2}",
        "delete R; row S: adult on 114-03-05 stage2=114-03-10 filled=stage1,stage2",
        "matched",
    ),
    (  # a hepatitis claim beside a check: the answers, and those of stage 2 that was claimed too
        f"{BC} & B: 21 on 114-03-10 & C: 23 on 114-03-20; 114-04-06 row R: adult on 114-03-10"
        " filled=stage1,hbsag stage2=114-03-20",
        "edit R@1 anti_hcv,interp_hbv,interp_hcv",
        "edit R: adult on 114-03-10 stage2=114-03-20"
        " filled=stage1,hbsag,anti_hcv,interp_hbv,interp_hcv",
        "matched",
    ),
    (  # of two rows that come near, the one with the fewest differences is named
        f"{ADULT}; 114-04-06 row R: adult on 114-03-11 born=060-05-06;"
        " 114-04-06 row S: adult on 114-03-14",
        "replace S@1 stage1_date=1140310",
        "delete S; row S: adult on 114-03-10",
        "matched",
    ),
    (  # an earlier check of the same person stays where it is
        f"{ADULT}; 114-04-06 row R: adult on 113-03-10",
        "add",
        "row S: adult on 114-03-10",
        "matched",
    ),
    (
        f"{ORAL}; {LISTED}",
        "add",
        "row R: oral on 114-03-10",
        "matched",
    ),
    (
        f"{ADULT} & B: 21 on 114-03-10; 114-04-06 withdraw B",
        "add",
        "row R: adult on 114-03-10",
        "matched",
    ),
    (
        "114-04-05 claim A: 21 person_id= visit=",
        "resend A person_id,visit_date",
        "claim A: 21 on 114-03-10 appl=114-07-01",
        "pending",
    ),
    (
        "114-04-05 claim A: 71 on 114-03-10 born=",
        "resend A birth_date",
        "claim A: 71 on 114-03-10 born=114-02-01 appl=114-07-01",
        "pending",
    ),
)  # fmt: skip


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
        f"{ADULT}; 114-04-06 row R: adult on 114-03-11; {DUE}; {ADULT_LIST}; 114-09-30 day closes",
        f"{ADULT}; 114-04-06 row R: adult on 114-03-10 missing=hdl; {DUE}; {ADULT_LIST};"
        " 114-09-30 day closes",
        # the right row came after the end: nothing is wrong with it
        f"{ADULT}; {DUE}; {ADULT_LIST}; 114-09-30 day closes; 114-10-02 row R: adult on 114-03-10",
        # the row answers a case whose round is over: neither edited nor deleted
        f"{ANSWERED}; 114-10-02 claim A: L1001C on 114-03-10",
        f"{ANSWERED}; 114-10-02 claim A: 24 on 114-03-12 & C: 22 on 114-03-10",
        # matched, exempt, withdrawn: nothing to fix
        f"{ADULT}; 114-04-06 row R: adult on 114-03-10",
        f"{CHILD}; 114-04-06 exempt A",
        f"{CHILD}; 114-04-06 withdraw A",
        # a correction that is outside the standard again: no edit of a habit is suggested
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 betel=0 smoking=0;"
        " 114-04-07 row R: oral on 114-03-10 betel=0 smoking=0 payer=3",
        # a note was written: the agency reviews it
        f"{ORAL}; 114-04-06 row R: oral on 114-03-10 payer=2 result_sign=1; {LISTED};"
        " 114-07-01 note A: lost",
    ],
)
def test_nothing_is_shown_that_was_not_proven(came: str) -> None:
    assert fix_of(played(came)) == ""


def test_a_duplicate_is_told_to_withdraw_one() -> None:
    story = played(f"{ADULT} & B: 21 on 114-03-10")
    steps = shortest_fix(last_of(story, "B"))
    assert steps == (FixStep("withdraw", last_of(story, "B").claim.claim_id, 0, "", ""),)


def test_no_fix_names_a_persons_number_or_birth_date() -> None:
    publisher = publisher_of(KEYS, SEALER)
    for came, *_ in FIXES:
        for change in played(came).journal:
            event = case_changed(change, FACILITY, publisher)
            told = repr([*event.shortest_fix, *((s.field, s.value) for s in event.fix)])
            assert "A123456789" not in told and "060-05-05" not in told
            assert "060/05/05" not in told and "1140201" not in told
