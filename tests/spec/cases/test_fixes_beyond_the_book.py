"""Fixes by a row of another person of the facility; and of a claim that is alone in its book."""

import pytest

from claims.model import Claim, Standing, Stranger, with_
from claims.rules.evidence import Evidence
from claims.settling import Cause, settle_all
from claims.verdicts import Verdict, judge
from tests.support.fixing import ADULT_LIST, DUE, fix_of, played
from tests.support.judge import Story, day

OTHER, OLD, NEW = "A123456780", "AB23456789", "F912345678"
DAY = "on 114-03-10"
STRANGERS = (
    # claim | the row under another ID of the facility | fix
    (f"21 {DAY}", f"adult {DAY} person_id={OTHER}", "replace R@1 person_id"),
    (
        f"21 {DAY}",
        f"adult {DAY} person_id={OTHER} born=060-05-06 missing=hdl",
        "replace R@1 person_id,birth_date,hdl",
    ),
    (
        f"L1001C {DAY}",
        f"adult {DAY} person_id={OTHER} filled=hbsag bc_history=3",
        "replace R@1 person_id,anti_hcv",
    ),
    (f"95 {DAY}", f"oral {DAY} person_id={OTHER} payer=2", "add person_id,payer"),
    (
        f"71 {DAY} born=114-02-01",
        f"child {DAY} person_id={OTHER} order=71 born=114-02-01 missing=sex",
        "edit R@1 person_id,sex",
    ),
    (
        f"71 {DAY} born=114-02-01",
        f"child {DAY} person_id={OTHER} order=72 born=114-02-01",
        "edit R@1 person_id,order_code",
    ),
    (
        f"71 {DAY} born=114-02-01",
        f"child {DAY} person_id={OTHER} order=71 born=114-02-03",
        "edit R@1 person_id,birth_date",
    ),
    (
        f"71 {DAY} born=114-02-01",
        f"child on 114-03-12 person_id={OTHER} order=71 born=114-02-01",
        "edit R@1 person_id,visit_date",
    ),
    (f"21 {DAY} person_id={OLD}", f"adult {DAY} person_id={NEW}", "alias R@1 person_id"),
    (f"95 {DAY} person_id={OLD}", f"oral {DAY} person_id={NEW}", "alias R@1 person_id"),
    # an alias would join them, and the case still be open: what helps is another row
    (f"21 {DAY} person_id={OLD}", f"adult {DAY} person_id={NEW} missing=hdl", "add"),
)


@pytest.mark.parametrize(("claim", "row", "fix"), STRANGERS)
def test_a_row_under_another_id_is_brought_to_the_claims(claim: str, row: str, fix: str) -> None:
    """correction.md section 5: child edits, adult deletes and adds again, oral adds again; an old
    and a new number are a matter of the agency (R-30)."""
    assert fix_of(with_stranger(played(f"114-04-05 claim A: {claim}"), row)) == fix


def test_once_the_round_is_over_only_what_was_received_in_time_helps() -> None:
    """R-7: an alias proves that a result came in time; a row that is moved comes too late."""
    over = f"{DUE}; {ADULT_LIST}; 114-09-30 day closes"
    for person, row, fix in (
        (OLD, f"adult {DAY} person_id={NEW}", "alias R@1 person_id"),
        ("A123456789", f"adult {DAY} person_id={OTHER}", ""),
    ):
        story = played(f"114-04-05 claim A: 21 {DAY} person_id={person}; {over}")
        assert fix_of(with_stranger(story, row)) == fix


def with_stranger(story: Story, row: str) -> Story:
    """The same, and a row of another person of the facility was found to come near case A."""
    other = Story()
    other.step(day("114-04-06"), f"row R: {row}")
    story.results |= other.results
    found = Stranger(story.book.claims[0].claim_id, "ID_MISMATCH", other.book.results[0])
    book = with_(story.book, strangers=(found,))
    story.book, told = settle_all(book, Cause(day("114-10-02"), "N"))
    story.journal += told
    return story


ALONE = "114-04-05 claim A: 21 on 114-03-10"
TRIALS = (
    # what came | whether its own book is tried
    (ALONE, False),
    ("114-04-05 claim A: 71 on 114-03-10 born=114-02-01", False),
    ("114-04-05 claim A: 21 on 114-03-10 born=", False),
    (f"{ALONE} & B: 23 on 114-03-20", True),
    (f"{ALONE}; 114-04-06 row R: oral on 114-03-10; 114-05-30 day closes", True),
    (f"{ALONE}; {DUE}; {ADULT_LIST}", True),
)


@pytest.mark.parametrize(("came", "own"), TRIALS)
def test_a_claim_alone_in_its_book_is_tried_once_for_all_of_its_kind(
    came: str, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most claims come before anything else, by the million: they share a trial."""
    story, tried = played(came), []

    def counted(claim: Claim, evidence: Evidence, standing: Standing | None) -> Verdict:
        tried.append(claim.claim_id.rpartition("/")[2])
        return judge(claim, evidence, standing)

    monkeypatch.setattr("claims.fixes.judge", counted)
    assert fix_of(story) == "add"
    assert ("A" in tried) == own
