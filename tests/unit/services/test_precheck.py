"""match's half of a pre-check: the real rules are asked, and nothing at all is written."""

from typing import Any

import pytest

from claims.events import ClaimWithdrawal, Records
from claims.precheck_events import PrecheckAnswered, PrecheckChecked
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.memory_ledger import MemoryLedger
from services.match.handler import KINDS
from services.match.precheck import Precheck, Tried
from services.match.scratch_ledger import ScratchLedger
from services.match.state import book_key
from tests.support.contracts import SCHEMAS
from tests.support.judge import day
from tests.support.match_stage import (
    FACILITY,
    KEYS,
    PERSON,
    Matching,
    a_handler,
    a_line,
    a_part,
    an_item,
)

CODEC = Codec(SCHEMAS, {*KINDS, PrecheckChecked, PrecheckAnswered})


def a_request(records: Records, request: str = "Q1") -> PrecheckChecked:
    body = CODEC.encode(records)
    return PrecheckChecked(f"{request}/1/checked", request, 1, 1, FACILITY, body)


async def tried(stage: Matching, *parts: Records) -> list[PrecheckAnswered]:
    """Ask; the answers, after a look that nothing else happened."""
    precheck = Precheck(CODEC, a_handler)
    before = dict(stage.place.state.scan(b"\x01", b"\xff", 10_000))
    outputs = len(stage.place.outputs)
    for part in parts:
        fact = precheck.fact(a_request(part))
        assert isinstance(fact.body, Tried)
        precheck.take(stage.ledger, fact.body)
    await stage.stage.commit()
    assert dict(stage.place.state.scan(b"\x01", b"\xff", 10_000)) == before
    said = stage.place.outputs[outputs:]
    assert {output.topic for output in said} == {"precheck-answered"}
    return [CODEC.decode(output.value) for output in said]


def in_short(answer: PrecheckAnswered) -> tuple[list[Any], list[Any]]:
    rows = [(row.row_no, row.outcome) for row in answer.rows]
    return rows, [(case.case_id.rpartition("/")[2], case.state) for case in answer.cases]


async def test_a_row_that_would_match_says_so_and_its_case_where_it_would_stand() -> None:
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        (answer,) = await tried(stage, a_part("P", results=[an_item()]))
    assert in_short(answer) == ([(1, "matched")], [("A", "matched")])
    assert (answer.stage, answer.request_id, answer.part_no) == ("match", "Q1", 1)
    assert (answer.cases[0].person_masked, answer.cases[0].order_code) == ("A1234*****", "21")


async def test_what_would_still_be_wrong_is_said_with_its_fix() -> None:
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        item = an_item(missing=("hdl",))
        (answer,) = await tried(stage, a_part("P", results=[item]))
    (case,) = answer.cases
    assert (case.state, case.reasons) == ("pending_error", ("STAGE1_INCOMPLETE",))
    assert case.shortest_fix and case.due_on == day("114-05-30")


async def test_the_same_part_gives_the_same_answer_also_after_another_try() -> None:
    part = a_part("P", results=[an_item()])
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        first, _, second = await tried(stage, part, a_part("P2", results=[an_item()]), part)
    assert first == second


async def test_what_came_for_real_after_a_try_is_new() -> None:
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        await tried(stage, a_part("P", results=[an_item()]))
        await stage.give(a_part("S", results=[an_item()]))
        assert stage.journal()[-1] == ("A", "matched", "matched")


async def test_the_other_open_cases_of_the_persons_named_are_told_and_nobody_elses() -> None:
    other = a_line("B", order="95", visit=day("114-02-02"))
    stranger = a_line("C", person_id="A172949959")
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]), a_part("SD", claims=[other]))
        await stage.give(a_part("SE", claims=[stranger]))
        (answer,) = await tried(stage, a_part("P", results=[an_item()]))
    assert in_short(answer)[1] == [("A", "matched"), ("B", "pending")]
    assert answer.cases[1].reasons == ("NOT_FOUND",)


