"""What of a book waits for an answer: the common books, which are told at a glance."""

import pytest

from claims.unanswered import ALL_ANSWERED, place_of, unanswered_of
from tests.support.judge import Story, day

ADULT = "114-04-05 claim A: 21 on 114-03-10"
ROW = "114-04-06 row R: adult on 114-03-10"


def told(text: str) -> dict[str, str]:
    """``adult 114-03-10`` to the claims, results and crossed pairs there."""
    story = Story()
    for step in text.split("; "):
        when, _, what = step.partition(" ")
        story.step(day(when), what)
    names = {result_id: name for name, result_id in story.results.items()}
    return {
        f"{programme} {start - day('114-03-10')}": "".join(
            [
                *(claim.claim_id[-1] for claim in found.claims),
                *(names[row.result_id] for row in found.results),
                *(f"{claim.claim_id[-1]}x{names[row.result_id]}" for claim, row in found.crossed),
            ]
        )
        for (programme, start), found in unanswered_of(story.book).items()
        if found.claims or found.results or found.crossed
    }


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        # days are counted from 114-03-10
        (ADULT, {"adult 0": "A"}),
        (f"{ADULT}; {ROW}", {}),
        (ROW, {"adult 0": "R"}),
        (f"{ROW}; 114-04-06 row S: adult on 114-03-12", {"adult 0": "R", "adult 2": "S"}),
        ("114-04-06 row R: adult on 114-03-10 stage2=114-03-15", {"adult 0": "R", "adult 5": "R"}),
        ("114-04-06 row R: adult on 114-03-10 stage2=114-03-10", {"adult 0": "R"}),
        # a second row beside the one that answers
        (f"{ADULT}; {ROW}; 114-04-06 row S: adult on 114-03-12", {"adult 2": "S"}),
        (f"{ADULT}; {ROW}; 114-04-06 row S: oral on 114-03-10", {"oral 0": "S"}),
        (f"{ADULT}; 114-04-06 row S: oral on 114-03-10", {"adult 0": "A", "oral 0": "S"}),
        # two claims, both answered, one answered, none
        (f"{ADULT} & B: L1001C on 114-03-10; {ROW} filled=stage1,hbsag,anti_hcv", {}),
        (f"{ADULT} & B: 95 on 114-03-10; {ROW}", {"oral 0": "B"}),
        (f"{ADULT} & B: 95 on 114-03-12", {"adult 0": "A", "oral 2": "B"}),
        # wrong in its content is answered; of another birth it may be another person's
        (f"{ADULT}; {ROW} missing=hdl", {}),
        (f"{ADULT}; {ROW} born=061-01-01", {"adult 0": "AxR"}),
        (f"{ADULT}; {ROW} born=061-01-01; 114-05-30 day closes", {"adult 0": "AxR"}),
        # a claim that was withdrawn asks for nothing
        (f"{ADULT}; 114-04-06 withdraw A", {}),
        (f"{ADULT}; {ROW}; 114-04-07 withdraw A", {"adult 0": "R"}),
        ("114-04-05 claim A: 21 visit=", {}),
    ],
)
def test_claims_results_and_pairs_stand_at_their_days(text: str, waits: dict[str, str]) -> None:
    assert told(text) == waits


def test_a_block_of_children_begins_on_every_sixteenth_day() -> None:
    """Places are keys of the state: they stay what they are from release to release."""
    assert [place_of("child", at) for at in (20143, 20144, 20159, 20160)] == [
        ("child", 20128),
        ("child", 20144),
        ("child", 20144),
        ("child", 20160),
    ]
    assert place_of("adult", 20159) == ("adult", 20159)


def test_an_answered_book_makes_nothing_new() -> None:
    story = Story()
    story.step(day("114-04-05"), "claim A: 21 on 114-03-10")
    story.step(day("114-04-06"), "row R: adult on 114-03-10")
    assert unanswered_of(story.book) is ALL_ANSWERED
