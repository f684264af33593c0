"""New rules (row 28): open cases are judged again, a match stays, a deadline moves for what waits.

New rules come with a new image: the next owner of the partition's state.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from claims import book, case_events, deadlines, rounds
from claims.agency_events import RulesChanged
from claims.deadlines import Window
from claims.events import DayClosed
from claims.model import Book, Claim, Reason, Result
from claims.periods import iso_text
from claims.rules import RULES, Evidence
from services.match import desk
from services.match.state import book_key
from tests.support.judge import PERSON, day
from tests.support.match_stage import (
    FACILITY,
    KEYS,
    Matching,
    a_line,
    a_part,
    an_item,
)

MARCH = {name: day(f"114-03-{name}") for name in ("10", "11", "12", "13")}
WHOLE = ("stage1", "uric_acid")
CHANGED = RulesChanged("rules-changed/newer", "newer", day("114-04-20"))


def uric_acid_is_filled(claim: Claim, result: Result, evidence: Evidence) -> tuple[Reason, ...]:
    """What the new rules ask for besides."""
    if "uric_acid" in result.filled:
        return ()
    return (Reason("STAGE1_INCOMPLETE", "uric_acid", "filled", ""),)


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From now on the modules are those of an image whose tables have this version."""

    def of(version: str) -> None:
        for module in (book, rounds, case_events, desk):
            monkeypatch.setattr(module, "rules_version", lambda: version)

    of("older")
    return of


@asynccontextmanager
async def after(older: Matching) -> AsyncIterator[Matching]:
    """The next owner of what another image committed."""
    async with Matching(place=older.place) as newer:
        newer.offset = older.offset
        yield newer


def _day(number: int) -> DayClosed:
    return DayClosed(f"day-closed/{iso_text(number)}", number)


async def sweep(match: Matching) -> None:
    while await match.stage.sweep():
        pass


def kept(match: Matching) -> Book:
    found = match.ledger.get(book_key(FACILITY, KEYS.key(PERSON)))
    assert isinstance(found, Book)
    return found


def rules_ask_for_uric_acid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "stage1", (*RULES["stage1"], uric_acid_is_filled))


async def four_cases(match: Matching) -> None:
    """A matched without uric acid, B incomplete, C without a result, D matched with uric acid."""
    names = dict(zip("ABCD", MARCH.values(), strict=True))
    await match.give(
        a_part("SC", claims=[a_line(name, visit=visit) for name, visit in names.items()]),
        a_part(
            "SR",
            results=[
                an_item(visit=names["A"]),
                an_item(visit=names["B"], missing=("egfr",)),
                an_item(visit=names["D"], filled=WHOLE),
            ],
        ),
    )


async def test_open_cases_are_judged_again_and_matches_stay(
    image: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Matching() as older:
        await four_cases(older)
        told = len(older.journal())
    image("newer")
    rules_ask_for_uric_acid(monkeypatch)
    async with after(older) as match:
        await match.give(CHANGED)
        await sweep(match)
        assert match.journal()[told:] == [("B", "rule_changed", "pending_error")]
        event = match.out("case-changed")[-2]  # the last one says that the sweep is over
        assert (event.caused_by, event.rule_version) == ("rules-changed/newer", "newer")
        assert [(why.code, why.field) for why in event.reasons] == [
            ("STAGE1_INCOMPLETE", "egfr"),
            ("STAGE1_INCOMPLETE", "uric_acid"),
        ]
        heads = dict(zip("ABCD", kept(match).heads, strict=True))
        assert [heads[name].state for name in "ABCD"] == [
            *("matched", "pending_error", "pending", "matched"),
        ]
        assert [why.field for why in heads["A"].waived] == ["uric_acid"]
        assert heads["D"].waived == () and kept(match).rules == "newer"
        await match.give(CHANGED)
        await sweep(match)
        assert len(match.journal()) == told + 1  # said once


async def test_a_forgiven_match_ends_with_another_fault_of_its_row(
    image: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Matching() as older:
        await four_cases(older)
    image("newer")
    rules_ask_for_uric_acid(monkeypatch)
    async with after(older) as match:
        await match.give(CHANGED)
        await sweep(match)
        told = len(match.journal())

        async def edit(name: str, seen: int, **fields: Any) -> list[tuple[str, str, str]]:
            command = an_item(
                action="edit", target_id="SR:1", seen_version=seen, command_id=name, **fields
            )
            before = len(match.journal())
            await match.give(a_part(name, results=[command]))
            return match.journal()[before:]

        assert not [step for step in await edit("E1", 1, chart_no="7") if step[2] != "matched"]
        assert await edit("E2", 2, missing=("hdl",)) == [
            ("A", "match_retracted", "pending_error"),
        ]
        once_undone_nothing_is_forgiven = [("A", "mismatch_found", "pending_error")]
        assert await edit("E3", 3) == once_undone_nothing_is_forgiven
        assert await edit("E4", 4, filled=WHOLE) == [("A", "matched", "matched")]
        assert len(match.journal()) > told


async def test_a_matched_case_that_no_index_names_is_forgiven_when_its_book_is_next_opened(
    image: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep sees open cases only; a day closing or another claim must not undo the match."""
    async with Matching() as older:
        await older.give(
            a_part("SC", claims=[a_line("A")]), a_part("SR", results=[an_item(missing=())])
        )
        await older.close_day("114-05-30")
        told = len(older.journal())
    image("newer")
    rules_ask_for_uric_acid(monkeypatch)
    async with after(older) as match:
        await match.give(CHANGED)
        await sweep(match)
        assert kept(match).rules == "older"
        await match.give(a_part("SD", claims=[a_line("B", visit=day("114-05-01"))]))
        assert match.journal()[told:] == [("B", "claim_registered", "pending")]
        assert [why.field for why in kept(match).heads[0].waived] == ["uric_acid"]


@pytest.mark.parametrize(("days", "late_on"), [(30, "114-04-30"), (90, "114-06-29")])
async def test_what_waits_is_late_on_the_day_of_the_new_window(
    image: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, days: int, late_on: str
) -> None:
    """Also when nothing but the deadline changes: nobody has said 114-05-30 yet."""
    async with Matching() as older:
        await older.give(a_part("SC", claims=[a_line("A")]))
    image("newer")
    first = day("114-04-01")
    monkeypatch.setattr(deadlines, "upload_window", lambda visit: Window(first, first + days - 1))
    async with after(older) as match:
        await match.give(CHANGED)
        await sweep(match)
        before = day(late_on) - 1
        await match.give(_day(before))
        await sweep(match)
        assert match.journal()[-1] == ("A", "claim_registered", "pending")
        await match.give(_day(before + 1))
        await sweep(match)
        assert match.journal()[-1] == ("A", "upload_overdue", "late")
        assert match.out("case-changed")[-2].due_on == day(late_on)
