"""B、C型肝炎 (L1001C), alone or beside an adult check (seed 001 adult Q4, Q5)."""

from claims.model import Book, with_
from claims.rules import RULES
from claims.rules.evidence import Evidence
from tests.support.judge import FACILITY, a_claim, a_result, judge


def test_alone_it_needs_both_results_and_the_flag_3() -> None:
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: L1001C on 114-03-10               | A pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-10 bc_history=3     | A pending_error
                  | filled=                                    | BC_RESULT_MISSING(hbsag,anti_hcv)
        114-04-06 | row R: adult on 114-03-10 bc_history=3     | A pending_error ANTI_HCV_MISSING
                  | filled=hbsag                               |
        114-04-06 | row R: adult on 114-03-10 bc_history=3     | A pending_error HBSAG_MISSING
                  | filled=anti_hcv                            |
        114-04-06 | row R: adult on 114-03-10 bc_history=2     | A pending_error BC_FLAG_NOT_3
                  | filled=hbsag,anti_hcv                      |
        114-04-06 | row R: adult on 114-03-10 bc_history=2     | A pending_error ANTI_HCV_MISSING
                  | filled=hbsag                               | BC_FLAG_NOT_3
        114-04-06 | row R: adult on 114-03-10 bc_history=3     | A matched
                  | filled=hbsag,anti_hcv missing=hdl          |
        """
    )


def test_beside_a_check_the_flag_is_free_and_a_row_without_hepatitis_is_present_and_wrong() -> None:
    """BC_RESULT_MISSING is system status 2: a row of that day is there (incomplete-row rule)."""
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 21 on 114-03-10 & B: L1001C on    | A pending NOT_FOUND; B pending
                  | 114-03-10                                  | NOT_FOUND
        114-04-06 | row R: adult on 114-03-10 filled=stage1    | A matched; B pending_error
                  |                                            | BC_RESULT_MISSING(hbsag,anti_hcv)
        114-04-06 | row R: adult on 114-03-10                  | A matched; B matched
                  | filled=stage1,hbsag,anti_hcv               |
        """
    )


def test_interpretations_are_asked_for_only_when_stage_2_was_claimed() -> None:
    """A stage-2 claim that arrives later retracts the match (R-21)."""
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 21 on 114-03-10 & B: L1001C on    | -
                  | 114-03-10                                  |
        114-04-06 | row R: adult on 114-03-10                  | B matched
                  | filled=stage1,hbsag,anti_hcv               |
        114-04-07 | claim C: 23 on 114-03-20                   | B pending_error INTERP_HBV_MISSING
                  |                                            | INTERP_HCV_MISSING; C pending_error
                  |                                            | STAGE2_MISSING
        114-04-08 | row R: adult on 114-03-10 stage2=114-03-20 | B pending_error INTERP_HCV_MISSING;
                  | filled=stage1,stage2,hbsag,anti_hcv,interp_hbv | C matched
        114-04-08 | row R: adult on 114-03-10 stage2=114-03-20 | B matched; C matched
                  | filled=stage1,stage2,hbsag,anti_hcv,interp_hbv,interp_hcv |
        114-04-09 | row R: adult on 114-03-10 stage2=114-03-20 | B pending_error INTERP_HBV_MISSING
                  | filled=stage1,stage2,hbsag,anti_hcv        | INTERP_HCV_MISSING
        114-04-09 | withdraw C                                 | B matched
        """
    )


def test_the_adult_line_may_come_in_another_case_and_be_withdrawn_again() -> None:
    """bc_mode is read from the book (R-16)."""
    judge(
        """
        day       | what                                             | then
        114-04-05 | claim B: L1001C on 114-03-10                     | -
        114-04-06 | row R: adult on 114-03-10                        | B pending_error BC_FLAG_NOT_3
                  | filled=stage1,hbsag,anti_hcv                     |
        114-04-07 | claim A: 21 on 114-03-10                         | A matched; B matched
        114-04-08 | withdraw A                                       | B pending_error BC_FLAG_NOT_3
        """
    )


def test_a_flag_3_on_a_full_row_is_only_odd() -> None:
    story = judge(
        """
        day       | what                                                                | then
        114-04-05 | claim A: 21 on 114-03-10                                            | -
        114-04-06 | row R: adult on 114-03-10 bc_history=3 filled=stage1,hbsag,anti_hcv | A matched
        """
    )
    assert [hint.code for hint in story.journal[-1].hints] == ["BC_FLAG_ODD"]


def test_a_flag_that_was_never_uploaded_is_a_blank_one() -> None:
    claim, row = a_claim(order="L1001C"), with_(a_result(filled=("hbsag", "anti_hcv")), values={})
    evidence = Evidence(Book(FACILITY, claims=(claim,)), "adult")
    (reason,) = (reason for rule in RULES["bc"] for reason in rule(claim, row, evidence))
    assert (reason.code, reason.expected, reason.found) == ("BC_FLAG_NOT_3", "3", "")
