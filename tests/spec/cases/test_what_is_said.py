"""Reasons and hints to the letter: code, field, what was expected, what was found."""

import pytest

from claims.model import Elsewhere, Reason, Stranger, with_
from claims.settling import Cause, settle
from tests.support.judge import Story, a_result, day, judge

LIST = "round L: {} from=114-01-01 to=114-06-30 until=114-09-30"
CHILD = "71 on 114-03-10 born=114-02-01"
BC, BC_ROW = "L1001C on 114-03-10", "adult on 114-03-10 bc_history=3"
CHILD_ROW = "child on 114-03-10 order=71 born=114-02-01"

HINTS = [
    # what came, the last step of case A last | hints
    (
        "114-04-05 claim A: 21 on 114-03-10; 114-06-03 row R: adult on 114-03-10",
        [("LATE_UPLOAD", "", "1140530", "1140603")],
    ),
    (
        "114-04-05 claim A: L1001C on 114-03-10; 114-04-06 row R: adult on 114-03-10 bc_history=3",
        [("BC_FLAG_ODD", "bc_history", "", "3")],
    ),
    (
        "114-04-05 claim A: 95 on 114-03-10;"
        " 114-04-06 row R: oral on 114-03-10 betel=0 smoking=1",
        [("HABIT_DOUBTFUL", "smoking", "", "1")],
    ),
    (
        "114-04-05 claim A: 23 on 114-03-20",
        [("STAGE1_CLAIM_MISSING", "", "", "")],
    ),
    (
        "114-04-05 claim A: 95 on 114-03-10; 114-04-06 facility closes",
        [("FACILITY_CLOSED", "facility_id", "", "1140406")],
    ),
    (
        "114-04-05 claim A: 95 on 114-03-10; 114-04-06 facility closes; 114-04-07 facility opens",
        [],
    ),
    (
        f"114-04-05 claim A: {CHILD}; 114-05-30 day closes; 114-06-30 {LIST.format('child')};"
        f" 114-09-30 day closes; 114-10-02 row R: {CHILD_ROW}",
        [("LATE_CORRECTION", "", "", "")],
    ),
    ("114-04-05 claim A: 95 on 114-03-10; 114-04-06 row R: oral on 114-03-10", []),
    # several at once, in this order
    (
        "114-04-05 claim A: 23 on 114-03-20 born=114-03-21",
        [
            ("AGE_NOT_ELIGIBLE", "birth_date", "none -", "0"),
            ("STAGE1_CLAIM_MISSING", "", "", ""),
        ],
    ),
    (
        "114-04-05 claim A: 23 on 114-03-20; 114-06-03 row R: adult on 114-03-10 stage2=114-03-20"
        " filled=stage1,stage2",
        [("STAGE1_CLAIM_MISSING", "", "", ""), ("LATE_UPLOAD", "", "1140530", "1140603")],
    ),
    (
        "114-04-05 claim A: 95 on 114-03-10 born=090-05-05; 114-06-03 row R: oral on 114-03-10"
        " betel=0 smoking=1; 114-06-04 facility closes",
        [
            ("AGE_NOT_ELIGIBLE", "birth_date", "year 30-", "24"),
            ("LATE_UPLOAD", "", "1140530", "1140603"),
            ("HABIT_DOUBTFUL", "smoking", "", "1"),
            ("FACILITY_CLOSED", "facility_id", "", "1140604"),
        ],
    ),
    (
        f"114-04-05 claim A: 21 on 114-03-10 born=090-05-05; 114-05-30 day closes;"
        f" 114-06-30 {LIST.format('adult')}; 114-09-30 day closes;"
        " 114-10-02 row R: adult on 114-03-10 born=090-05-05;"
        " 114-10-03 annotate A: CLAIM_DATE_WRONG",
        [
            ("AGE_NOT_ELIGIBLE", "birth_date", "year 40-64", "24"),
            ("LATE_CORRECTION", "", "", ""),
            ("CLAIM_DATE_WRONG", "", "", ""),
        ],
    ),
]  # fmt: skip


def played(text: str) -> Story:
    story = Story()
    for step in text.split(";"):
        when, _, what = step.strip().partition(" ")
        story.step(day(when), what)
    return story


@pytest.mark.parametrize(("text", "hints"), HINTS)
def test_a_hint_says_what_is_odd(text: str, hints: list[tuple[str, str, str, str]]) -> None:
    story = played(text)
    last = [one for one in story.journal if one.claim.claim_id.endswith("/A")][-1]
    assert last.hints == tuple(Reason(*hint) for hint in hints)
    assert last.hints == last.head.hints


