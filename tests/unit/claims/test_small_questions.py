"""Small questions the rules ask of a book, a claim or a code, each with its border."""

import pytest

from claims.alone import alone_in
from claims.book import Cause, new_book, take_case, take_row
from claims.claim_facts import newest_version
from claims.codes import tooth_code
from claims.completeness import Completeness
from claims.dated import rules_version
from claims.events import ResultItem, UploadItem
from claims.fixes import FixStep, shortest_fix
from claims.layouts import layout
from claims.matching import answers_key
from claims.model import (
    DAY_CLOSED,
    NO_HEAD,
    RULES_CHANGED,
    Book,
    Claim,
    Listing,
    Milestone,
    Note,
    Result,
    Standing,
    Stranger,
    with_,
)
from claims.perfect_rows import perfect_row
from claims.programmes import programmes
from claims.results import deletion
from claims.rounds import pass_milestone, standing_of_revision
from claims.rules.eligibility import age_reason
from claims.rules.evidence import Evidence
from claims.rules.facets import facet_date, has_bc
from claims.settling import settle
from claims.similar import parts
from claims.standings import open_cases
from claims.verdicts import head_of
from tests.support.judge import FACILITY, PERSON, Story, a_claim, a_result, day, judge

CAUSE = Cause(day("114-04-06"), "C")


def a_book(*facts: Claim | Result) -> Book:
    book = new_book(FACILITY, ())
    for fact in facts:
        cause = Cause(fact.received_on, fact.record_id)
        if isinstance(fact, Claim):
            book, _ = take_case(book, fact.case_key, (fact,), fact.appl_date, cause)
        else:
            book, _ = take_row(book, fact, cause)
    return book


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("11", "permanent", "OK"),
        ("18", "permanent", "OK"),
        ("48", "permanent", "OK"),
        ("19", "odd", "OK"),
        ("10", "", "TOOTH_INVALID"),
        ("51", "deciduous", "OK"),
        ("85", "deciduous", "OK"),
        ("56", "", "TOOTH_INVALID"),
        ("50", "", "TOOTH_INVALID"),
        ("91", "", "TOOTH_INVALID"),
        ("01", "", "TOOTH_INVALID"),
        ("99", "supernumerary", "OK"),
        ("1", "", "TOOTH_INVALID"),
        ("1118", "several", "OK"),
        ("1110", "", "TOOTH_INVALID"),
        ("111", "", "TOOTH_INVALID"),
        ("X1", "", "TOOTH_INVALID"),
        ("", "", "TOOTH_BLANK"),
    ],
)
def test_teeth_by_quadrant_and_place(text: str, kind: str, code: str) -> None:
    read = tooth_code(text)
    assert (read.value, read.kind, read.code) == (text, kind, code)


def test_a_new_book_is_judged_by_the_rules_of_today() -> None:
    assert new_book(FACILITY, ()).rules == rules_version() != ""


def test_the_newest_version_is_that_of_the_case_asked_for() -> None:
    book = a_book(
        a_claim("A", appl_date=day("114-04-05")), a_claim("B", appl_date=day("114-04-09"))
    )
    assert newest_version(book, book.claims[0].case_key) == day("114-04-05")
    assert newest_version(book, "another") < 0


def test_a_claim_that_was_never_judged_has_an_empty_head() -> None:
    claim = a_claim("A")
    book = with_(new_book(FACILITY, ()), claims=(claim,))
    assert head_of(claim, book) == NO_HEAD


def test_the_latest_visits_are_shown_first() -> None:
    dates = ("114-03-10", "114-03-12", "114-03-11")
    names = "ABC"
    book = a_book(
        *(a_claim(name, visit=day(date)) for name, date in zip(names, dates, strict=True)),
        a_claim("D", visit=None, fee_month=202503),
        a_result("R", visit=day("114-03-12")),
    )
    shown = [one.case_id.rpartition("/")[2] for one in open_cases(book, ())]
    assert shown == ["C", "A"]
    assert open_cases(book, {claim.claim_id for claim in book.claims}) == []


def test_every_unclaimed_row_is_alone_not_only_the_first() -> None:
    claim, over = a_claim("A", order="95"), day("114-05-30")
    rows = [
        a_result(name, programme="oral", visit=day(visit))
        for name, visit in (("R", "114-03-10"), ("S", "114-03-20"), ("T", "114-03-25"))
    ]
    book = new_book(FACILITY, ())
    late = with_(NO_HEAD, state="late")
    book = with_(book, claims=(claim,), heads=(late,), results=tuple(rows), closed_on=over + 90)
    found = [item for _, item in alone_in(book, str).values()]
    assert [item.key_date for item in found] == [day("114-03-20"), day("114-03-25")]


def test_hepatitis_is_there_with_either_test_or_with_the_mark() -> None:
    for filled in (("hbsag",), ("anti_hcv",)):
        assert has_bc(a_result(filled=filled))
    assert has_bc(a_result(filled=(), bc_history="3"))
    assert not has_bc(a_result(filled=("stage1",)))
    row = a_result(filled=("hbsag",), bc_history="3", stage2=day("114-03-20"))
    asked = ("stage1", "stage2", "bc")
    assert [facet_date(row, one) for one in asked] == [None, None, row.visit_date]


