"""Milestones a book did not see yet: all at once or one by one, the end is the same."""

from claims.dated import rules_version
from claims.deadlines import upload_deadline
from claims.model import (
    DAY_CLOSED,
    NEVER,
    ROUND_CLOSED,
    ROUND_OPENED,
    Book,
    Milestone,
    Round,
    with_,
)
from claims.rounds import (
    catch_up,
    due_days,
    judged_by_new_rules,
    last_closed_day,
    opened_rounds,
    pass_milestone,
)
from claims.settling import Cause, Change
from tests.support.judge import Story, day

CHILD = "71 on 114-03-10 born=114-02-01"
ROUND = Round(
    "L", "child", day("114-01-01"), day("114-06-30"), day("114-09-30"), None, day("114-06-30")
)
OTHER = Round(
    "M", "child", day("114-01-01"), day("114-06-30"), day("114-10-31"), None, day("114-07-01")
)


def closed(text: str) -> Milestone:
    return Milestone(DAY_CLOSED, day(text), f"day-closed/{text}")


def opens(opened: Round) -> Milestone:
    return Milestone(ROUND_OPENED, opened.opened_on, f"round-opened/{opened.round_id}", opened)


def ends(text: str, opened: Round) -> Milestone:
    return Milestone(ROUND_CLOSED, day(text), f"round-closed/{opened.round_id}", opened)


def claimed(*claims: str) -> Book:
    story = Story()
    for number, claim in enumerate(claims):
        story.step(day("114-04-05"), f"claim {'ABC'[number]}: {claim}")
    return story.book


def steps(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(one.claim.claim_id.rpartition("/")[2], one.head.state) for one in changes]


YEAR = (
    *(closed("114-05-29"), closed("114-05-30"), opens(ROUND), closed("114-09-29")),
    *(closed("114-09-30"), closed("114-10-01")),
)


def test_a_book_that_slept_for_months_ends_where_one_that_was_awake_ends() -> None:
    book = claimed(CHILD)
    slept, told = catch_up(book, YEAR)
    awake, said = book, list[Change]()
    for number in range(1, len(YEAR) + 1):
        awake, more = catch_up(awake, YEAR[:number])
        said += more
    assert slept == awake
    assert (
        steps(told)
        == steps(tuple(said))
        == [("A", "late"), ("A", "open_missing"), ("A", "overdue")]
    )
    assert (slept.seen, slept.closed_on) == (6, day("114-10-01"))


def test_a_book_that_has_seen_everything_is_given_back_as_it_is() -> None:
    book, _ = catch_up(claimed(CHILD), YEAR)
    again, told = catch_up(book, YEAR)
    assert again is book and told == ()


def test_the_list_takes_what_is_late_of_its_programme_and_period_alone() -> None:
    book = claimed(
        "71 on 114-03-10 born=114-02-01", "72 on 113-12-31 born=113-09-01", "21 on 114-03-10"
    )
    _, told = catch_up(book, (closed("114-05-30"), opens(ROUND)))
    assert steps(told)[3:] == [("A", "open_missing")]
    assert {name for name, state in steps(told)[:3] if state == "late"} == {"A", "B", "C"}


def test_a_deadline_of_its_own_is_no_deadline_of_another_round() -> None:
    book, _ = catch_up(claimed(CHILD), (closed("114-05-30"), opens(ROUND)))
    untouched, told = pass_milestone(book, 3, ends("114-08-01", OTHER))
    assert (untouched, told) == (with_(book, seen=3), ())
    over, told = pass_milestone(book, 3, ends("114-08-01", ROUND))
    assert steps(told) == [("A", "overdue")]
    standing = over.heads[0].standing
    assert standing is not None and standing.listing is not None
    assert standing.listing.ended_on == day("114-08-01")


def test_days_that_will_change_something_are_known_before() -> None:
    book = claimed(CHILD, "21 on 114-02-10")
    visits = (day("114-03-10"), day("114-02-10"))
    assert due_days(book) == {upload_deadline(visit) for visit in visits}
    listed, _ = catch_up(book, (closed("114-05-30"), opens(ROUND)))
    assert due_days(listed) == {ROUND.correction_deadline}
    over, _ = catch_up(listed, (*YEAR[1:3], *YEAR[4:]))
    assert due_days(over) == set()


def test_a_match_is_due_no_more_unless_a_round_lists_it() -> None:
    story = Story()
    story.step(day("114-04-05"), f"claim A: {CHILD}")
    story.step(day("114-05-30"), "day closes")
    book, _ = pass_milestone(story.book, 2, opens(ROUND))
    story.book, story.milestones = book, (*story.milestones, opens(ROUND))
    story.step(day("114-07-01"), "row R: child on 114-03-10 order=71 born=114-02-01")
    assert story.book.heads[0].state == "matched"
    assert due_days(story.book) == {ROUND.correction_deadline}
    free = with_(story.book, heads=(with_(story.book.heads[0], standing=None),))
    assert due_days(free) == set()


def test_a_round_that_has_ended_was_opened_once() -> None:
    milestones = (opens(ROUND), closed("114-07-31"), ends("114-08-01", ROUND), opens(OTHER))
    assert opened_rounds(milestones) == (ROUND, OTHER)
    assert last_closed_day(milestones) == day("114-07-31")
    assert last_closed_day(milestones[:1]) == NEVER


def test_due_days_up_to_the_closed_one_leave_the_index() -> None:
    book = with_(claimed(CHILD), indexed=(20, 30))
    for closes_on, left in ((19, (20, 30)), (20, (30,)), (30, ())):
        passed, _ = pass_milestone(book, 1, Milestone(DAY_CLOSED, closes_on, "d"))
        assert passed.indexed == left


def test_a_book_of_todays_rules_is_not_judged_again() -> None:
    book = claimed(CHILD)
    assert book.rules == rules_version()
    assert judged_by_new_rules(book, Cause(day("114-04-07"), "rules")) == (book, ())
