"""One result closes one claim of a visit; the other says DUPLICATE_CLAIM (R-12)."""

from tests.support.judge import judge


def test_the_older_claim_holds_the_result() -> None:
    judge(
        """
        day       | what                                    | then
        114-04-05 | claim A: 21 on 114-03-10 appl=114-04-05 | A pending NOT_FOUND
        114-04-06 | claim B: 21 on 114-03-10 appl=114-04-06 | A pending NOT_FOUND; B pending
                  |                                         | DUPLICATE_CLAIM
        114-04-07 | row R: adult on 114-03-10               | A matched; B pending DUPLICATE_CLAIM
        114-05-30 | day closes                              | A matched; B late DUPLICATE_CLAIM
        114-06-01 | withdraw A                              | A withdrawn; B matched
        """
    )


def test_a_smaller_claim_that_comes_later_takes_the_match_over() -> None:
    story = judge(
        """
        day       | what                                    | then
        114-04-06 | claim B: 21 on 114-03-10 appl=114-04-06 | -
        114-04-07 | row R: adult on 114-03-10               | B matched
        114-04-08 | claim A: 21 on 114-03-10 appl=114-04-05 | A matched; B pending DUPLICATE_CLAIM
        """
    )
    assert [step.change for step in story.journal[-2:]] == ["match_retracted", "matched"]


def test_numbers_in_a_claim_id_count_as_numbers() -> None:
    judge(
        """
        day       | what                      | then
        114-04-05 | claim 10: 21 on 114-03-10 | 10 pending NOT_FOUND
        114-04-05 | claim 9: 21 on 114-03-10  | 9 pending NOT_FOUND; 10 pending DUPLICATE_CLAIM
        """
    )


def test_other_orders_of_the_visit_and_other_newborns_are_no_duplicates() -> None:
    judge(
        """
        day       | what                                                 | then
        114-04-05 | claim A: 21 on 114-03-10                             | -
        114-04-05 | claim B: 22 on 114-03-10                             | B pending NOT_FOUND
        114-04-05 | claim C: 71 on 114-03-10 born=114-02-01              | -
                  | is_newborn=yes                                       |
        114-04-05 | claim D: 71 on 114-03-10 born=114-02-01              | D pending NOT_FOUND
                  | is_newborn=yes newborn_mark=2                        |
        114-04-05 | claim E: 71 on 114-03-10 born=114-02-01              | E pending DUPLICATE_CLAIM
                  | is_newborn=yes newborn_mark=1                        |
        """
    )
