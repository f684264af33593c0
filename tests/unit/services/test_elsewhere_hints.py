"""match takes hints of elsewhere: the reason changes, the state and the deadline never do."""

from typing import Any

import msgspec

from claims.recovery_events import HintFound
from services.match.desk import Desk
from services.match.handler import MatchHandler
from services.match.hint_side import ForeignHint, HintSide, hint_fact
from services.match.people import publisher_of
from tests.support.judge import day
from tests.support.match_stage import (
    CODEC,
    FACILITY,
    KEYS,
    PERSON,
    SEALER,
    Matching,
    a_handler,
    a_line,
    a_part,
    an_item,
)

OTHER = "3501200099"


def a_hint(**changes: Any) -> HintFound:
    found = HintFound(
        "hint-1", FACILITY, day("114-05-30"), a_line("A").claim_id, KEYS.key(PERSON),
        "FACILITY_MISMATCH", "facility_id", FACILITY, OTHER, "S9:1", False,
    )  # fmt: skip
    return msgspec.structs.replace(found, **changes)


def reasons(stage: Matching) -> list[tuple[str, str, list[str]]]:
    return [
        (event.change, event.state, [reason.code for reason in event.reasons])
        for event in stage.out("case-changed")
        if hasattr(event, "case_id")
    ]


async def test_a_hint_replaces_not_found_and_is_taken_back() -> None:
    back = a_hint(event_id="hint-2", taken_back=True)
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        await stage.close_day("114-05-30")
        await stage.give(a_hint(), a_hint(), back, back)
        assert [(state, codes) for _, state, codes in reasons(stage)] == [
            ("pending", ["NOT_FOUND"]),
            ("late", ["NOT_FOUND"]),
            ("late", ["FACILITY_MISMATCH"]),
            ("late", ["NOT_FOUND"]),
        ]
        last = [event for event in stage.out("case-changed") if hasattr(event, "case_id")][-1]
        assert last.caused_by == "hint-2"


async def test_a_hint_about_nobody_or_about_a_matched_case_changes_nothing() -> None:
    async with Matching() as stage:
        await stage.give(a_hint())
        await stage.give(a_part("SC", claims=[a_line("A")]), a_part("S", results=[an_item()]))
        before = stage.journal()
        await stage.give(a_hint(), a_hint(case_id="of somebody else"))
        assert stage.journal() == before


async def test_what_is_alone_is_told_once_and_gone_once() -> None:
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        await stage.give(a_part("SR", results=[an_item(visit=day("114-02-02"))]))
        for closed in ("114-04-28", "114-04-29", "114-05-29", "114-05-30", "114-05-31"):
            await stage.close_day(closed)
        await stage.give(a_part("S", results=[an_item()], on="114-06-03"))
        told = [(event.kind, event.gone, event.happened_on) for event in stage.out("loose")]
        assert told == [
            ("result", False, day("114-04-29")),
            ("claim", False, day("114-05-30")),
            ("claim", True, day("114-06-03")),
        ]


async def test_a_known_successor_makes_it_a_change_of_code() -> None:
    handler = a_handler()
    async with Matching(handler) as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        desk = Desk(CODEC, publisher_of(KEYS, SEALER))
        hints = HintSide(desk, lambda ledger, one, other: {one, other} == {FACILITY, OTHER})
        body = hint_fact(a_hint(), KEYS.key(PERSON)).body
        assert isinstance(body, ForeignHint)
        hints.take(stage.ledger, body)
        await stage.stage.commit()
        assert reasons(stage)[-1][2] == ["FACILITY_CODE_CHANGED"]


def test_a_parked_hint_comes_back_whole() -> None:
    handler: MatchHandler = a_handler()
    fact = hint_fact(a_hint(), KEYS.key(PERSON))
    assert handler.unpark(fact.book, handler.park(fact)) == fact
