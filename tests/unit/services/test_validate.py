"""validate on memory parts: what goes where, once, and what waits for the end of a day."""

from typing import Any

import msgspec
import pytest

from claims.events import BookReleased, Claims, ClaimWithdrawal, DayClosed
from pipeline.errors import BadSettings
from pipeline.message import Fact
from services.validate.handler import Routed, ValidateHandler
from services.validate.settings import ValidateSettings
from services.validate.uploads import Judged, UploadsJudge
from tests.support.contracts import SCHEMAS, as_struct, examples
from tests.support.result_rows import FACILITY, RECEIVED_ON
from tests.support.validating import (
    CODEC,
    CONTENT_HASH,
    KEEP_DAYS,
    PlainSeal,
    Validating,
    a_judge,
    an_item,
    an_upload,
)

TODAY = RECEIVED_ON


def some_claims(submission: str = "C1", part_no: int = 1, **changes: Any) -> Claims:
    golden: Claims = as_struct(examples(SCHEMAS.newest("claims"))[0], Claims)
    own = {"submission_id": submission, "part_no": part_no, "facility_id": FACILITY}
    return msgspec.structs.replace(golden, **own | changes)


def day_end(day: int = TODAY) -> DayClosed:
    return DayClosed(f"day-closed/{day}", day)


async def test_a_good_row_goes_to_records_reduced_and_sealed() -> None:
    async with Validating() as stage:
        await stage.give("uploads", an_upload(items=[an_item(7)]))
        assert stage.out("import-reported") == []
        (record,) = stage.out("records")
    (item,) = record.results
    assert (record.event_id, item.record_id) == ("S1/1/records", "S1:7")
    assert (item.person_id, item.values, item.missing) == ("A172949959", {"bc_history": "0"}, ())
    assert item.filled[:2] == ("stage1", "stage2")
    bound_to, _, content = item.sealed_row.partition(b"|")
    row = msgspec.msgpack.decode(content)
    assert bound_to == b"result-stored/S1:7"
    assert (row["stage1_date"], row["hbsag"]) == ("2025-03-10", "0")
    assert item.content_hash == CONTENT_HASH(content)


async def test_clinical_values_travel_in_the_seal_only() -> None:
    async with Validating() as stage:
        await stage.give("uploads", an_upload(items=[an_item(cholesterol="799", hbsag="1")]))
        (item,) = stage.out("records")[0].results
    readable = msgspec.structs.replace(item, sealed_row=b"", content_hash="", person_id="")
    assert b"799" not in msgspec.msgpack.encode(readable)
    assert set(item.values) == {"bc_history"}


async def test_rules_of_the_oral_programme_get_the_answers_they_read() -> None:
    async with Validating() as stage:
        await stage.give("uploads", an_upload(programme="oral"))
        (item,) = stage.out("records")[0].results
    assert set(item.values) == {
        "payer", "indigenous", "betel", "smoking", "residence_code", "result_sign",
    }  # fmt: skip


async def test_refused_rows_are_reported_in_one_message_and_the_others_pass() -> None:
    items = [an_item(1), an_item(2, person_id="A182949959", sex="9"), an_item(3, facility_id="")]
    async with Validating() as stage:
        await stage.give("uploads", an_upload(items=items))
        (report,) = stage.out("import-reported")
        (record,) = stage.out("records")
    assert [item.row_no for item in record.results] == [1]
    assert (report.event_id, report.stage) == ("S1/1/validate", "validate")
    assert [(row.row_no, row.outcome, row.record_id) for row in report.rows] == [
        (2, "refused", "S1:2"), (3, "refused", "S1:3"),
    ]  # fmt: skip
    assert [(f.code, f.column) for f in report.rows[0].findings] == [
        ("ID_CHECKSUM", "person_id"), ("VALUE_NOT_ALLOWED", "sex"),
    ]  # fmt: skip


