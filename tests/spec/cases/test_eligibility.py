"""Age on the day of service hints, and never decides (programmes.md sections 1 to 3; R-33)."""

import pytest

from tests.support.judge import Story, day


@pytest.mark.parametrize(
    ("order", "visit", "born", "hinted"),
    [
        ("21", "114-03-10", "074-12-31", False),  # 40 by year
        ("21", "114-03-10", "075-01-01", True),
        ("21", "114-03-10", "050-01-01", False),
        ("21", "114-03-10", "049-12-31", True),
        ("22", "114-03-10", "049-12-31", False),
        ("3D", "114-03-10", "084-06-01", False),
        ("3D", "113-12-31", "083-06-01", False),  # no row is in force: nothing is known
        ("71", "114-03-10", "114-01-11", False),  # not two months yet
        ("71", "114-03-10", "114-01-10", True),
        ("95", "114-03-10", "085-01-01", True),
        ("97", "114-03-10", "085-01-01", False),
        ("L1001C", "114-07-31", "070-01-01", False),  # 40 to 79 for indigenous people
        ("L1001C", "114-08-01", "075-12-31", False),
        ("L1001C", "114-08-01", "076-01-01", True),
        ("23", "114-03-10", "110-01-01", False),  # stage 2 goes by its stage 1
    ],
)
def test_ages_at_their_limits(order: str, visit: str, born: str, hinted: bool) -> None:
    story = Story()
    story.step(day("114-09-05"), f"claim A: {order} on {visit} born={born}")
    hints = [hint.code for hint in story.journal[-1].hints]
    assert ("AGE_NOT_ELIGIBLE" in hints) is hinted


def test_the_state_is_the_same_with_and_without_the_hint() -> None:
    story = Story()
    story.step(day("114-04-05"), "claim A: 21 on 114-03-10 born=090-01-01")
    story.step(day("114-04-06"), "row R: adult on 114-03-10 born=090-01-01")
    assert story.state_of("A") == "matched"
    (hint,) = story.journal[-1].hints
    assert (hint.code, hint.expected, hint.found) == ("AGE_NOT_ELIGIBLE", "year 40-64", "24")
