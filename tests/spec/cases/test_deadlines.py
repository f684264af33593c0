"""Sixty days from the first of the month after the service, the last one included (R-1)."""

from tests.support.judge import judge


def test_the_due_day_itself_is_still_good() -> None:
    """114-03-10 is due on 114-05-30; closing that day ends it."""
    story = judge(
        """
        day       | what                      | then
        114-04-05 | claim A: 21 on 114-03-10  | A pending NOT_FOUND
        114-05-29 | day closes                | A pending NOT_FOUND
        114-05-30 | day closes                | A late NOT_FOUND
        114-06-02 | row R: adult on 114-03-10 | A matched
        """
    )
    assert [step.change for step in story.journal] == [
        "claim_registered",
        "upload_overdue",
        "matched",
    ]
    assert story.journal[-1].head.is_late
    assert [hint.code for hint in story.journal[-1].hints] == ["LATE_UPLOAD"]


def test_a_result_received_on_the_due_day_is_in_time() -> None:
    story = judge(
        """
        day       | what                      | then
        114-04-05 | claim A: 21 on 114-03-10  | -
        114-05-30 | row R: adult on 114-03-10 | A matched
        114-05-30 | day closes                | A matched
        """
    )
    assert not story.journal[-1].head.is_late


def test_a_wrong_result_is_late_too_with_system_status_2() -> None:
    story = judge(
        """
        day       | what                             | then
        114-04-05 | claim A: 95 on 114-03-10         | -
        114-04-06 | row R: oral on 114-03-10 payer=2 | A pending_error PAYER_NOT_1
        114-05-30 | day closes                       | A late PAYER_NOT_1
        114-06-01 | row R: oral on 114-03-10 betel=0 | A late HABIT_NOT_ELIGIBLE(betel,smoking)
        """
    )
    assert [step.verdict.system_status for step in story.journal] == [0, 0, 2, 2]
    assert [step.change for step in story.journal][-1] == "mismatch_found"


def test_a_claim_that_comes_after_its_deadline_is_late_at_once() -> None:
    story = judge(
        """
        day       | what                                  | then
        114-05-30 | day closes                            | -
        114-06-05 | claim A: 21 on 114-03-10              | A late NOT_FOUND
        114-06-05 | row R: adult on 114-03-11             | A late DATE_MISMATCH
        114-06-05 | row S: adult on 114-03-12 missing=hdl | -
        114-06-05 | claim B: 22 on 114-03-12              | B late STAGE1_INCOMPLETE
        114-06-05 | claim C: 25 on 114-04-01              | C pending DATE_MISMATCH
        """
    )
    assert [step.change for step in story.journal][:2] == ["claim_registered", "mismatch_found"]
    assert [step.verdict.system_status for step in story.journal][:3] == [1, 1, 2]


def test_a_match_taken_back_after_the_deadline_is_late() -> None:
    judge(
        """
        day       | what                      | then
        114-04-05 | claim A: 21 on 114-03-10  | -
        114-04-06 | row R: adult on 114-03-10 | A matched
        114-05-30 | day closes                | A matched
        114-06-01 | delete R                  | A late NOT_FOUND
        """
    )


def test_the_deadline_of_december_lies_in_march() -> None:
    judge(
        """
        day       | what                     | then
        114-01-05 | claim A: 21 on 113-12-31 | -
        114-02-28 | day closes               | A pending NOT_FOUND
        114-03-01 | day closes               | A late NOT_FOUND
        """
    )