async def test_a_part_without_a_good_row_sends_nothing_to_records() -> None:
    async with Validating() as stage:
        await stage.give("uploads", an_upload(items=[an_item(person_id="")]))
        assert stage.out("records") == []


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"problem": "ROW_TOO_SHORT", "cells": ()}, "ROW_TOO_SHORT", ""),
        ({"action": "erase"}, "ACTION_UNKNOWN", ""),
        ({"action": "edit"}, "KEY_BLANK", "target_id"),
        ({"action": "delete", "cells": ()}, "KEY_BLANK", "target_id"),
        ({"action": "edit", "target_id": "R1", "sex": "9"}, "VALUE_NOT_ALLOWED", "sex"),
    ],
)
async def test_what_cannot_be_read_is_refused(
    changes: dict[str, Any], code: str, column: str
) -> None:
    async with Validating() as stage:
        await stage.give("uploads", an_upload(items=[an_item(5, command_id="K1", **changes)]))
        (row,) = stage.out("import-reported")[0].rows
    assert (row.row_no, row.command_id) == (5, "K1")
    assert [(finding.code, finding.column) for finding in row.findings] == [(code, column)]


async def test_an_unknown_programme_refuses_every_row() -> None:
    upload = an_upload(programme="fit", items=[an_item(1), an_item(2)])
    async with Validating() as stage:
        await stage.give("uploads", upload)
        rows = stage.out("import-reported")[0].rows
    assert [row.findings[0].code for row in rows] == ["PROGRAMME_UNKNOWN"] * 2


async def test_commands_pass_with_their_target() -> None:
    items = [
        an_item(1, action="edit", command_id="K1", target_id="R1", seen_version=2),
        an_item(2, action="delete", command_id="K2", target_id="R2", seen_version=1, cells=()),
        an_item(3, action="replace", command_id="K3", target_id="R3", seen_version=1),
    ]
    async with Validating() as stage:
        await stage.give("uploads", an_upload(items=items))
        results = stage.out("records")[0].results
    assert [(r.action, r.command_id, r.target_id, r.seen_version) for r in results] == [
        ("edit", "K1", "R1", 2), ("delete", "K2", "R2", 1), ("replace", "K3", "R3", 1),
    ]  # fmt: skip
    assert (results[1].person_id, results[1].sealed_row, results[1].content_hash) == ("", b"", "")


async def test_claims_pass_without_their_further_tags() -> None:
    claims = some_claims(withdrawals=(ClaimWithdrawal(9, "K9", "claim-9"),))
    assert any(row.details for row in claims.rows)
    async with Validating() as stage:
        await stage.give("claims", claims)
        (record,) = stage.out("records")
    bare = tuple(msgspec.structs.replace(row, details={}) for row in claims.rows)
    assert (record.claims, record.withdrawals) == (bare, claims.withdrawals)


async def test_a_repeated_part_is_dropped_also_by_the_next_owner() -> None:
    async with Validating() as stage:
        await stage.give("uploads", an_upload(), an_upload(part_no=2), an_upload())
        await stage.give("claims", some_claims(), some_claims())
        stage = await stage.again()
        await stage.give("uploads", an_upload(part_no=2))
        assert stage.records() == ["S1/1", "S1/2", "C1/1"]


async def test_a_day_end_passes_when_it_came_on_all_three_inputs() -> None:
    async with Validating() as stage:
        await stage.give("claims", day_end())
        await stage.give("uploads", an_upload("S1"), day_end(), day_end())
        assert stage.records() == ["S1/1"]
        await stage.give("actions", day_end())
        await stage.give("claims", day_end())
        assert stage.records() == ["S1/1", f"day {TODAY}"]


async def test_nothing_of_the_next_day_overtakes_a_day_end() -> None:
    async with Validating() as stage:
        await stage.give("claims", day_end(), some_claims("C2"), some_claims("C2"))
        await stage.give("uploads", an_upload("S1"), day_end())
        await stage.give("uploads", an_upload("S2"))
        assert stage.records() == ["S1/1"]
        stage = await stage.again()
        await stage.give("actions", day_end())
        await stage.sweep()
        assert stage.records() == ["S1/1", f"day {TODAY}", "C2/1", "S2/1"]


