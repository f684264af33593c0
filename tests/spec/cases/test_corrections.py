"""Second rows, edits and deletions: what each programme allows (R-23, R-24; correction.md section 4)."""

from tests.support.judge import day, judge


def test_a_second_row_with_the_same_content_changes_nothing() -> None:
    judge(
        """
        day       | what                      | then
        114-04-05 | claim A: 21 on 114-03-10  | -
        114-04-06 | row R: adult on 114-03-10 | R matched
        114-04-07 | row R: adult on 114-03-10 | R unchanged; A matched
        """
    )


def test_an_adult_birth_date_is_locked_from_the_upload_on() -> None:
    judge(
        """
        day       | what                                      | then
        114-04-05 | claim A: 21 on 114-03-10                  | -
        114-04-06 | row R: adult on 114-03-10 born=060-01-01  | A pending_error BIRTH_MISMATCH
        114-04-07 | row R: adult on 114-03-10 born=060-05-05  | R refused LOCKED; A pending_error
                  |                                           | BIRTH_MISMATCH
        114-04-07 | edit R: adult on 114-03-10 born=060-05-05 | R refused LOCKED
        114-04-07 | edit R: adult on 114-03-11 born=060-01-01 | R refused LOCKED
        114-04-08 | delete R                                  | R done; A pending NOT_FOUND
        114-04-08 | row R: adult on 114-03-10                 | R matched; A matched
        """
    )


def test_in_one_file_the_later_row_wins_locks_or_not() -> None:
    judge(
        """
        day       | what                                            | then
        114-04-05 | claim A: 21 on 114-03-10                        | -
        114-04-06 | row R: adult on 114-03-10 born=060-01-01 file=F | A pending_error BIRTH_MISMATCH
        114-04-06 | row R: adult on 114-03-10 file=F                | A matched
        114-04-05 | claim B: 95 on 114-03-10                        | -
        114-04-06 | row S: oral on 114-03-10 file=G                 | B matched
        114-04-06 | row S: oral on 114-03-10 payer=2 file=G         | B pending_error PAYER_NOT_1
        """
    )


def test_a_command_names_the_version_it_saw() -> None:
    judge(
        """
        day       | what                                   | then
        114-04-06 | row R: adult on 114-03-10              | R stored
        114-04-06 | edit R: adult on 114-03-10 missing=hdl | R done
        114-04-07 | edit R: adult on 114-03-10 seen=1      | R refused VERSION_CONFLICT
        114-04-07 | edit R: adult on 114-03-10 seen=2      | R done
        114-04-07 | edit X: adult on 114-03-10             | X refused UNKNOWN_CASE
        114-04-07 | delete X                               | X refused UNKNOWN_CASE
        """
    )


def test_an_edit_does_not_land_on_another_row() -> None:
    judge(
        """
        day       | what                                               | then
        114-04-06 | row R: child on 114-03-10 order=71 born=114-02-01  | R stored
        114-04-06 | row S: child on 114-03-11 order=71 born=114-02-01  | S stored
        114-04-07 | edit S: child on 114-03-10 order=71 born=114-02-01 | S refused DUPLICATE_RESULT
        """
    )


def test_a_match_that_passes_to_another_row_is_told() -> None:
    """completed_on and is_late are those of the result that answers now (R-3): the last event of a
    case says what is so."""
    story = judge(
        """
        day       | what                                          | then
        114-04-05 | claim A: 21 on 114-03-10 & B: 23 on 114-03-20 | B pending NOT_FOUND
        114-04-06 | row R: adult on 114-03-10 stage2=114-03-20    | A matched; B matched
        114-05-30 | day closes                                    | B matched
        114-06-05 | row S: adult on 114-03-12 stage2=114-03-20    | B matched; S
                  |                                               | stored DUPLICATE_RESULT
        114-06-06 | delete R                                      | A late DATE_MISMATCH; B matched
        """
    )
    told = [one for one in story.journal if one.claim.claim_id.endswith("/B")]
    assert [one.head.sequence for one in told] == [1, 2, 3]
    last = told[-1]
    assert (last.previous_state, last.change, last.head.state) == ("matched", "matched", "matched")
    assert (last.head.completed_on, last.head.is_late) == (day("114-06-05"), True)
    assert "LATE_UPLOAD" in [hint.code for hint in last.hints]


def test_a_note_stays_with_its_case_until_it_is_emptied() -> None:
    judge(
        """
        day       | what                                           | then
        114-04-05 | claim A: 95 on 114-03-10                       | -
        114-04-06 | row R: oral on 114-03-10 payer=2 result_sign=1 | -
        114-05-30 | day closes                                     | -
        114-06-30 | round L: oral from=114-01-01 to=114-06-30 until=114-09-30 | A open_error PAYER_NOT_1 NOTE_REQUIRED
        114-07-01 | note A: 病患已轉院                             | A noted PAYER_NOT_1
        114-07-02 | claim B: 95 on 114-03-10 appl=114-04-01        | A open_missing DUPLICATE_CLAIM; B late PAYER_NOT_1
        114-09-30 | day closes                                     | A noted DUPLICATE_CLAIM
        """
    )
