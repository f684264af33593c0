"""Fixed-width result files: cut by CP950 bytes (uploads.md section 1, R-28)."""

import itertools
from pathlib import Path

import pytest

from tests.support.files import FACILITY, MAPS, ROWS, ReadFile, read

MAP = MAPS.named("OF-2026.1")


def record(**fields: str) -> str:
    """One line of the oral example map."""
    values = {**ROWS["oral"], **fields}
    line = b""
    for column in sorted(MAP.columns, key=lambda column: column.start):
        assert len(line) == column.start - 1
        line += values.get(column.name, "").encode("cp950").ljust(column.bytes)[: column.bytes]
    return line.decode("cp950", "replace")


def read_fixed(tmp_path: Path, *lines: str, encoding: str = "cp950") -> ReadFile:
    text = "\r\n".join(lines)
    return read(tmp_path, text, kind="oral", encoding=encoding, map_version="OF-2026.1")


@pytest.mark.parametrize("encoding", ["cp950", "utf-8", "utf-8-sig"])
def test_a_line_is_cut_by_bytes_of_cp950(tmp_path: Path, encoding: str) -> None:
    line = record(name="許功蓋", visit_date="1140310", payer="1")
    got = read_fixed(tmp_path, line, encoding=encoding)
    assert (got.refused, got.kind, got.programme) == (None, "results", "oral")
    cells = [got.cell(0, name).strip() for name in ("name", "visit_date", "facility_id", "payer")]
    assert cells == ["許功蓋", "1140310", FACILITY, "1"]
    assert got.rows[0].findings == ()


def test_blank_lines_are_skipped_and_short_ones_reported(tmp_path: Path) -> None:
    got = read_fixed(tmp_path, record(), "", "   ", "0123456789", record()[:40], "\x1a")
    assert [(row.item.row_no, row.item.problem) for row in got.rows] == [
        (1, ""),
        (4, "ROW_TOO_SHORT"),
        (5, ""),
        (6, "ROW_TOO_SHORT"),
    ]
    assert got.counts.rows_blank == 2
    assert got.rows[2].item.cells[-1] == ""


def test_a_cut_through_a_character_leaves_a_mark_and_a_warning(tmp_path: Path) -> None:
    name = next(column for column in MAP.columns if column.name == "name")
    line = record().encode("cp950")
    end = name.start - 1 + name.bytes
    line = line[: end - 1] + "許".encode("cp950") + line[end + 1 :]
    got = read_fixed(tmp_path, line.decode("cp950"))
    assert got.cell(0, "name").endswith("\ufffd")
    assert got.cell(0, "birth_date").startswith("\ufffd")
    assert [(f.code, f.column) for f in got.rows[0].findings] == [
        ("W_SPLIT_CHAR", "name"),
        ("W_SPLIT_CHAR", "birth_date"),
    ]
    assert got.rows[0].item.problem == ""


def test_half_a_character_at_the_end_of_a_field_moves_no_other_field(tmp_path: Path) -> None:
    """A program that fills fields byte by byte cuts the last character of a long name in two."""
    name = next(column for column in MAP.columns if column.name == "name")
    line = record(birth_date="0640310", payer="1").encode("cp950")
    start, end = name.start - 1, name.start - 1 + name.bytes
    assert name.bytes % 2 == 0
    long = b"x" + ("許" * name.bytes).encode("cp950")
    line = line[:start] + long[: name.bytes] + line[end:]
    got = read(tmp_path, line, kind="oral", map_version="OF-2026.1")
    assert got.cell(0, "name") == "x" + "許" * ((name.bytes - 2) // 2) + "\ufffd"
    cells = [got.cell(0, column) for column in ("birth_date", "visit_date", "facility_id", "payer")]
    assert cells == ["0640310", "1140310", FACILITY, "1"]
    assert [(f.code, f.column) for f in got.rows[0].findings] == [("W_SPLIT_CHAR", "name")]


def test_a_character_that_cp950_lacks_keeps_its_two_places(tmp_path: Path) -> None:
    line = record(name="許功蓋").replace("功", "𠮷", 1)
    got = read_fixed(tmp_path, line, encoding="utf-8")
    assert got.cell(0, "visit_date") == "1140310"
    assert "\ufffd" in got.cell(0, "name")
    assert [f.code for f in got.rows[0].findings] == ["W_BYTES"]


@pytest.mark.parametrize("programme", ["A", "C", "O"])
def test_the_example_maps_cover_a_line_without_gaps(programme: str) -> None:
    columns = sorted(MAPS.named(f"{programme}F-2026.1").columns, key=lambda column: column.start)
    assert columns[0].start == 1
    for one, following in itertools.pairwise(columns):
        assert one.start + one.bytes == following.start


def test_fixed_width_is_read_only_when_its_map_is_named(tmp_path: Path) -> None:
    assert read(tmp_path, record(), kind="oral").refused == "COLUMN_MISSING"
