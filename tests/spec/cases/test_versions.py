"""A claim sent again (送核), taken back, or without one of its lines (R-11; correction.md 23, 27)."""

from tests.support.judge import judge


def test_a_newer_version_is_judged_afresh() -> None:
    story = judge(
        """
        day       | what                                    | then
        114-04-05 | claim A: 21 on 114-03-10                | A pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-11               | A pending DATE_MISMATCH
        114-05-05 | claim A: 21 on 114-03-11 appl=114-05-05 | A matched
        114-05-06 | claim A: 21 on 114-03-12 appl=114-05-06 | A pending DATE_MISMATCH
        """
    )
    assert [step.change for step in story.journal][-2:] == ["claim_revised", "claim_revised"]
    assert [step.head.sequence for step in story.journal] == [1, 2, 3, 4]


def test_an_older_or_identical_version_changes_nothing() -> None:
    judge(
        """
        day       | what                                    | then
        114-04-05 | claim A: 21 on 114-03-10 appl=114-04-05 | A pending NOT_FOUND
        114-04-05 | row R: adult on 114-03-10               | A matched
        114-05-05 | claim A: 21 on 114-03-10 appl=114-05-05 | A unchanged
        114-05-06 | claim A: 21 on 114-03-15 appl=114-04-20 | A unchanged
        114-05-06 | claim A: 21 on 114-03-10 appl=114-05-05 | A matched
        """
    )


def test_a_line_that_the_newer_version_lacks_is_withdrawn_and_may_come_back() -> None:
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 21 on 114-03-10 & B: L1001C on    | A pending NOT_FOUND; B pending
                  | 114-03-10                                  | NOT_FOUND
        114-04-06 | row R: adult on 114-03-10                  | A matched; B matched
                  | filled=stage1,hbsag,anti_hcv               |
        114-05-05 | claim A: 21 on 114-03-10 appl=114-05-05    | A matched; B withdrawn
        114-05-06 | claim A: 21 on 114-03-10 & B: L1001C on    | A matched; B matched
                  | 114-03-10 appl=114-05-06                   |
        """
    )


def test_a_claim_taken_back_answers_nothing_and_stays_so() -> None:
    judge(
        """
        day       | what                                    | then
        114-04-05 | claim A: 21 on 114-03-10                | -
        114-04-06 | row R: adult on 114-03-10               | A matched
        114-04-07 | withdraw A                              | A done
        114-04-07 | withdraw A                              | A withdrawn
        114-05-30 | day closes                              | A withdrawn
        114-06-01 | claim A: 21 on 114-03-10                | A unchanged
        114-06-01 | withdraw X                              | X refused UNKNOWN_CASE
        114-06-05 | claim A: 21 on 114-03-10 appl=114-06-05 | A matched
        """
    )


def test_a_line_named_twice_in_one_file_is_one_case() -> None:
    """The reader numbers lines apart; if one slips through, the later counts."""
    story = judge(
        """
        day       | what                                               | then
        114-04-05 | claim A: 21 on 114-03-10 & A: 21 on 114-03-11      | A pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-11                          | A matched
        """
    )
    assert [step.head.sequence for step in story.journal] == [1, 2]
