"""A near miss explains, and is never a match (R-29): thirty days around, unless it matches something."""

from tests.support.judge import judge


def test_thirty_days_are_near_and_thirty_one_are_not() -> None:
    judge(
        """
        day       | what                      | then
        114-05-05 | claim A: 21 on 114-03-31  | A pending NOT_FOUND
        114-05-06 | row R: adult on 114-04-30 | A pending DATE_MISMATCH; R stored DATE_MISMATCH
        114-05-05 | claim B: 95 on 114-03-31  | B pending NOT_FOUND
        114-05-06 | row S: oral on 114-05-01  | B pending NOT_FOUND
        114-05-06 | row T: oral on 114-03-01  | B pending DATE_MISMATCH
        """
    )


def test_the_birth_date_is_named_besides_when_it_differs() -> None:
    judge(
        """
        day       | what                                     | then
        114-05-05 | claim A: 21 on 114-03-31                 | -
        114-05-06 | row R: adult on 114-04-01 born=060-01-01 | A pending DATE_MISMATCH
                  |                                          | BIRTH_MISMATCH
        """
    )


def test_a_result_that_belongs_to_another_claim_explains_nothing() -> None:
    judge(
        """
        day       | what                      | then
        114-05-05 | claim A: 21 on 114-03-31  | -
        114-05-06 | row R: adult on 114-04-01 | A pending DATE_MISMATCH
        114-05-07 | claim B: 22 on 114-04-01  | A pending NOT_FOUND; B matched
        114-05-08 | withdraw B                | A pending DATE_MISMATCH
        """
    )


def test_each_facet_has_a_date_of_its_own() -> None:
    """The row's stage 1 is claimed; its stage 2 lies beside the claimed day, so it is near."""
    judge(
        """
        day       | what                                       | then
        114-05-05 | claim A: 21 on 114-03-10                   | -
        114-05-05 | claim B: 23 on 114-03-20                   | -
        114-05-06 | row R: adult on 114-03-10 stage2=114-03-21 | A matched; B pending DATE_MISMATCH;
                  | filled=stage1,stage2                       | R matched DATE_MISMATCH
        """
    )


def test_the_nearest_comes_first() -> None:
    story = judge(
        """
        day       | what                     | then
        114-05-05 | claim A: 95 on 114-03-15 | -
        114-05-06 | row R: oral on 114-03-25 | A pending DATE_MISMATCH
        114-05-06 | row S: oral on 114-03-13 | A pending DATE_MISMATCH
        """
    )
    found = story.journal[-1].verdict
    assert [near.days for near in found.nearest] == [2, 10]
    assert [(reason.expected, reason.found) for reason in found.reasons] == [("1140315", "1140313")]


def test_a_childs_row_that_belongs_to_another_visit_explains_nothing() -> None:
    """The same holds for the five fields of a child."""
    judge(
        """
        day       | what                                            | then
        114-05-05 | claim A: 71 on 114-03-10 born=114-02-01         | -
        114-05-06 | row R: child on 114-03-20 order=71              | A pending DATE_MISMATCH
                  | born=114-02-01                                  |
        114-05-07 | claim B: 71 on 114-03-20 born=114-02-01         | A pending NOT_FOUND; B matched
        """
    )
