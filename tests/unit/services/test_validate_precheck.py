"""validate's half of a pre-check: judged as always, and nothing is kept or sent on of it."""

from typing import Any

import msgspec

from claims.events import Claims, Uploads
from claims.precheck_events import PrecheckAsked
from pipeline.memory_ledger import MemoryLedger
from pipeline.message import Address, Fact, Message
from services.validate.handler import ValidateHandler
from tests.support.contracts import SCHEMAS, as_struct, examples
from tests.support.result_rows import FACILITY
from tests.support.validating import (
    CODEC,
    KEEP_DAYS,
    Validating,
    a_judge,
    an_item,
    an_upload,
)


def asked(part: Any, request: str = "Q1", part_no: int = 1) -> PrecheckAsked:
    name = f"{request}/{part_no}"
    return PrecheckAsked(name, request, part_no, 1, FACILITY, CODEC.encode(part))


async def test_refused_rows_are_answered_and_the_others_handed_on() -> None:
    items = [an_item(1), an_item(2, sex="9"), an_item(3, action="delete", target_id="R1")]
    async with Validating() as stage:
        await stage.give("precheck-asked", asked(an_upload(items=items)))
        (answer,) = stage.out("precheck-answered")
        (checked,) = stage.out("precheck-checked")
    assert (answer.stage, answer.request_id, answer.facility_id) == ("validate", "Q1", FACILITY)
    assert [(row.row_no, row.outcome) for row in answer.rows] == [(2, "refused")]
    records = CODEC.decode(checked.message)
    assert [item.row_no for item in records.results] == [1, 3]


async def test_both_are_sent_also_when_no_row_or_every_row_is_refused() -> None:
    for items, refused in (([an_item(1)], 0), ([an_item(1, sex="9")], 1)):
        async with Validating() as stage:
            await stage.give("precheck-asked", asked(an_upload(items=items)))
            (answer,) = stage.out("precheck-answered")
            (checked,) = stage.out("precheck-checked")
        assert len(answer.rows) == refused
        assert len(CODEC.decode(checked.message).results) == 1 - refused


async def test_nothing_is_kept_sent_on_or_held_by_a_day_end() -> None:
    claims: Claims = as_struct(examples(SCHEMAS.newest("claims"))[0], Claims)
    for part in (an_upload(), claims):
        async with Validating() as stage:
            await stage.give("uploads", an_upload("other"))
            before = stage.ledger.scan(b"\x01", b"\xff", 99)
            for _ in range(2):
                await stage.give("precheck-asked", asked(part))
            assert stage.ledger.scan(b"\x01", b"\xff", 99) == before
            assert stage.records() == ["other/1"] and stage.out("import-reported") == []
            assert len(stage.out("precheck-checked")) == 2


async def test_a_part_that_was_only_tried_counts_when_it_really_comes() -> None:
    async with Validating() as stage:
        await stage.give("precheck-asked", asked(an_upload()))
        await stage.give("uploads", an_upload())
        assert stage.records() == ["S1/1"]


async def test_a_request_around_anything_else_is_set_aside() -> None:
    async with Validating() as stage:
        await stage.give("precheck-asked", asked(asked(an_upload())))
        letters = stage.out("dead-letters")
        assert [letter.reason for letter in letters] == ["UnknownRecord"]
        assert stage.out("precheck-answered") == []


async def test_an_answer_fits_one_message_however_much_is_wrong() -> None:
    bad: Uploads = an_upload(
        items=[an_item(n, person_id="x", sex="9", birth_date="x") for n in range(500)]
    )
    wrong = tuple("?" * 40 for _ in bad.items[0].cells)
    items = tuple(msgspec.structs.replace(item, cells=wrong) for item in bad.items)
    async with Validating() as stage:
        await stage.give("precheck-asked", asked(msgspec.structs.replace(bad, items=items)))
        (answer,) = stage.out("precheck-answered")
    assert len(answer.rows) == 500 and all(row.findings for row in answer.rows)
    assert len(CODEC.encode(answer)) < 1_000_000


def test_a_parked_request_comes_back_whole() -> None:
    handler = ValidateHandler(CODEC, a_judge(), KEEP_DAYS)
    (fact,) = handler.facts(MemoryLedger(handler.packer), _message(asked(an_upload())))
    assert isinstance(fact, Fact) and fact.rows == 1
    assert handler.unpark(fact.book, handler.park(fact)) == fact


def _message(event: Any) -> Message:
    return Message(Address("precheck-asked", 0, 0), b"k", CODEC.encode(event), 0)
