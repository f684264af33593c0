"""兒童: five fields decide, all editable; a twin's row answers only the twin (R-13)."""

from tests.support.judge import judge


def test_a_visit_is_answered_by_code_date_and_birth_date() -> None:
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 71 on 114-03-10 born=114-02-01    | A pending NOT_FOUND
        114-04-06 | row R: child on 114-03-10 order=71         | A matched; R matched
                  | born=114-02-01                             |
        114-04-05 | claim B: 72 on 114-06-10 born=114-02-01    | B pending NOT_FOUND
        114-06-11 | row S: child on 114-06-10 order=72         | B pending_error UPLOADED_BUT_WRONG;
                  | born=114-02-01 missing=development         | S stored UPLOADED_BUT_WRONG
        114-06-12 | edit S: child on 114-06-10 order=72        | B matched; S done
                  | born=114-02-01                             |
        """
    )


def test_near_misses_say_which_field_differs() -> None:
    """Two of code, date and birth date agree; the state stays pending: no result has the key."""
    judge(
        """
        day       | what                                       | then
        114-04-05 | claim A: 71 on 114-03-10 born=114-02-01    | A pending NOT_FOUND
        114-04-06 | row R: child on 114-03-10 order=72         | A pending CODE_MISMATCH; R stored
                  | born=114-02-01                             | CODE_MISMATCH
        114-04-07 | edit R: child on 114-03-11 order=71        | A pending DATE_MISMATCH
                  | born=114-02-01                             |
        114-04-07 | edit R: child on 114-03-10 order=71        | A pending BIRTH_MISMATCH
                  | born=114-02-02                             |
        114-04-07 | edit R: child on 114-03-11 order=72        | A pending NOT_FOUND
                  | born=114-02-01                             |
        114-04-08 | edit R: child on 114-03-10 order=71        | A matched
                  | born=114-02-01                             |
        """
    )


def test_a_claim_without_a_usable_birth_date_is_invalid_until_sent_again() -> None:
    judge(
        """
        day       | what                                         | then
        114-04-05 | claim A: 71 on 114-03-10 born=               | A invalid BIRTH_INVALID
        114-04-06 | row R: child on 114-03-10 order=71           | A invalid BIRTH_INVALID; R stored
                  | born=114-02-01                               |
        114-05-30 | day closes                                   | A invalid BIRTH_INVALID
        114-06-01 | claim A: 71 on 114-03-10 born=114-02-01      | A matched
                  | appl=114-06-01                               |
        """
    )


def test_twins_on_a_parents_card_are_told_apart_by_the_mark() -> None:
    """Blank counts as 1."""
    judge(
        """
        day       | what                                            | then
        114-04-05 | claim A: 71 on 114-03-10 born=114-02-01         | A pending NOT_FOUND
                  | is_newborn=yes newborn_mark=                    |
        114-04-05 | claim B: 71 on 114-03-10 born=114-02-01         | B pending NOT_FOUND
                  | is_newborn=yes newborn_mark=2                   |
        114-04-06 | row S: child on 114-03-10 order=71              | A pending NOT_FOUND; B matched
                  | born=114-02-01 mark=2                           |
        114-04-06 | row R: child on 114-03-10 order=71              | A matched; B matched
                  | born=114-02-01 mark=1                           |
        """
    )


def test_a_matched_row_may_be_edited_or_deleted_and_the_match_is_taken_back() -> None:
    story = judge(
        """
        day       | what                                        | then
        114-04-05 | claim A: 71 on 114-03-10 born=114-02-01     | -
        114-04-06 | row R: child on 114-03-10 order=71          | A matched
                  | born=114-02-01                              |
        114-04-07 | edit R: child on 114-03-10 order=71         | A pending_error UPLOADED_BUT_WRONG
                  | born=114-02-01 missing=sex                  |
        114-04-08 | delete R                                    | A pending NOT_FOUND; R done
        """
    )
    changes = [step.change for step in story.journal]
    assert changes == ["claim_registered", "matched", "match_retracted", "result_removed"]
