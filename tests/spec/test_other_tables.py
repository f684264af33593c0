"""Other tables: read from a folder, in force from their date on, refused with file and line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from claims.dated import TableError, parse_table, shaped, whole
from claims.deadlines import DeadlineTable
from claims.programmes import Programmes
from pipeline.topics import ROOT

TABLES = ROOT / "claims" / "tables"
ASKED = """
import json, sys
from pathlib import Path
from claims.dated import read_tables_from, rules_version
if sys.argv[1]:
    read_tables_from(Path(sys.argv[1]))
from claims.deadlines import upload_deadline
from claims.model import Claim
from claims.periods import from_iso
from claims.programmes import programmes
days = [from_iso(text) for text in json.loads(sys.argv[2])]
born = from_iso("1960-05-05")
print(json.dumps({
    "version": rules_version(),
    "windows": [upload_deadline(day) - day for day in days],
    "fits": [programmes().age_fits("21", born, day) for day in days],
}))
"""
DAYS = ["2024-02-29", "2025-12-31", "2026-01-01", "2026-06-15"]


def answers(folder: Path | None) -> dict[str, list[int]]:
    """What a process says that reads its tables from a folder."""
    said = subprocess.run(
        [sys.executable, "-c", ASKED, "" if folder is None else str(folder), json.dumps(DAYS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[int]] = json.loads(said.stdout)
    return found


def changed(folder: Path, file: str, *edits: tuple[str, str]) -> Path:
    text = (TABLES / file).read_text(encoding="utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


def test_a_changed_window_counts_from_its_date_on(tmp_path: Path) -> None:
    later = 'since = 2026-01-01\nwindow_days = 90\nsource = "tried"\nmark = "assumption"\n'
    folder = changed(
        tmp_path,
        "deadlines.toml",
        ("since = 2023-10-12\n", "since = 2023-10-12\nuntil = 2025-12-31\n"),
    )
    file = folder / "deadlines.toml"
    file.write_text(file.read_text(encoding="utf-8") + f"\n[[upload_window]]\n{later}")
    ours, theirs = answers(None), answers(folder)
    assert theirs["windows"][:2] == ours["windows"][:2]
    assert [b - a for a, b in zip(ours["windows"], theirs["windows"], strict=True)][2:] == [30, 30]
    assert theirs["version"] != ours["version"]


def test_a_changed_age_counts_from_its_date_on(tmp_path: Path) -> None:
    row = 'id = "adult-21", orders = ["21"], age_style = "year", age_min = 40, age_max = 64'
    interval = 'interval = { n = 3, unit = "year", style = "year_difference" }'
    until = row.replace('["21"],', '["21"], valid_to = 2025-12-31,')
    since = row.replace("adult-21", "adult-21-b").replace(
        '["21"],', '["21"], valid_from = 2026-01-01,'
    )
    since = since.replace("age_min = 40", "age_min = 70").replace("age_max = 64", "age_max = 80")
    whole_row = f"  {{ {row}, {interval}"
    folder = changed(
        tmp_path,
        "programmes.toml",
        (
            whole_row,
            f'  {{ {since}, {interval}, on_fail = "warn", mark = "public" }},\n'
            f"  {{ {until}, {interval}",
        ),
    )
    assert answers(None)["fits"] == [True, False, False, False]  # 64, then 65 and over by year
    assert answers(folder)["fits"] == [True, False, False, False]
    younger = changed(
        tmp_path, "programmes.toml", (whole_row, whole_row.replace("age_max = 64", "age_max = 70"))
    )
    assert answers(younger)["fits"] == [True, True, True, True]


def test_the_same_content_in_another_layout_is_the_same_version(tmp_path: Path) -> None:
    folder = changed(tmp_path, "deadlines.toml", ("# mark:", "# a remark\n# mark:"))
    assert answers(folder)["version"] == answers(None)["version"]


@pytest.mark.parametrize(
    ("file", "reason"), [("nobodys.toml", "no table of ours"), ("", "no such folder")]
)
def test_a_folder_that_is_none_of_ours_is_refused(tmp_path: Path, file: str, reason: str) -> None:
    folder = tmp_path / "tables"
    if file:
        folder.mkdir()
        (folder / file).write_text("x = 1\n")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        answers(folder)
    assert reason in failed.value.stderr


@pytest.mark.parametrize(
    ("file", "before", "after", "key"),
    [
        ("programmes.toml", "age_min = 40", "age_minn = 40", "age_minn"),
        ("adult.toml", 'name = "hdl"', 'nam = "hdl"', "nam"),
        ("deadlines.toml", "window_days", "window_day", "window_day"),
    ],
)
def test_a_replay_reads_every_table_before_the_first_message(
    tmp_path: Path, file: str, before: str, after: str, key: str
) -> None:
    """Else it would set every message aside, and call that the answer of the other rules."""
    folder = changed(tmp_path, file, (before, after))
    said = subprocess.run(
        [sys.executable, "-m", "services.match.replay_child", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        input="\n",
    )
    assert said.returncode == 78
    assert re.search(rf"bad table: claims/tables/{file}:\d+: .*{key}", said.stderr)


# -- lines


DEADLINES = """# windows
[[upload_window]]
until = 2023-10-11
window_days = 60
source = "a"
mark = "law"

[[upload_window]]
since = {since}
window_days = {days}
source = "b"
mark = "law"
"""


@pytest.mark.parametrize(
    ("since", "days", "line", "reason"),
    [
        ("2023-10-13", "60", 9, "gap"),
        ("2023-10-11", "60", 9, "overlap"),
        ("2023-10-12", '"sixty"', 10, "Expected `int`"),
        ("2023-10-12\nholiday = 1", "60", 8, "unknown field `holiday`"),
    ],
)
def test_a_bad_dated_table_names_file_line_and_reason(
    since: str, days: str, line: int, reason: str
) -> None:
    text = DEADLINES.format(since=since, days=days)
    with pytest.raises(TableError, match=reason) as refused:
        table = shaped("deadlines.toml", parse_table("deadlines.toml", text), DeadlineTable)
        whole("deadlines.toml", "upload_window", table.upload_window)
    assert refused.value.line == line
    assert f"deadlines.toml:{line}" in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('on_fail = "warn"', 'on_fail = "refuse"', "Invalid enum value 'refuse'"),
        ('style = "year_difference"', 'style = "moons"', "Invalid enum value 'moons'"),
        ("age_min = 40", 'age_min = "forty"', "Expected `int"),
        ('orders = ["21"]', 'orders = ["2X"]', "2X is not listed"),
        ("age_min = 40", "age_least = 40", "unknown field `age_least`"),
    ],
)
def test_a_bad_row_of_the_programmes_names_its_line(before: str, after: str, reason: str) -> None:
    lines = (TABLES / "programmes.toml").read_text(encoding="utf-8").splitlines()
    at = next(number for number, text in enumerate(lines, 1) if 'id = "adult-21"' in text)
    lines[at - 1] = lines[at - 1].replace(before, after)
    with pytest.raises(TableError, match=reason) as refused:
        Programmes(parse_table("programmes.toml", "\n".join(lines)))
    assert refused.value.line == at
