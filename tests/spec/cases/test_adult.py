"""An adult check is answered by person, facility and date, stage by stage (programmes.md 5)."""

from tests.support.judge import day, judge


def test_stage_1_is_answered_by_a_row_of_its_date() -> None:
    """Key: stage1_date = visit date. Content: birth date, every stage-1 field filled."""
    judge(
        """
        day       | what                                      | then
        114-04-05 | claim A: 21 on 114-03-10                  | A pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-10                 | A matched; R matched
        114-04-05 | claim B: 22 on 114-03-11                  | B pending NOT_FOUND
        114-04-06 | row S: adult on 114-03-11 missing=hdl,ldl | B pending_error
                  |                                           | STAGE1_INCOMPLETE(hdl,ldl)
        114-04-06 | row S: adult on 114-03-11                 | B matched; S matched
        """
    )


def test_the_birth_date_is_compared_when_both_are_known() -> None:
    judge(
        """
        day       | what                                     | then
        114-04-05 | claim A: 21 on 114-03-10 born=060-05-05  | A pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-10 born=060-05-06 | A pending_error BIRTH_MISMATCH; R
                  |                                          | stored BIRTH_MISMATCH
        114-04-05 | claim B: 21 on 114-03-11 born=           | B pending NOT_FOUND
        114-04-06 | row S: adult on 114-03-11 born=060-05-06 | B matched
        114-04-05 | claim C: 21 on 114-03-12                 | C pending NOT_FOUND
        114-04-06 | row T: adult on 114-03-12 born=          | C matched
        """
    )


def test_stage_2_is_answered_by_its_own_date() -> None:
    """Stage-1 row and stage-2 date stand in one row; all fields of both stages count."""
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 21 on 114-03-10                   | A pending NOT_FOUND
        114-04-05 | claim B: 23 on 114-03-20                   | B pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-10 filled=stage1    | A matched; B pending_error
                  |                                            | STAGE2_MISSING
        114-04-07 | row R: adult on 114-03-10                  | A matched; B pending_error
                  | filled=stage1,stage2 missing=stage2_date   | STAGE2_DATE_MISSING
        114-04-08 | row R: adult on 114-03-10 stage2=114-03-20 | A matched; B pending_error
                  | filled=stage1,stage2 missing=sbp,dbp       | STAGE2_INCOMPLETE(sbp,dbp)
        114-04-09 | row R: adult on 114-03-10 stage2=114-03-20 | A pending_error STAGE1_INCOMPLETE;
                  | filled=stage1,stage2 missing=hdl,sbp       | B pending_error
                  |                                            | STAGE2_INCOMPLETE(hdl,sbp)
        114-04-09 | row R: adult on 114-03-10 stage2=114-03-20 | A matched; B matched
                  | filled=stage1,stage2                       |
        """
    )


def test_the_pair_is_the_newest_stage_1_claim_not_after_stage_2() -> None:
    """A stage-1 row of another check of the same person is not this stage 2's."""
    judge(
        """
        day       | what                                    | then
        114-04-05 | claim A: 22 on 113-03-10                | -
        114-04-05 | claim B: 22 on 114-03-10                | -
        114-04-05 | claim C: 24 on 114-03-20                | C pending NOT_FOUND
        114-04-06 | row R: adult on 113-03-10 filled=stage1 | C pending NOT_FOUND
        114-04-06 | row S: adult on 114-03-10 filled=stage1 | C pending_error STAGE2_MISSING
        114-04-06 | withdraw B                              | C pending_error STAGE2_MISSING
        114-04-06 | withdraw A                              | C pending NOT_FOUND
        """
    )


def test_a_row_without_any_stage_1_field_and_flag_3_answers_hepatitis_only() -> None:
    judge(
        """
        day       | what                                         | then
        114-04-05 | claim A: 21 on 114-03-10                     | A pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-10 bc_history=3       | A pending NOT_FOUND
                  | filled=hbsag,anti_hcv missing=hdl            |
        114-04-06 | row R: adult on 114-03-10 bc_history=0       | A pending_error STAGE1_INCOMPLETE
                  | filled=hbsag,anti_hcv missing=hdl            |
        """
    )


def test_of_two_rows_with_one_stage_2_date_the_one_with_fewest_faults_counts() -> None:
    """Each has a stage 1 of its own; between two right ones the older counts."""
    story = judge(
        """
        day       | what                                         | then
        114-04-05 | claim A: 23 on 114-03-20                     | -
        114-04-06 | row R: adult on 114-03-01 stage2=114-03-20   | A pending_error STAGE2_INCOMPLETE
                  | filled=stage1,stage2 missing=hdl             |
        114-04-07 | row S: adult on 114-03-02 stage2=114-03-20   | A matched
                  | filled=stage1,stage2                         |
        114-04-08 | row R: adult on 114-03-01 stage2=114-03-20   | A matched; R
                  | filled=stage1,stage2                         | stored DUPLICATE_RESULT
        """
    )
    (head,) = story.book.heads
    assert head.result_id == story.results["S"] and head.completed_on == day("114-04-07")
    story.step(day("114-04-09"), "delete S")
    (head,) = story.book.heads
    assert head.result_id == story.results["R"] and head.completed_on == day("114-04-08")
    assert [step.change for step in story.journal] == [
        "claim_registered",
        "mismatch_found",
        "matched",
        "matched",
    ]


def test_a_match_keeps_the_day_on_which_it_was_made() -> None:
    """A later version of the same row, still right, is no later completion (R-3)."""
    story = judge(
        """
        day       | what                                               | then
        114-04-05 | claim A: 21 on 114-03-10                           | -
        114-04-06 | row R: adult on 114-03-10                          | A matched
        114-05-30 | day closes                                         | -
        114-06-02 | row R: adult on 114-03-10 bc_history=1             | A matched; R matched
        114-06-03 | claim A: 21 on 114-03-10 points=400 appl=114-06-03 | A matched
        """
    )
    (head,) = story.book.heads
    assert head.completed_on == day("114-04-06") and not head.is_late