def test_what_others_say_comes_after_and_each_case_hears_its_own() -> None:
    """Two persons' results exchanged, and an earlier check elsewhere: told of case A alone."""
    story = played("114-04-05 claim A: 95 on 114-03-10 born=090-05-05; 114-04-05 claim B: 95 on"
                   " 114-03-20 born=090-05-05")  # fmt: skip
    mine = story.book.claims[0].claim_id
    swapped = Stranger(mine, "PERSONS_SWAPPED", a_result("R", "oral", person_id="B123456780"))
    known = with_(
        story.book,
        strangers=(swapped,),
        elsewhere=(
            Elsewhere(mine, "INTERVAL_TOO_SHORT", "visit_date", "2 year", "1131231", "E1"),
            Elsewhere(mine, "FACILITY_MISMATCH", "facility_id", "F1", "F2", "E2"),
        ),
    )
    settled = settle(known, "oral", Cause(day("114-04-06"), "N"))
    age = Reason("AGE_NOT_ELIGIBLE", "birth_date", "year 30-", "24")
    first, second = settled.book.heads
    assert first.hints == (
        age,
        Reason("PERSONS_SWAPPED", "person_id", "A1234*****", "B1234*****"),
        Reason("INTERVAL_TOO_SHORT", "visit_date", "2 year", "1131231"),
    )
    assert first.reasons == (Reason("FACILITY_MISMATCH", "facility_id", "F1", "F2"),)
    assert (second.hints, second.reasons) == ((age,), (Reason("NOT_FOUND"),))


REASONS = [
    ("95 on 114-03-10", "oral on 114-03-10 payer=2", ("PAYER_NOT_1", "payer", "1", "2")),
    (
        "97 on 114-03-10 born=090-01-01",
        "oral on 114-03-10 indigenous=0 born=090-01-01",
        ("INDIGENOUS_MISMATCH", "indigenous", "1", "0"),
    ),
    (
        "97 on 114-03-10 born=090-01-01",
        "oral on 114-03-10 indigenous= born=090-01-01",
        ("INDIGENOUS_MISMATCH", "indigenous", "1", ""),
    ),
    ("95 on 114-03-10", "oral on 114-03-10 payer=", ("PAYER_NOT_1", "payer", "1", "")),
    (
        "95 on 114-03-10",
        "oral on 114-03-10 betel= smoking=1",
        ("HABIT_MISMATCH", "betel,smoking", "betel >= 1 or smoking >= 2", "betel= smoking=1"),
    ),
    (
        "97 on 114-03-10 born=090-01-01",
        "oral on 114-03-10 indigenous=1 betel=0 smoking= born=090-01-01",
        ("HABIT_MISMATCH", "betel,smoking", "indigenous == 1 and betel >= 1", "betel=0 smoking="),
    ),
    (BC, f"{BC_ROW} filled=", ("BC_RESULT_MISSING", "hbsag,anti_hcv", "filled", "")),
    (BC, f"{BC_ROW} filled=anti_hcv", ("HBSAG_MISSING", "hbsag", "filled", "")),
    (BC, f"{BC_ROW} filled=hbsag", ("ANTI_HCV_MISSING", "anti_hcv", "filled", "")),
    (
        BC,
        "adult on 114-03-10 filled=hbsag,anti_hcv bc_history=2",
        ("BC_FLAG_NOT_3", "bc_history", "3", "2"),
    ),
    (
        BC,
        "adult on 114-03-10 filled=hbsag,anti_hcv bc_history=",
        ("BC_FLAG_NOT_3", "bc_history", "3", ""),
    ),
    (
        f"{BC} & B: 21 on 114-03-10 & C: 23 on 114-03-20",
        "adult on 114-03-10 stage2=114-03-20 filled=stage1,stage2,hbsag,anti_hcv,interp_hcv",
        ("INTERP_HBV_MISSING", "interp_hbv", "filled", ""),
    ),
    (
        f"{BC} & B: 21 on 114-03-10 & C: 23 on 114-03-20",
        "adult on 114-03-10 stage2=114-03-20 filled=stage1,stage2,hbsag,anti_hcv,interp_hbv",
        ("INTERP_HCV_MISSING", "interp_hcv", "filled", ""),
    ),
    (
        "21 on 114-03-10",
        "adult on 114-03-10 missing=hdl,ldl",
        ("STAGE1_INCOMPLETE", "hdl,ldl", "filled", ""),
    ),
    (
        "23 on 114-03-20 & B: 21 on 114-03-10",
        "adult on 114-03-10 stage2=114-03-20 filled=stage1,stage2 missing=hdl,advice_obesity",
        ("STAGE2_INCOMPLETE", "hdl,advice_obesity", "filled", ""),
    ),
    (
        CHILD,
        f"{CHILD_ROW} missing=sex,name",
        ("UPLOADED_BUT_WRONG", "sex,name", "filled", ""),
    ),
    (
        "21 on 114-03-10",
        "adult on 114-03-10 born=061-06-06",
        ("BIRTH_MISMATCH", "birth_date", "060****", "061****"),
    ),
]


@pytest.mark.parametrize(("claim", "row", "reason"), REASONS)
def test_a_reason_says_what_was_expected(
    claim: str, row: str, reason: tuple[str, str, str, str]
) -> None:
    story = played(f"114-04-05 claim A: {claim}; 114-04-06 row R: {row}")
    assert story.book.heads[0].reasons == (Reason(*reason),)


