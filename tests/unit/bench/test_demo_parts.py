"""What the demo counts with: full IDs, percentiles, what was heard before its cause."""

import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from bench.compare import compare_prechecks
from bench.demo.agency import Agency
from bench.demo.clinics import Refused
from bench.demo.listening import OUTPUTS, Heard, count_ids
from bench.demo.recoveries import RecoverySystem, compare_sums, expected_sums
from bench.demo.summary import percentile
from bench.seen import Seen
from claims.events import Finding, ImportReported, RowOutcome

PERSONS = frozenset({b"A123456789"})


def test_a_full_number_is_found_in_any_bytes_and_a_masked_one_is_not() -> None:
    assert count_ids(b'\x00\xffA123456789","A123456789', PERSONS) == 2
    assert count_ids(b"A1234***** A123456780", PERSONS) == 0


def test_percentiles_of_few_and_of_no_values() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([5], 0.99) == 5
    assert percentile(list(range(100)), 0.5) == 50


def _report(outcome: str) -> ImportReported:
    row = RowOutcome(2, outcome, "S1:2", "", "", 0, (), ())
    return ImportReported("S1/1/match", "S1", 1, 1, "3599010010", "match", (row,))


def test_the_last_word_about_a_row_counts_and_a_second_word_is_counted() -> None:
    seen = Seen()
    for outcome in ("matched", "superseded"):
        seen.take(_report(outcome))
    assert seen.rows["S1", 2].outcome == "superseded"
    assert seen.rows_twice == 0
    seen.take(_report("stored"))
    assert seen.rows_twice == 1


def test_no_finding_is_needed_to_hear_an_outcome() -> None:
    heard = Heard(PERSONS)
    heard.output(_report("matched"), 100, b"S1 A123456789")
    assert heard.full_ids == 1
    assert heard.messages == 1
    assert Finding("X", "error", "", "", "", "").level == "error"


def test_every_topic_that_must_not_name_anybody_is_read() -> None:
    assert {"clawback", "loose", "precheck-answered", "case-changed", "dead-letters"} <= set(
        OUTPUTS
    )
    assert not {"claims", "uploads", "actions", "records"} & set(OUTPUTS)


def _ledger(folder: Path) -> RecoverySystem:
    system = RecoverySystem("broker", folder, {})
    with sqlite3.connect(system.ledger) as books:
        books.execute("CREATE TABLE position (part INTEGER PRIMARY KEY, next INTEGER)")
        books.execute("CREATE TABLE recovery (order_id TEXT, phase TEXT, points TEXT)")
        books.execute("INSERT INTO position VALUES (0, 7)")
        rows = [("a", "due", "300"), ("b", "reversed", "250.5"), ("c", "due", "300")]
        books.executemany("INSERT INTO recovery VALUES (?, ?, ?)", rows)
    return system


def test_a_recovery_ledger_is_summed_and_laid_beside_the_truth(tmp_path: Path) -> None:
    cases = [
        {"points": "300", "orders": [["due"]]},
        {"points": "250.5", "orders": [["due", "ordered", "reversed"]]},
        {"points": "300", "orders": [["due"]]},
        {"points": "300", "orders": []},
    ]
    (tmp_path / "truth.json").write_text(json.dumps({"cases": cases}), encoding="utf-8")
    expected = expected_sums(tmp_path)
    assert expected == {"due": (2, Decimal(600)), "reversed": (1, Decimal("250.5"))}
    found = _ledger(tmp_path).sums()
    assert compare_sums(expected, found) == []
    other = compare_sums(expected, found | {"ordered": (1, Decimal(300))})
    assert [each.field for each in other] == ["ordered"]


def test_a_recovery_system_has_read_what_lies_before_its_position(tmp_path: Path) -> None:
    system = _ledger(tmp_path)
    assert system.has_read({0: 7})
    assert not system.has_read({0: 8})
    assert not system.has_read({0: 7, 1: 1})
    assert not RecoverySystem("broker", tmp_path / "none", {}).has_read({0: 1})


def _door(asked: list[tuple[str, str]]) -> httpx.AsyncClient:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.headers["X-Api-Key"]))
        if request.headers["X-Api-Key"] == "nobody":
            return httpx.Response(403, json={"code": "AGENCY_ONLY"})
        held = b"decide" in request.content and not request.url.path.endswith("/confirm")
        return httpx.Response(202, json={"held": held, "submission": {"submission_id": "S9"}})

    return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://door")


async def test_a_bulk_of_decisions_is_confirmed_by_the_second_person() -> None:
    asked: list[tuple[str, str]] = []
    agency = Agency(_door(asked), ("one", "two"))
    rounds = {"path": "agency-1", "actions": [{"kind": "open_round"}]}
    bulk = {"path": "agency-2", "actions": [{"kind": "decide_recovered"}] * 2}
    await agency.act([rounds, bulk])
    actions, confirm = "/v1/actions", "/v1/actions/S9/confirm"
    assert asked == [(actions, "one"), (actions, "one"), (confirm, "two")]
    assert agency.submissions == {"agency-1": "S9", "agency-2": "S9"}
    assert agency.confirmed == 1


async def test_an_action_that_the_door_refuses_ends_the_demo() -> None:
    agency = Agency(_door([]), ("nobody", "two"))
    with pytest.raises(Refused, match="AGENCY_ONLY"):
        await agency.act([{"path": "agency-1", "actions": []}])


def test_a_pre_check_that_says_otherwise_than_the_outcome_is_noticed() -> None:
    locked = Finding("LOCKED", "error", "", "", "", "")
    seen = Seen()
    rows = (
        RowOutcome(2, "matched", "S1:2", "", "", 0, (), ()),
        RowOutcome(3, "refused", "S1:3", "", "", 0, (), (Finding("DATE_SHAPE", *[""] * 5),)),
        RowOutcome(4, "refused", "S1:4", "", "", 0, (), (locked,)),
    )
    seen.take(ImportReported("S1/1/match", "S1", 1, 1, "3599010010", "match", rows))
    submissions = {"a.csv": "S1", "b.csv": "S2"}
    assert compare_prechecks({"a.csv": {3}, "b.csv": set()}, seen, submissions) == []
    assert compare_prechecks({"a.csv": {3, 4}}, seen, submissions) == []
    wrong = compare_prechecks({"a.csv": {2}}, seen, submissions)
    assert [each.what for each in wrong] == ["a.csv:2", "a.csv:3"]
