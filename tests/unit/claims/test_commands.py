"""What the agency and a clinic may do to a case, what they are answered, and what stays on it."""

import pytest

from claims.commands import Act, Done, act, may_note, save_note, target_of
from claims.model import Book, Note, Standing
from claims.settling import Cause
from tests.support.judge import FACILITY, Story, a_claim, day

CASE = a_claim("A").claim_id
CAUSE = Cause(day("114-10-05"), "C9")
UPLOAD = "114-04-05 claim A: 95 on 114-03-10"
WRONG = f"{UPLOAD};114-04-06 row R: oral on 114-03-10 payer=2 result_sign={{}}"
LISTED = "114-05-30 day closes;114-06-30 round L: oral from=114-01-01 to=114-06-30 until=114-09-30"
OVER = "114-09-30 day closes"
POSITIVE, NEGATIVE = WRONG.format("1"), WRONG.format("0")
NOTED = f"{POSITIVE};{LISTED};114-07-01 note A: moved away"
CHILD = "114-04-05 claim A: 71 on 114-03-10 born=114-02-01"


def played(text: str) -> Story:
    story = Story()
    for step in text.split(";"):
        when, _, what = step.strip().partition(" ")
        story.step(day(when), what)
    return story


def kept(book: Book) -> Standing:
    """What was done to the one case of the book."""
    return book.heads[0].standing or Standing()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # status 2 and positive, while the list is open: that alone wants a note
        (f"{POSITIVE};{LISTED}", ""),
        (NOTED, ""),
        # status 2 and negative: corrected on line; status 1: uploaded
        (f"{NEGATIVE};{LISTED}", "NOTE_NOT_ALLOWED"),
        (f"{UPLOAD};{LISTED}", "NOTE_NOT_ALLOWED"),
        # not listed yet
        (POSITIVE, "NOTE_NOT_ALLOWED"),
        # the round is over
        (f"{NOTED};{OVER}", "ROUND_CLOSED"),
        # matched: nothing to explain
        (f"{UPLOAD};114-04-06 row R: oral on 114-03-10 result_sign=1", "LOCKED"),
        # children and adults have no such function
        (CHILD, "NOTE_NOT_ALLOWED"),
    ],
)
def test_a_note_is_for_a_listed_oral_positive_alone(text: str, answer: str) -> None:
    book = played(text).book
    target = target_of(book, CASE)
    assert target is not None
    assert may_note(book, target) == answer
    assert save_note(book, CASE, "moved away", "C9", CAUSE)[1].code == answer


def test_a_note_keeps_its_text_its_command_and_its_day() -> None:
    story = played(f"{POSITIVE};{LISTED}")
    book, done = save_note(story.book, CASE, "moved away", "C9", CAUSE)
    assert [(one.change, one.head.state) for one in done.changes] == [("note_filed", "noted")]
    assert kept(book).note == Note("moved away", "C9", CAUSE.day)


def test_emptying_a_note_that_was_never_written_changes_nothing() -> None:
    book = played(f"{POSITIVE};{LISTED}").book
    assert save_note(book, CASE, "", "C9", CAUSE) == (book, Done(""))


def test_a_case_nobody_knows_is_not_acted_upon() -> None:
    book = played(CHILD).book
    nobody = f"{FACILITY}/11403/1/A3/Z/Z"
    assert target_of(book, nobody) is None
    assert save_note(book, nobody, "moved away", "C9", CAUSE) == (book, Done("UNKNOWN_CASE"))
    assert act(book, nobody, Act("exempt", "C9"), CAUSE) == (book, Done("UNKNOWN_CASE"))