async def test_several_days_wait_behind_one_slow_input_in_order() -> None:
    async with Validating() as stage:
        for day in range(3):
            await stage.give("claims", some_claims(f"C{day}"), day_end(TODAY + day))
            await stage.give("actions", day_end(TODAY + day))
        assert stage.records() == ["C0/1"]
        for day in range(3):
            await stage.give("uploads", an_upload(f"S{day}"), day_end(TODAY + day))
        await stage.sweep()
        seen = stage.records()
    for day in range(3):
        at = seen.index(f"day {TODAY + day}")
        assert seen.index(f"C{day}/1") < at and seen.index(f"S{day}/1") < at
    assert len(seen) == 9


async def test_held_outputs_drain_while_messages_never_pause() -> None:
    async with Validating() as stage:
        await stage.give("claims", day_end(), *(some_claims("C", n) for n in range(1, 41)))
        await stage.give("uploads", day_end())
        await stage.give("actions", day_end())
        await stage.give("claims", some_claims("C", 41))
        await stage.give("uploads", *(an_upload("S", part_no=n) for n in range(1, 11)))
        seen = [name for name in stage.records() if name.startswith("C/")]
        assert seen == [f"C/{n}" for n in range(1, 42)]


async def test_a_release_of_a_book_is_sent_on() -> None:
    async with Validating() as stage:
        await stage.give("actions", BookReleased("A1", "62aa"), BookReleased("A2", "no book"))
        assert stage.records() == ["release 62aa", "release no book"]


async def test_parts_are_forgotten_some_closed_days_later() -> None:
    async with Validating() as stage:
        await stage.give("uploads", an_upload())
        for day in (TODAY, TODAY + KEEP_DAYS):
            for topic in ("claims", "uploads", "actions"):
                await stage.give(topic, day_end(day))
            await stage.sweep()
            await stage.give("uploads", an_upload())
        assert len(stage.ledger.scan(b"x", b"y", 10)) == 1
    assert stage.records() == ["S1/1", f"day {TODAY}", f"day {TODAY + KEEP_DAYS}", "S1/1"]


class Moody(UploadsJudge):
    """A judge with a bug that a fix will end."""

    broken = True

    def judge(self, part: Any) -> Judged:
        if self.broken and part.submission_id == "S1":
            raise RuntimeError("bug")
        return super().judge(part)


async def test_a_submission_that_meets_a_bug_waits_for_its_release() -> None:
    judge = Moody(PlainSeal(), CONTENT_HASH)
    handler = ValidateHandler(CODEC, judge, KEEP_DAYS)
    async with Validating(handler) as stage:
        await stage.give("uploads", an_upload(), an_upload("S2"), an_upload(part_no=2))
        (letter,) = stage.out("dead-letters")
        assert (stage.records(), letter.book) == (["S2/1"], b"S1".hex())
        judge.broken = False
        await stage.give("actions", BookReleased("A1", letter.book))
        assert stage.records() == ["S2/1", "S1/1", "S1/2", f"release {letter.book}"]


async def test_a_parked_fact_comes_back_whole() -> None:
    handler = ValidateHandler(CODEC, a_judge(), KEEP_DAYS)
    fact = Fact(b"S1", Routed("uploads", an_upload()))
    assert handler.unpark(b"S1", handler.park(fact)) == fact


async def test_bytes_that_are_no_message_are_set_aside_and_the_rest_goes_on() -> None:
    async with Validating() as stage:
        await stage.give("uploads", b"\x00junk", an_upload())
        (letter,) = stage.out("dead-letters")
        assert (letter.reason, stage.records()) == ("Undecodable", ["S1/1"])


def test_settings_name_what_is_wrong_and_show_no_secret() -> None:
    with pytest.raises(BadSettings) as refused:
        ValidateSettings.read({"KAFKA_BROKERS": "x:1", "GOUJI_SEAL_KEY": "c2hvcnQ="})
    assert "GOUJI_SEAL_KEY=(secret)" in str(refused.value)
    assert "GOUJI_PUBLISH_KEY is not set" in str(refused.value)