def test_a_row_answers_the_key_of_its_own_stage() -> None:
    first, second = a_claim("A"), a_claim("B", order="23", visit=day("114-03-20"))
    book = a_book(first, second)
    evidence = Evidence(book, "adult")
    whole = a_result(stage2=day("114-03-20"))
    assert answers_key(first, whole, evidence) and answers_key(second, whole, evidence)
    half = a_result()
    assert answers_key(first, half, evidence) and answers_key(second, half, evidence)
    other = a_result(stage2=day("114-03-21"))
    assert answers_key(first, other, evidence) and not answers_key(second, other, evidence)
    same_day = a_result(visit=day("114-03-20"))
    assert not answers_key(second, same_day, evidence)
    assert not answers_key(with_(first, person_id=""), whole, evidence)
    assert not answers_key(with_(first, visit_date=None), whole, evidence)


def test_a_perfect_row_has_the_dates_of_both_stages() -> None:
    first, second = a_claim("A"), a_claim("B", order="23", visit=day("114-03-20"))
    evidence = Evidence(a_book(first, second), "adult")
    row = perfect_row(second, evidence)
    assert (row.visit_date, row.stage2_date) == (day("114-03-10"), day("114-03-20"))
    row = perfect_row(first, evidence)
    assert (row.visit_date, row.stage2_date) == (day("114-03-10"), None)
    alone = Evidence(a_book(second), "adult")
    assert perfect_row(second, alone).visit_date == day("114-03-20")


def test_another_visit_date_leaves_the_list_and_a_decision_stays() -> None:
    old = a_claim("A")
    moved = with_(old, visit_date=day("114-03-11"))
    listed = Standing(
        listing=Listing("L", 1, None), note=Note("C", "lost", 1), review="approved", exempt=True
    )
    head = with_(NO_HEAD, standing=listed)
    assert standing_of_revision(old, old, head) == listed
    assert standing_of_revision(old, moved, head) == Standing()
    decided = with_(listed, decision="recovered")
    assert standing_of_revision(old, moved, with_(head, standing=decided)) == decided
    assert standing_of_revision(old, moved, NO_HEAD) is None


def test_new_rules_come_as_a_milestone() -> None:
    story = judge(
        """
        day       | what                     | then
        114-04-05 | claim A: 95 on 114-03-10 | -
        114-04-06 | row R: oral on 114-03-10 | A matched
        """
    )
    book = with_(story.book, rules="older", closed_on=day("114-04-01"))
    book, told = pass_milestone(book, 5, Milestone(RULES_CHANGED, day("114-04-07"), "rules"))
    assert (book.rules, book.seen, book.closed_on) == (rules_version(), 5, day("114-04-01"))
    assert told == ()


def test_an_old_and_a_new_number_are_mended_by_an_alias() -> None:
    claim, row = a_claim("A", person_id="A800000014"), a_result("R", person_id="AC01234567")
    book = with_(a_book(claim), strangers=(Stranger(claim.claim_id, "ID_OLD_NEW", row),))
    settled = settle(book, "adult", CAUSE)
    (change,) = settled.changes
    assert [reason.code for reason in change.head.reasons] == ["ID_OLD_NEW"]
    assert shortest_fix(change) == (FixStep("alias", row.result_id, row.version, "person_id"),)


def test_an_age_is_told_by_its_rule() -> None:
    (row, *_) = programmes().eligibility("71", day("114-03-10"))
    reason = age_reason(row, day("110-03-10"), day("114-03-10"))
    high = "" if row.age_max is None else str(row.age_max)
    low = "" if row.age_min is None else str(row.age_min)
    assert reason.expected.split(" ", 1)[1].replace("<", "") == f"{low}-{high}"
    assert age_reason(row, day("114-03-11"), day("114-03-10")).found == "0"


def test_two_numbers_are_alike_by_halves() -> None:
    whole = parts("A123456789", 5)
    assert whole == ("A1234", "-56789", "A123-6789")
    assert parts("A812345678", 5)[3:] == ("=5",)
    assert parts("A812345678", None) == ("A8123", "-45678", "A812-5678")


def test_a_story_of_a_second_upload_says_which_row_it_met() -> None:
    story = Story()
    story.step(day("114-04-06"), "row R: adult on 114-03-10")
    (known,) = story.book.results
    _, taken = take_row(story.book, with_(known, record_id="S9:1"), CAUSE)
    assert (taken.outcome, taken.stored, known.person_id) == ("unchanged", known, PERSON)


def test_hepatitis_is_named_column_by_column() -> None:
    adult = Completeness(layout("adult"))
    filled, _, _ = adult.of({"hbsag": "1", "anti_hcv": "2"}, {})
    assert filled == ("hbsag", "anti_hcv")


def test_a_claim_to_be_sent_again_has_no_version() -> None:
    story = Story()
    story.step(day("114-04-05"), "claim A: 71 on 114-03-10 born=")
    (change,) = story.journal
    assert shortest_fix(change) == (FixStep("resend", change.claim.claim_id, 0, "birth_date"),)


def test_due_days_that_have_passed_are_forgotten() -> None:
    book = with_(new_book(FACILITY, ()), indexed=(10, 20, 30))
    book, _ = pass_milestone(book, 1, Milestone(DAY_CLOSED, 20, "day-closed/20"))
    assert (book.indexed, book.closed_on, book.seen) == ((30,), 20, 1)


def test_a_deletion_carries_its_target_and_nothing_about_a_person() -> None:
    item = UploadItem(4, "delete", "C1", "R1", 2, "", ("A123456789",))
    assert deletion("adult", item, "S:4", "K1") == ResultItem(
        4, "S:4", "delete", "C1", "R1", 2, "adult", "", None, None, None, "", "", {}, (), (), "",
        b"", "K1", (),
    )  # fmt: skip