@pytest.mark.parametrize(
    ("text", "action", "answer"),
    [
        # an action that no agency has
        (CHILD, Act("forgive", "C9"), "VALUE_NOT_ALLOWED"),
        # a reversal without a reason, or with a blank one; not yet overdue
        (f"{POSITIVE};{LISTED};{OVER}", Act("reverse", "C9"), "VALUE_NOT_ALLOWED"),
        (f"{POSITIVE};{LISTED};{OVER}", Act("reverse", "C9", text=" "), "VALUE_NOT_ALLOWED"),
        (f"{POSITIVE};{LISTED}", Act("reverse", "C9", text="heard"), "DECISION_NOT_ALLOWED"),
        # a review while the round is open, or without a note
        (NOTED, Act("review_approved", "C9"), "DECISION_NOT_ALLOWED"),
        (f"{POSITIVE};{LISTED};{OVER}", Act("review_refused", "C9"), "DECISION_NOT_ALLOWED"),
        # a form of a child, or without a postmark
        (CHILD, Act("form_received", "C9", on=CAUSE.day), "EDIT_NOT_ALLOWED"),
        (POSITIVE, Act("form_received", "C9"), "EDIT_NOT_ALLOWED"),
        # an annotation that is none of the three
        (CHILD, Act("annotate", "C9", "NOT_FOUND"), "VALUE_NOT_ALLOWED"),
    ],
)
def test_a_refused_action_leaves_the_book_as_it_is(text: str, action: Act, answer: str) -> None:
    book = played(text).book
    assert act(book, CASE, action, CAUSE) == (book, Done(answer))


def test_the_last_words_of_the_agency_are_kept_and_none_do_not_erase_them() -> None:
    book = played(CHILD).book
    book, done = act(book, CASE, Act("annotate", "C1", "SYSTEM_CASE", "looked into"), CAUSE)
    assert (done.code, [one.change for one in done.changes]) == ("", ["remark_added"])
    book, _ = act(book, CASE, Act("annotate", "C2", "LAB_NO_ACCESS"), CAUSE)
    assert kept(book).remark == "looked into"


def test_what_was_said_before_is_done_and_tells_nothing() -> None:
    book = played(CHILD).book
    said = Act("annotate", "C1", "SYSTEM_CASE", "looked into")
    book, _ = act(book, CASE, said, CAUSE)
    assert act(book, CASE, said, CAUSE) == (book, Done(""))
    again, done = act(book, CASE, Act("annotate", "C2", "SYSTEM_CASE", "found"), CAUSE)
    assert len(done.changes) == 1 and again != book


def test_annotations_are_shown_in_one_order_whatever_came_first() -> None:
    book = played(CHILD).book
    for code in ("LAB_NO_ACCESS", "SYSTEM_CASE", "CLAIM_DATE_WRONG", "SYSTEM_CASE"):
        book, _ = act(book, CASE, Act("annotate", "C1", code), CAUSE)
    shown = [reason.code for reason in kept(book).annotations]
    assert shown == ["CLAIM_DATE_WRONG", "SYSTEM_CASE", "LAB_NO_ACCESS"]


@pytest.mark.parametrize(
    ("text", "kind", "on", "leaves"),
    [
        (f"{NOTED};{OVER}", "review_approved", None, {"review": "approved"}),
        (f"{NOTED};{OVER}", "review_refused", None, {"review": "refused"}),
        (f"{POSITIVE};{LISTED};{OVER}", "decide_not_payable", None, {"decision": "not_payable"}),
        (f"{POSITIVE};{LISTED};{OVER}", "decide_recovered", None, {"decision": "recovered"}),
        (f"{POSITIVE};{LISTED};{OVER}", "reverse", None, {"decision": "excused"}),
        (CHILD, "exempt", None, {"exempt": True}),
        (POSITIVE, "form_received", CAUSE.day, {"form_received_on": CAUSE.day}),
    ],
)
def test_what_an_action_leaves_on_the_case(
    text: str, kind: str, on: int | None, leaves: dict[str, object]
) -> None:
    book, done = act(played(text).book, CASE, Act(kind, "C9", text="heard", on=on), CAUSE)
    assert (done.code, kept(book).remark) == ("", "heard")
    assert {name: getattr(kept(book), name) for name in leaves} == leaves


def test_a_reversal_leads_back_to_a_match_where_a_right_result_came_meanwhile() -> None:
    late = f"{POSITIVE};{LISTED};{OVER};114-10-02 row S: oral on 114-03-10 result_sign=1"
    book, _ = act(played(late).book, CASE, Act("reverse", "C9", text="heard"), CAUSE)
    assert (book.heads[0].state, kept(book).decision) == ("matched", "reversed")
