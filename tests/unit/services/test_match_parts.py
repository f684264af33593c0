"""match's smaller parts: where names lie, keys in order, lines of watch."""

import pytest

from claims.events import DayClosed, SweepFinished
from pipeline.memory_ledger import MemoryLedger
from services.match.claim_side import case_key_of
from services.match.directory import Directory
from services.match.packing import state_packer
from services.match.people import RememberedKeys
from services.match.state import CASES, book_of_due, due_key, facility_of
from services.match.watch import line_of
from tests.support.judge import PERSON, day
from tests.support.match_stage import FACILITY, KEYS, Matching, a_line, a_part, an_item

KEY = "00" * 15 + "01"


@pytest.mark.parametrize(
    ("claim_id", "case_key"),
    [
        ("3501200000/11403/1/A3/129/1", "3501200000/11403/1/A3/129"),
        ("3501200000/11403/1/A3/129/#2", "3501200000/11403/1/A3/129"),
        ("3501200000/11403/1/A3/129/1/bc", "3501200000/11403/1/A3/129"),
        ("3501200000/11403/2/1140505/A3/7/1", "3501200000/11403/2/1140505/A3/7"),
        ("nothing", ""),
    ],
)
def test_a_claim_id_holds_its_case_key(claim_id: str, case_key: str) -> None:
    assert case_key_of(claim_id) == case_key


def test_neighbours_share_an_entry_and_odd_names_have_their_own() -> None:
    ledger = MemoryLedger(state_packer())
    directory = Directory(CASES)
    names = ["f/A3/1", "f/A3/2", "f/A3/255", "f/A3/256", "f/A3/007", "f/A3/x", "f/A3/9999999999"]
    for number, name in enumerate(names):
        directory.set(ledger, FACILITY, name, f"{number:032x}")
    directory.flush(ledger)
    assert len(ledger.scan(b"c", b"d", 100)) == 5
    for number, name in enumerate(names):
        assert directory.find(ledger, FACILITY, name) == f"{number:032x}"
    assert directory.find(ledger, FACILITY, "f/A3/3") is None
    assert directory.find(ledger, "0" * 10, "f/A3/1") is None


def test_what_was_not_flushed_is_forgotten_and_what_was_removed_is_gone() -> None:
    ledger = MemoryLedger(state_packer())
    directory = Directory(CASES)
    directory.set(ledger, FACILITY, "S:1", KEY)
    directory.forget()
    assert directory.find(ledger, FACILITY, "S:1") is None
    directory.set(ledger, FACILITY, "S:1", KEY)
    directory.flush(ledger)
    directory.remove(ledger, FACILITY, "S:1")
    directory.flush(ledger)
    assert directory.find(ledger, FACILITY, "S:1") is None
    assert not ledger.scan(b"c", b"d", 10)


def test_due_keys_sort_by_day_before_1970_too() -> None:
    days = [-400, -1, 0, 1, 20_000]
    assert sorted(due_key(each) for each in days) == [due_key(each) for each in days]
    assert book_of_due(due_key(5, b"b" + b"3501200000" + b"k" * 16)) == b"b3501200000" + b"k" * 16
    assert facility_of(b"b3501200000" + b"k" * 16) == FACILITY


def test_remembered_keys_are_the_keys_and_do_not_print_themselves() -> None:
    remembered = RememberedKeys(KEYS)
    assert remembered[PERSON] == KEYS.key(PERSON) == remembered[PERSON]
    assert PERSON not in repr(remembered)


async def test_watch_lines_name_nobody() -> None:
    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line("A")]))
        await match.give(a_part("SR", results=[an_item(missing=("hdl",))]))
        await match.close_day("114-05-30")
    topics = ("case-changed", "unmatched", "result-stored", "import-reported")
    lines = [line_of(event) for topic in topics for event in match.out(topic)]
    lines.append(line_of(DayClosed("day-closed/1", day("114-05-30"))))
    assert any("upload_overdue: pending_error -> late" in line for line in lines)
    assert any("STAGE1_INCOMPLETE" in line and "A1234*****" in line for line in lines)
    assert any("stored=1" in line for line in lines)
    assert any("1 books, 1 cases changed" in line for line in lines)
    assert line_of(SweepFinished("s", 1, 0, 3, 0, 0)).startswith("1970-01-01 partition 3")
    assert all(PERSON not in line and "\n" not in line for line in lines)
