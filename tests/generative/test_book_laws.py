"""Laws of a book over random histories: order, repeats, sequences, near-twins.

Quick by default; ``GOUJI_HISTORIES`` asks for more.
"""

import os
import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.book import Cause, Change, catch_up, new_book, take_case, take_row
from claims.model import DAY_CLOSED, Book, Claim, Milestone, Result
from claims.result_facts import result_key
from claims.states import EXCEPTIONS, MATCHED, WAITING
from claims.verdicts import verdict
from tests.support.judge import FACILITY, a_claim, a_result, day

HISTORIES = int(os.environ.get("GOUJI_HISTORIES", "300"))
TWINS = int(os.environ.get("GOUJI_TWINS", "20000"))
FIRST = day("114-03-01")
DUE = day("114-05-30")

many = settings(
    max_examples=HISTORIES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
orders = settings(many, max_examples=max(1000, HISTORIES))


visits = st.integers(FIRST, FIRST + 12)
births = st.sampled_from([None, day("060-05-05"), day("060-05-06")])
ORDERS = ("21", "23", "22", "24", "L1001C", "71", "72", "95", "97")


@st.composite
def claims(draw: st.DrawFn, number: int) -> Claim:
    order = draw(st.sampled_from(ORDERS))
    newborn = order in ("71", "72") and draw(st.booleans())
    return a_claim(
        str(number),
        order=order,
        visit=draw(visits),
        born=draw(births),
        appl_date=FIRST + 40 + draw(st.integers(0, 2)),
        is_newborn=newborn,
        newborn_mark=draw(st.sampled_from(["", "1", "2"])) if newborn else "",
    )


@st.composite
def results(draw: st.DrawFn, number: int) -> Result:
    programme = draw(st.sampled_from(["adult", "adult", "child", "oral"]))
    fields: dict[str, Any] = {
        "visit": draw(visits),
        "born": draw(births),
        "record_id": f"SR{number}:{number}",
        "missing": draw(st.sampled_from([(), ("hdl",), ("sbp",)])),
    }
    if programme == "adult":
        stage2 = draw(st.booleans())
        fields["stage2"] = FIRST + draw(st.integers(5, 7)) if stage2 else None
        fields["bc_history"] = draw(st.sampled_from(["0", "3"]))
        groups = ("stage1", "stage2", "hbsag", "anti_hcv", "interp_hbv", "interp_hcv")
        fields["filled"] = tuple(name for name in groups if draw(st.booleans()))
    elif programme == "child":
        fields["order"] = draw(st.sampled_from(["71", "72"]))
        fields["mark"] = draw(st.sampled_from(["", "2"]))
    else:
        for name, values in (("payer", "12"), ("indigenous", "01"), ("betel", "03")):
            fields[name] = draw(st.sampled_from(values))
    return a_result("R", programme, **fields)


@st.composite
def facts(draw: st.DrawFn) -> list[Claim | Result]:
    """Claims and results with distinct keys, in any order."""
    lines = [draw(claims(number)) for number in range(draw(st.integers(1, 6)))]
    rows: dict[tuple[Any, ...], Result] = {}
    for number in range(draw(st.integers(0, 5))):
        row = draw(results(number))
        rows.setdefault(result_key(row), row)
    return list(draw(st.permutations([*lines, *rows.values()])))


class History:
    """A book, and everything it told."""

    def __init__(self) -> None:
        self.book: Book = new_book(FACILITY, ())
        self.milestones: list[Milestone] = []
        self.told: list[Change] = []

    def take(self, fact: Claim | Result) -> str:
        self._tell(*catch_up(self.book, self.milestones))
        cause = Cause(fact.received_on, fact.record_id)
        if isinstance(fact, Claim):
            book, taken = take_case(self.book, fact.case_key, (fact,), fact.appl_date, cause)
            self._tell(book, taken.changes)
            return taken.outcomes[0]
        book, became = take_row(self.book, fact, cause)
        self._tell(book, became.changes)
        return became.outcome

    def close(self, when: int, *, at_once: bool = True) -> None:
        self.milestones.append(Milestone(DAY_CLOSED, when))
        if at_once:
            self._tell(*catch_up(self.book, self.milestones))

    def _tell(self, book: Book, changes: tuple[Change, ...]) -> None:
        self.book = book
        self.told += changes

    def final(self) -> dict[str, tuple[Any, ...]]:
        """What stands of every case, but for the number of its events."""
        return {
            claim.claim_id: (head.state, head.reasons, head.result_id, head.completed_on)
            for claim, head in zip(self.book.claims, self.book.heads, strict=True)
        }


def run(facts_: list[Claim | Result], close_after: int | None = None) -> History:
    history = History()
    for at, fact in enumerate(facts_):
        if at == close_after:
            history.close(DUE)
        history.take(fact)
    return history


@orders
@given(facts(), st.randoms(use_true_random=False))
def test_facts_commute_between_two_milestones(
    facts_: list[Claim | Result], rng: random.Random
) -> None:
    shuffled = list(facts_)
    rng.shuffle(shuffled)
    one, other = run(facts_), run(shuffled)
    assert one.final() == other.final()
    one.close(DUE)
    other.close(DUE)
    assert one.final() == other.final()


@many
@given(facts(), st.integers(0, 10))
def test_a_head_is_what_the_verdict_says(facts_: list[Claim | Result], close: int) -> None:
    """Whatever was judged again or left alone: nothing that could change was missed."""
    book = run(facts_, close).book
    for claim, head in zip(book.claims, book.heads, strict=True):
        found = verdict(claim, book)
        assert (head.state, head.reasons) == (found.state, found.reasons)


@many
@given(facts(), st.integers(0, 10))
def test_repeats_change_nothing(facts_: list[Claim | Result], close: int) -> None:
    history = run(facts_, close)
    book, told = history.book, len(history.told)
    for fact in facts_:
        assert history.take(fact) == "unchanged"
    assert history.book == book and len(history.told) == told


@many
@given(facts(), st.integers(0, 10))
def test_events_of_a_case_are_numbered_without_gap_and_joined(
    facts_: list[Claim | Result], close: int
) -> None:
    history = run(facts_, close)
    history.close(DUE + 1)
    state: dict[str, str] = {}
    count: Counter[str] = Counter()
    for step in history.told:
        case = step.claim.claim_id
        count[case] += 1
        assert step.head.sequence == count[case]
        assert step.previous_state == state.get(case, "")
        state[case] = step.head.state
    assert len(state) == sum(isinstance(fact, Claim) for fact in facts_)


@many
@given(facts(), st.integers(0, 10))
def test_nothing_is_late_before_its_day_or_waiting_after_it(
    facts_: list[Claim | Result], close: int
) -> None:
    for step in run(facts_).told:
        assert step.head.state not in EXCEPTIONS
    history = run(facts_, close)
    history.close(DUE + 1)
    assert all(head.state not in WAITING for head in history.book.heads)


@many
@given(facts(), st.integers(0, 10))
def test_it_does_not_matter_when_a_book_meets_a_milestone(
    facts_: list[Claim | Result], at: int
) -> None:
    """At once (the sweep came first), or before its next fact: the same events."""
    stories = []
    for at_once in (True, False):
        history = History()
        for place, fact in enumerate(facts_):
            if place == at:
                history.close(DUE, at_once=at_once)
            history.take(fact)
        history.close(DUE + 1)
        stories.append((history.told, history.book))
    assert stories[0] == stories[1]


@many
@given(facts())
def test_a_result_closes_one_claim_of_a_visit(facts_: list[Claim | Result]) -> None:
    """Two claims share a match only when their order codes differ, or their newborns."""
    book = run(facts_).book
    seen: set[tuple[Any, ...]] = set()
    for claim, head in zip(book.claims, book.heads, strict=True):
        if head.state == MATCHED:
            newborn = (claim.is_newborn, claim.subject_birth_date, claim.newborn_mark or "1")
            key = (head.result_id, claim.order_code, newborn if claim.is_newborn else ())
            assert key not in seen
            seen.add(key)


def twin_of(rng: random.Random, claim: Claim, row: Result) -> tuple[Claim, Result, str]:
    """The pair with one key field changed on one side; which one."""
    shift = rng.choice([-1, 1]) * rng.choice([1, 1, 10, 30, 31, 365])
    fields = {
        "adult": ["visit_date"],
        "oral": ["visit_date"],
        "child": ["visit_date", "order_code", "birth_date", "newborn_mark"],
    }[claim.programme]
    field = rng.choice(fields)
    changed: dict[str, Any]
    if field == "visit_date":
        name = "stage2_date" if claim.requirement == "stage2" else "visit_date"
        changed = {name: (getattr(row, name)) + shift}
    elif field == "order_code":
        changed = {
            "order_code": rng.choice([code for code in ("71", "72") if code != row.order_code])
        }
    elif field == "birth_date":
        changed = {"birth_date": (row.birth_date or 0) + shift}
    else:
        changed = {"newborn_mark": rng.choice("23456789")}
    return claim, msgspec.structs.replace(row, **changed), field


def a_pair(rng: random.Random) -> tuple[Claim, Result]:
    """A claim and the result that answers it."""
    visit = FIRST + rng.randrange(0, 3000)
    born = visit - rng.randrange(30, 400)
    order = rng.choice(ORDERS)
    newborn = order in ("71", "72")
    claim = a_claim("A", order=order, visit=visit, born=born, is_newborn=newborn, newborn_mark="")
    fields: dict[str, Any] = {"visit": visit, "born": born}
    if claim.programme == "adult":
        fields["filled"] = ("stage1", "stage2", "hbsag", "anti_hcv", "interp_hbv", "interp_hcv")
        if claim.requirement == "stage2":
            fields |= {"visit": visit - rng.randrange(0, 60), "stage2": visit}
        if claim.requirement == "bc":
            fields |= {"bc_history": "3"}
    elif claim.programme == "child":
        fields |= {"order": order, "mark": rng.choice(["", "1"])}
    else:
        fields |= {"indigenous": "1", "betel": "2"}
    return claim, a_result("R", claim.programme, **fields)


def test_near_twins_never_match() -> None:
    """Pairs that differ in one key field; beside each, the pair itself, which does match."""
    rng = random.Random(20250310)
    fields: Counter[str] = Counter()
    for _number in range(TWINS):
        claim, row = a_pair(rng)
        assert run([row, claim]).book.heads[0].state == MATCHED
        claim, twin, field = twin_of(rng, claim, row)
        fields[field] += 1
        state = run([twin, claim]).book.heads[0].state
        assert state == "pending", f"{claim.requirement} differs in {field} and is {state}"
    assert len(fields) == 4


@pytest.mark.parametrize("claims_", [200])
def test_a_book_of_many_claims_is_judged_in_one_look(claims_: int) -> None:
    """A count, not a clock: 200 claims and 200 rows, all matched at the end."""
    history = History()
    for number in range(claims_):
        visit = FIRST + number
        history.take(a_claim(str(number), order="95", visit=visit))
        history.take(a_result("R", "oral", visit=visit, record_id=f"S{number}:1"))
    assert {head.state for head in history.book.heads} == {MATCHED}
    assert len(history.told) <= 4 * claims_
