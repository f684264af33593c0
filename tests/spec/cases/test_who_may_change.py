"""Which cases a row concerns when it is to be changed or deleted (R-6, R-23, R-24)."""

from tests.support.judge import judge

ROUND = "round L: {} from=114-01-01 to=114-06-30 until=114-09-30"
CHILD_ROW = "child on 114-03-10 order=71 born=114-02-01"


def test_a_row_that_answers_a_second_stage_of_a_round_that_is_over_stays() -> None:
    judge(
        f"""
        day       | what                                          | then
        114-04-05 | claim A: 21 on 114-03-10 & B: 23 on 114-03-20 | -
        114-04-06 | row R: adult on 114-03-10                     | A matched; B pending_error STAGE2_MISSING
        114-05-30 | day closes                                    | B late STAGE2_MISSING
        114-06-30 | {ROUND.format("adult")}                       | B open_error STAGE2_MISSING
        114-09-30 | day closes                                    | B overdue STAGE2_MISSING; A matched
        114-10-02 | edit R: adult on 114-03-10 missing=hdl        | R done STAGE1_INCOMPLETE STAGE2_MISSING
                  |                                               | ; A late STAGE1_INCOMPLETE
        """
    )


def test_a_row_of_two_cases_may_change_while_one_can_still_be_corrected() -> None:
    judge(
        f"""
        day       | what                                    | then
        114-04-05 | claim A: 71 on 114-03-10 born=114-02-01 | -
        114-05-30 | day closes                              | A late NOT_FOUND
        114-06-30 | {ROUND.format("child")}                 | A open_missing NOT_FOUND
        114-09-30 | day closes                              | A overdue NOT_FOUND
        114-10-01 | row R: {CHILD_ROW} missing=sex          | R stored UPLOADED_BUT_WRONG
        114-10-02 | edit R: {CHILD_ROW} missing=weight      | R refused ROUND_CLOSED
        114-10-03 | claim B: 71 on 114-03-10 born=114-02-01 | B late DUPLICATE_CLAIM
        114-10-04 | edit R: {CHILD_ROW} missing=weight      | R done UPLOADED_BUT_WRONG
        """
    )


def test_a_claim_taken_back_locks_nothing() -> None:
    judge(
        """
        day       | what                                         | then
        114-04-05 | claim A: 95 on 114-03-10                     | -
        114-04-06 | row R: oral on 114-03-10                     | A matched
        114-04-07 | edit R: oral on 114-03-10 payer=2            | R refused LOCKED
        114-04-08 | withdraw A                                   | A withdrawn
        114-04-09 | edit R: oral on 114-03-10 payer=2            | R done
        114-04-09 | delete R                                     | R refused DELETE_NOT_ALLOWED
        """
    )


def test_a_listed_positive_changes_only_into_a_right_row() -> None:
    judge(
        f"""
        day       | what                                                  | then
        114-04-05 | claim A: 95 on 114-03-10                              | -
        114-04-06 | row R: oral on 114-03-10 payer=2 result_sign=1        | -
        114-04-07 | edit R: oral on 114-03-10 payer=3 result_sign=1       | R done PAYER_NOT_1
        114-05-30 | day closes                                            | -
        114-06-30 | {ROUND.format("oral")}                                | A open_error PAYER_NOT_1 NOTE_REQUIRED
        114-07-01 | edit R: oral on 114-03-10 payer=4 result_sign=1       | R refused EDIT_NOT_ALLOWED
        114-07-01 | row R: oral on 114-03-10 payer=4 result_sign=1        | R refused EDIT_NOT_ALLOWED
        114-07-01 | edit R: oral on 114-03-11 result_sign=1               | R refused EDIT_NOT_ALLOWED
        114-07-01 | edit R: oral on 114-03-10 payer=4 result_sign=1 form=F-1 | R done PAYER_NOT_1 NOTE_REQUIRED; A open_error
                  |                                                       | PAYER_NOT_1 NOTE_REQUIRED
        114-07-02 | edit R: oral on 114-03-10 result_sign=1               | R done; A matched
        """
    )