def test_a_habit_outside_the_standard_is_told_with_what_was_answered() -> None:
    story = played("114-04-05 claim A: 95 on 114-03-10; 114-04-06 row R: oral on 114-03-10 betel=0")
    (reason,) = story.book.heads[0].reasons
    assert (reason.code, reason.field) == ("HABIT_MISMATCH", "betel,smoking")
    assert (reason.found, " or " in reason.expected) == ("betel=0 smoking=0", True)
    story.step(day("114-04-07"), "edit R: oral on 114-03-10 betel=0 payer=1 residence_code=6402")
    (reason,) = story.book.heads[0].reasons
    assert (reason.code, reason.found) == ("HABIT_NOT_ELIGIBLE", "betel=0 smoking=0")


@pytest.mark.parametrize(
    ("claim", "reasons"),
    [
        ("71 on 114-03-10 born=", [("BIRTH_INVALID", "birth_date")]),
        ("21 on 114-03-10 person_id=", [("KEY_BLANK", "person_id")]),
    ],
)
def test_an_unusable_key_names_its_field(claim: str, reasons: list[tuple[str, str]]) -> None:
    head = played(f"114-04-05 claim A: {claim}").book.heads[0]
    assert head.state == "invalid"
    assert head.reasons == tuple(Reason(*reason) for reason in reasons)


def test_once_the_round_is_over_an_answering_row_stays() -> None:
    """R-6: neither deleted nor edited, and its day counts to the last."""
    judge(
        f"""
        day       | what                               | then
        114-04-05 | claim A: {CHILD}                   | -
        114-05-30 | day closes                         | -
        114-06-30 | {LIST.format("child")}             | A open_missing NOT_FOUND
        114-09-30 | row R: {CHILD_ROW}                 | A matched
        114-10-01 | day closes                         | A matched
        114-10-02 | delete R                           | R refused ROUND_CLOSED; A matched
        114-10-02 | edit R: {CHILD_ROW} missing=sex    | R refused ROUND_CLOSED; A matched
        """
    )


def test_a_row_of_an_overdue_case_stays() -> None:
    judge(
        f"""
        day       | what                                 | then
        114-04-05 | claim A: {CHILD}                     | -
        114-04-06 | row R: {CHILD_ROW} missing=sex       | -
        114-05-30 | day closes                           | -
        114-06-30 | {LIST.format("child")}               | A open_error UPLOADED_BUT_WRONG
        114-09-30 | day closes                           | A overdue UPLOADED_BUT_WRONG
        114-10-02 | delete R                             | R refused ROUND_CLOSED
        114-10-02 | edit R: {CHILD_ROW}                  | R refused ROUND_CLOSED
        """
    )


def test_a_round_ended_by_the_agency_ends_its_own_cases_only() -> None:
    judge(
        f"""
        day       | what                               | then
        114-04-05 | claim A: {CHILD}                   | -
        114-04-05 | claim B: 95 on 114-03-10           | -
        114-05-30 | day closes                         | -
        114-06-30 | {LIST.format("child")}             | A open_missing NOT_FOUND
        114-06-30 | {LIST.format("oral").replace("L:", "M:")} | B open_missing NOT_FOUND
        114-08-01 | end L                              | A overdue NOT_FOUND; B open_missing NOT_FOUND
        114-08-01 | row R: {CHILD_ROW}                 | A matched
        114-08-02 | end M                              | B overdue NOT_FOUND
        114-08-03 | row S: oral on 114-03-10           | B overdue LATE_UPLOAD
        """
    )


def test_a_form_that_came_by_mail_is_kept_with_its_day() -> None:
    story = judge(
        """
        day       | what                     | then
        114-04-05 | claim A: 95 on 114-03-10 | -
        114-04-05 | claim B: 21 on 114-03-10 | -
        114-04-08 | form A                   | A done
        114-04-08 | form B                   | B refused EDIT_NOT_ALLOWED
        """
    )
    standing = story.book.heads[0].standing
    assert standing is not None and standing.form_received_on == day("114-04-08")


def test_a_match_outlives_a_change_of_the_rules_and_not_a_change_of_its_row() -> None:
    """Row 28: what only new rules say against a match is forgiven until its facts change."""
    story = judge(
        f"""
        day       | what                       | then
        114-04-05 | claim A: {CHILD}           | -
        114-04-06 | row R: {CHILD_ROW}         | A matched
        """
    )
    (row,) = story.book.results
    story.book = with_(story.book, results=(with_(row, missing=("sex",)),))
    before = len(story.journal)
    story.step(day("114-04-07"), "rules change")
    (head,) = story.book.heads
    assert (head.state, [one.code for one in head.waived]) == ("matched", ["UPLOADED_BUT_WRONG"])
    assert len(story.journal) == before
    story.step(day("114-05-30"), "day closes")
    assert story.book.heads[0].state == "matched"
    story.step(day("114-06-01"), f"edit R: {CHILD_ROW} missing=sex,weight")
    (head,) = story.book.heads
    assert (head.state, head.waived) == ("late", ())
