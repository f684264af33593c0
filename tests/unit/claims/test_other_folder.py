"""Reading other tables within one process: in time, from a folder that is there, and ours alone."""

import runpy
import warnings
from datetime import date
from pathlib import Path

import pytest

from claims import dated
from claims.dated import TABLES, TableError, in_force, read_table, read_tables_from, rules_version
from claims.deadlines import upload_deadline
from claims.periods import from_iso
from pipeline.topics import ROOT

SHIPPED = ROOT / "claims" / "tables"


@pytest.fixture(autouse=True)
def nothing_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process that has only started."""
    monkeypatch.setattr(dated, "_texts", {})
    monkeypatch.setattr(dated, "_folder", list(dated._folder))


def test_a_table_of_the_folder_stands_in_for_ours_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "deadlines.toml").write_text('[[upload_window]]\nmark = "tried"\n')
    (tmp_path / "remarks.txt").write_text("no table, no matter")
    read_tables_from(tmp_path)
    assert read_table("deadlines.toml") == {"upload_window": [{"mark": "tried"}]}
    assert read_table("oral.toml")["programme"] == "oral"


@pytest.mark.parametrize(
    ("file", "key", "reason"),
    [
        ("nobodys.toml", "(file)", "no table of ours; one of programmes.toml, deadlines.toml"),
        ("", "", "no such folder"),
    ],
)
def test_a_folder_that_is_none_of_ours_changes_nothing(
    tmp_path: Path, file: str, key: str, reason: str
) -> None:
    folder = tmp_path / "tables"
    if file:
        folder.mkdir()
        (folder / file).write_text("x = 1\n")
    with pytest.raises(TableError) as refused:
        read_tables_from(folder)
    assert refused.value.file == (file or "(folder)")
    assert refused.value.key == (key or str(folder))
    assert reason in refused.value.reason and refused.value.line is None
    assert len(dated._folder) == 1


def test_when_a_table_was_read_it_is_too_late(tmp_path: Path) -> None:
    read_table("oral.toml")
    with pytest.raises(TableError, match="tables were read already"):
        read_tables_from(tmp_path)


def test_a_table_that_no_folder_holds_is_named() -> None:
    with pytest.raises(TableError, match=r"claims/tables/x\.toml: \(file\): no such table"):
        read_table("x.toml")


def test_every_table_that_ships_is_one_of_ours_and_counts_for_the_version(tmp_path: Path) -> None:
    """Whatever value is changed in whatever table, the version is another one."""
    assert {path.name for path in SHIPPED.iterdir()} == set(TABLES)
    versions = {rules_version()}
    for file in TABLES:
        folder = tmp_path / file.removesuffix(".toml")
        folder.mkdir()
        text = (SHIPPED / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace('mark = "', 'mark = "x', 1), encoding="utf-8")
        dated._folder.insert(0, folder)
        rules_version.cache_clear()
        versions.add(rules_version())
        dated._folder.pop(0)
    rules_version.cache_clear()
    assert len(versions) == 1 + len(TABLES)
    assert all(version.startswith("2026.1-") and len(version) == 15 for version in versions)


def test_the_order_of_keys_is_no_rule(tmp_path: Path) -> None:
    before = rules_version()
    text = (SHIPPED / "deadlines.toml").read_text(encoding="utf-8")
    lines = "until = 2023-10-11\nwindow_days = 60\n", "window_days = 60\nuntil = 2023-10-11\n"
    assert lines[0] in text
    (tmp_path / "deadlines.toml").write_text(text.replace(*lines), encoding="utf-8")
    dated._folder.insert(0, tmp_path)
    rules_version.cache_clear()
    after = rules_version()
    rules_version.cache_clear()
    assert after == before


def test_the_row_in_force_is_the_one_whose_period_holds_the_day() -> None:
    class Dated(dated.Row, frozen=True):
        name: str

    day = date.fromisoformat
    rows = (
        Dated(until=day("2020-01-01"), name="old"),
        Dated(since=day("2020-01-02"), until=day("2020-06-30"), name="short"),
        Dated(since=day("2020-07-01"), name="new"),
    )
    days = ("2020-01-01", "2020-01-02", "2020-06-30", "2020-07-01")
    assert [in_force(rows, day(text)).name for text in days] == ["old", "short", "short", "new"]


def test_services_before_the_notes_of_112_are_counted_alike() -> None:
    assert upload_deadline(from_iso("2023-10-11")) == upload_deadline(from_iso("2023-10-12"))


@pytest.mark.parametrize(
    ("module", "file", "text", "key"),
    [
        ("claims.deadlines", "deadlines.toml", "upload_window = []", "upload_window"),
        (
            "claims.case_identity",
            "claim_files.toml",
            '[[case_identity]]\nappl_type = "1"\ncase_identity_uses_t6 = true\nsource = "s"\n'
            'mark = "law"\nsince = 2020-01-01\n',
            "case_identity.1",
        ),
    ],
)
def test_a_table_with_a_gap_stops_the_process_and_is_named(
    tmp_path: Path, module: str, file: str, text: str, key: str
) -> None:
    (tmp_path / file).write_text(text)
    dated._folder.insert(0, tmp_path)
    with warnings.catch_warnings(), pytest.raises(TableError) as refused:
        warnings.simplefilter("ignore", RuntimeWarning)  # it is imported here already
        runpy.run_module(module)
    assert (refused.value.file, refused.value.key) == (file, key)