def test_a_right_row_is_taken_although_another_claim_gets_the_match() -> None:
    judge(
        f"""
        day       | what                                            | then
        114-04-05 | claim A: 95 on 114-03-10                        | -
        114-04-06 | row R: oral on 114-03-10 payer=2 result_sign=1  | -
        114-05-30 | day closes                                      | -
        114-06-30 | {ROUND.format("oral")}                          | A open_error PAYER_NOT_1 NOTE_REQUIRED
        114-07-01 | claim B: 95 on 114-03-10 appl=114-04-01         | B late PAYER_NOT_1
        114-07-02 | edit R: oral on 114-03-10 payer=4 result_sign=1 | R refused EDIT_NOT_ALLOWED
        114-07-02 | row R: oral on 114-03-10 result_sign=1          | R matched; B matched
        """
    )


def test_a_listed_negative_may_change_in_any_way() -> None:
    judge(
        f"""
        day       | what                                     | then
        114-04-05 | claim A: 95 on 114-03-10                 | -
        114-04-06 | row R: oral on 114-03-10 payer=2         | -
        114-05-30 | day closes                               | -
        114-06-30 | {ROUND.format("oral")}                   | A open_error PAYER_NOT_1
        114-07-01 | edit R: oral on 114-03-10 payer=3        | R done PAYER_NOT_1; A open_error PAYER_NOT_1
        114-09-30 | day closes                               | A overdue PAYER_NOT_1
        114-10-01 | edit R: oral on 114-03-10                | R done LATE_UPLOAD; A overdue LATE_UPLOAD
        """
    )


def test_a_row_off_the_list_is_not_taken() -> None:
    """R-25: oral, its day in the period of a round that has opened, and no claim of that day."""
    judge(
        f"""
        day       | what                                     | then
        114-04-05 | claim A: 95 on 114-03-10                 | -
        114-04-05 | claim B: 21 on 114-03-12                 | -
        114-04-05 | claim C: 95 on 114-03-14                 | -
        114-04-06 | withdraw C                               | -
        114-06-29 | row P: oral on 114-03-09                 | P stored DATE_MISMATCH
        114-06-30 | {ROUND.format("oral")}                   | -
        114-07-01 | row Q: oral on 114-03-10                 | A matched
        114-07-01 | row R: oral on 114-03-11                 | R refused NOT_ON_LIST
        114-07-01 | row S: oral on 114-03-12                 | S refused NOT_ON_LIST
        114-07-01 | row T: oral on 114-03-14                 | T refused NOT_ON_LIST
        114-07-01 | row U: oral on 114-01-01                 | U refused NOT_ON_LIST
        114-07-01 | row V: oral on 114-06-30                 | V refused NOT_ON_LIST
        114-07-01 | row W: oral on 113-12-31                 | W stored
        114-07-01 | row X: oral on 114-07-01                 | X stored
        114-07-01 | row Y: {CHILD_ROW}                       | Y stored
        """
    )


def test_a_decided_claim_is_not_taken_back_and_a_second_time_changes_nothing() -> None:
    judge(
        f"""
        day       | what                                    | then
        114-04-05 | claim A: 71 on 114-03-10 born=114-02-01 | -
        114-04-05 | claim B: 72 on 114-03-11 born=114-02-01 | -
        114-05-30 | day closes                              | -
        114-06-30 | {ROUND.format("child")}                 | -
        114-09-30 | day closes                              | A overdue NOT_FOUND
        114-10-01 | decide A: recovered                     | A recovered NOT_FOUND
        114-10-02 | withdraw A                              | A refused WITHDRAW_NOT_ALLOWED
        114-10-02 | withdraw B                              | B withdrawn
        114-10-02 | withdraw B                              | B done
        114-10-02 | withdraw Z                              | Z refused UNKNOWN_CASE
        """
    )