async def test_commands_and_claims_are_tried_too() -> None:
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]), a_part("S", results=[an_item()]))
        gone = an_item(action="delete", target_id="S:1", seen_version=1, command_id="K1")
        stale = an_item(action="edit", target_id="S:1", seen_version=9, command_id="K2")
        away = ClaimWithdrawal(1, "K3", a_line("A").claim_id)
        deleted, refused, withdrawn, claimed = await tried(
            stage,
            a_part("P1", results=[gone]),
            a_part("P2", results=[stale]),
            a_part("P3", withdrawals=[away]),
            a_part("P4", claims=[a_line("D", visit=day("114-03-20"))]),
        )
    assert in_short(deleted) == ([(1, "done")], [("A", "pending")])
    assert [finding.code for finding in refused.rows[0].findings] == ["VERSION_CONFLICT"]
    assert in_short(withdrawn) == ([(1, "done")], [("A", "withdrawn")])
    assert in_short(claimed) == ([(1, "stored")], [("D", "pending")])


async def test_a_part_without_rows_is_answered_too() -> None:
    async with Matching() as stage:
        (answer,) = await tried(stage, a_part("P"))
    assert in_short(answer) == ([], [])


async def test_rows_of_a_book_in_quarantine_are_not_guessed() -> None:
    async with Matching() as stage:
        quarantine.park(stage.ledger, book_key(FACILITY, KEYS.key(PERSON)), b"waits")
        await stage.stage.commit()
        (answer,) = await tried(stage, a_part("P", results=[an_item()]))
    assert in_short(answer) == ([], [])


async def test_a_full_part_of_the_worst_rows_is_answered_in_one_message() -> None:
    people = [f"A1{n:08d}" for n in range(500)]
    bad: dict[str, Any] = {"missing": tuple(f"column_number_{n}" for n in range(60))}
    async with Matching() as stage:
        for start in range(0, 500, 250):
            lines = [a_line(f"{n}", person_id=people[n]) for n in range(start, start + 250)]
            await stage.give(a_part(f"SC{start}", claims=lines))
        items = [an_item(person_id=who, **bad) for who in people]
        (answer,) = await tried(stage, a_part("P", results=items))
    assert len(answer.rows) == len(answer.cases) == 500
    assert len(CODEC.encode(answer)) < 1_000_000


def test_a_parked_request_is_a_book_of_its_own() -> None:
    precheck = Precheck(CODEC, a_handler)
    one, other = (precheck.fact(a_request(a_part("P"), request)) for request in ("Q1", "Q2"))
    assert one.book != other.book


async def a_scratch() -> tuple[MemoryLedger, ScratchLedger]:
    ledger = MemoryLedger(a_handler().packer)
    await ledger.open()
    for name in (b"d1", b"d3", b"d5"):
        ledger.put(name, True)
    return ledger, ScratchLedger(ledger)


async def test_a_scratch_ledger_reads_through_and_hides_what_it_changed() -> None:
    ledger, scratch = await a_scratch()
    scratch.put(b"d3", None)
    scratch.put(b"d2", True)
    assert [key for key, _ in scratch.scan(b"d", b"e", 2)] == [b"d1", b"d2"]
    assert [key for key, _ in scratch.scan(b"d", b"e", 9)] == [b"d1", b"d2", b"d5"]
    assert (scratch.get(b"d3"), scratch.get(b"d5"), ledger.get(b"d3")) == (None, True, True)


@pytest.mark.parametrize("name", ["mark", "undo"])
async def test_a_scratch_ledger_is_never_committed_or_undone(name: str) -> None:
    _, scratch = await a_scratch()
    with pytest.raises(AssertionError):
        getattr(scratch, name)()
    with pytest.raises(AssertionError):
        await scratch.commit()


async def test_the_stage_answers_a_request_between_two_messages() -> None:
    async with Matching() as stage:
        await stage.give(a_part("SC", claims=[a_line("A")]))
        await stage.give(a_request(a_part("P", results=[an_item()])))
        assert [in_short(answer) for answer in stage.out("precheck-answered")] == [
            ([(1, "matched")], [("A", "matched")])
        ]
        assert stage.journal() == [("A", "claim_registered", "pending")]


def test_a_request_is_parked_and_comes_back_whole() -> None:
    handler = a_handler()
    fact = Precheck(CODEC, a_handler).fact(a_request(a_part("P")))
    assert handler.unpark(fact.book, handler.park(fact)) == fact
