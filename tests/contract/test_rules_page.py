"""docs/rules.md says what tables and registers say."""

import runpy
import warnings
from pathlib import Path

import pytest

from claims.legal_actions import LEGAL
from claims.programmes import programmes
from claims.reasons import REASONS
from claims.rules_page import SECTIONS, page, table
from claims.states import TRANSITIONS

WRITTEN = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_is_the_one_rendered_from_tables_and_registers() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_module_prints_the_page_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """As `make docs` calls it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it is imported here already
        runpy.run_module("claims.rules_page", run_name="__main__")
    assert capsys.readouterr().out == WRITTEN.read_text(encoding="utf-8")


def test_every_order_row_and_code_is_on_the_page() -> None:
    rendered = page()
    twin = programmes().twin
    firsts = [order.code for order in twin.orders] + [row.id for row in twin.eligibility]
    for first in (*firsts, *(known.code for known in REASONS)):
        assert f"\n| {first} | " in rendered
    rows = dict(zip((title for title, _ in SECTIONS), rendered.split("\n## ")[1:], strict=True))
    assert rows["States and transitions 狀態與轉移"].count("\n| ") == len(TRANSITIONS) + 2
    assert rows["Legal actions 可執行之動作"].count("\n| ") == len(LEGAL) + 2


def test_a_confirmed_value_is_told_from_an_assumption() -> None:
    rendered = page()
    assert "seed (confirmed) |" in rendered
    assert "| assumption |\n" in rendered


def test_a_bar_in_a_cell_stays_in_its_cell() -> None:
    assert table(["a"], [["b|c\nd"]]) == "| a |\n| --- |\n| b\\|c d |\n"
