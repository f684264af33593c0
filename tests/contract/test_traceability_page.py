"""Every row of the specification's tables can be pointed at in code and in a test."""

import runpy
import warnings
from collections import Counter
from pathlib import Path

import pytest

from claims.reasons import BY_CODE
from claims.states import STATES
from tests.support import pointers
from tests.support.pointers import MARKS, TABLES, is_there, page, rows_of

WRITTEN = Path(__file__).parents[2] / "docs" / "traceability.md"
MOST_TESTS = 6
"""A ruling says several things at once, each with a test of its own."""
# The rows of the tables. States and reasons are those of the registers: a new one without a
# pointer is red.
EXPECTED = {
    "clock": [
        *("upload window", "told with a time limit", "not paid", "recovered when paid", "round"),
        *("pick-up", "correction deadline", "paper deadline", "agency's own systems"),
        *("child matched at once", "re-matched at once"),
    ],
    "states": list(STATES),
    "flags": [
        *("round_id", "system_status", "result_sign", "is_late", "completed_on", "note"),
        *("form_required", "form_received_on", "reasons"),
    ],
    "transitions": [
        *(str(number) for number in range(1, 29)),
        *("not listed", "no exception while waiting", "deterministic ids"),
    ],
    "actions": [
        *("oral, missing", "oral, wrong, negative", "oral, wrong, positive", "oral, noted"),
        *("oral, matched", "adult, missing", "adult, locked field", "adult, other field"),
        *("adult, matched", "child, missing", "child, wrong or near", "child, facility closed"),
        *("all, overdue and later", "all, open", "oral, habit standard", "oral, payer"),
        *("oral, people off the list", "oral, row carries the keys", "oral, not on the list"),
    ],
    "reasons": list(BY_CODE),
    "product": [
        *("oral list page", "import report", "batch search and failures", "child counter"),
        *("proof of upload", "big lists", "laboratory copy", "time lag", "login", "list columns"),
    ],
    "rulings": [f"R-{number}" for number in range(1, 36)],
}


def test_the_page_is_the_one_rendered_from_the_pointers() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_module_prints_the_page_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """As `make docs` calls it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it is imported here already
        runpy.run_module("tests.support.pointers", run_name="__main__")
    assert capsys.readouterr().out == WRITTEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES)
def test_every_row_is_there_once(table: str) -> None:
    found = Counter(row.id for row in rows_of(table))
    assert found == Counter(EXPECTED[table])


def test_every_table_has_a_file_and_every_file_is_a_table() -> None:
    assert {path.stem for path in pointers.FOLDER.iterdir()} == set(TABLES) == set(EXPECTED)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_points_at_code_and_tests_that_exist(table: str) -> None:
    for row in rows_of(table):
        assert row.says and bool(row.mark) == bool(row.today), row.id
        assert not row.mark or row.mark in MARKS, row.id
        for named, most in ((row.code, 2), (row.tests, MOST_TESTS)):
            assert 1 <= len(named) <= most and len(set(named)) == len(named), row.id
        lost = [pointer for pointer in (*row.code, *row.tests) if not is_there(pointer)]
        assert not lost, row.id
        assert all("::" not in pointer for pointer in row.code), row.id
        assert all("::" in pointer for pointer in row.tests), row.id


@pytest.mark.parametrize(
    ("pointer", "there"),
    [
        ("claims/verdicts.py:judge", True),
        ("claims/verdicts.py:Verdict.sign", True),
        ("claims/states.py:TRANSITIONS", True),
        ("claims/verdicts.py:Verdict.judge", False),
        ("claims/verdicts.py:nothing", False),
        ("claims/nothing.py:judge", False),
        ("tests/contract/test_traceability_page.py::test_every_row_is_there_once", True),
        ("tests/contract/test_traceability_page.py::WRITTEN", False),
        ("claims/verdicts.py", False),
    ],
)
def test_a_pointer_is_followed(pointer: str, there: bool) -> None:
    assert is_there(pointer) == there
