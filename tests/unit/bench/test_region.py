"""The made-up region: the same seed gives the same bytes, and it shows everything it promises."""

import ast
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.region.coverage import STATES, Covered, coverage
from bench.region.making import make_region
from bench.region.numbers import check_digit_of, facility_check_digit
from bench.region.scenarios import SCENARIOS, table
from bench.region.world import HOSPITAL

BENCH = Path(__file__).resolve().parents[3] / "bench"
VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors.json"
SMALL = 700


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    make_region(7, folder, claims=SMALL)
    return folder


@pytest.fixture(scope="module")
def truth(region: Path) -> Any:
    return json.loads((region / "truth.json").read_text(encoding="utf-8"))


def test_the_same_seed_gives_the_same_bytes(region: Path, tmp_path: Path) -> None:
    make_region(7, tmp_path, claims=SMALL)
    assert _bytes(tmp_path) == _bytes(region)


def test_another_seed_gives_another_region(region: Path, tmp_path: Path) -> None:
    make_region(8, tmp_path, claims=SMALL)
    assert _bytes(tmp_path) != _bytes(region)


def test_the_region_imports_nothing_of_the_product() -> None:
    for file in (BENCH / "region").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] not in ("claims", "pipeline", "services"), file


def test_every_scenario_is_told_even_in_a_small_region(truth: Any) -> None:
    told = {case["scenario"] for case in truth["cases"]}
    told |= {row["scenario"] for rows in truth["rows"].values() for row in rows}
    assert told >= {each.name for each in SCENARIOS} - {"other_services"}


def test_the_year_shows_every_state_step_reason_hint_refusal_and_phase(truth: Any) -> None:
    missing = [f"{each.kind} {each.code}" for each in coverage(truth) if not each.times]
    assert missing == []


def test_some_cases_stand_in_every_state_at_the_end(truth: Any) -> None:
    assert {case["state"] for case in truth["cases"]} == set(STATES)


def test_a_state_that_no_case_passes_is_noticed(truth: Any) -> None:
    without = [case for case in truth["cases"] if "noted" not in case["path"]]
    found = coverage(truth | {"cases": without})
    assert Covered("state", "noted", 0) in found
    assert Covered("step", "note_filed", 0) in found


def test_the_register_of_scenarios_covers_the_transitions_and_outcomes(truth: Any) -> None:
    covered = {word for each in SCENARIOS for word in each.covers}
    assert covered >= {str(number) for number in range(1, 28)}
    assert covered >= {f"R-{number}" for number in (1, 3, 4, 7, 8, 11, 12, 23, 24, 25, 29, 30)}
    rows = [row for rows in truth["rows"].values() for row in rows]
    assert {row["outcome"] for row in rows} == set(
        ["matched", "stored", "unchanged", "superseded", "refused"]
    )
    assert any(case["is_late"] for case in truth["cases"])
    assert any(case["needs_note"] for case in truth["cases"])
    assert any(case["fix"] for case in truth["cases"])


def test_most_cases_are_matched_in_time(region: Path, tmp_path: Path) -> None:
    make_region(3, tmp_path, claims=5_000)
    cases = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["cases"]
    matched = sum(case["state"] == "matched" and not case["is_late"] for case in cases)
    assert 0.6 < matched / len(cases) < 0.9


def test_case_numbers_are_unique_and_facilities_are_of_the_schedule(
    region: Path, truth: Any
) -> None:
    schedule = json.loads((region / "schedule.json").read_text(encoding="utf-8"))
    codes = {each["code"] for each in schedule["facilities"]}
    counted = Counter(case["claim_id"] for case in truth["cases"])
    assert max(counted.values()) == 1
    assert {claim_id.split("/")[0] for claim_id in counted} <= codes
    for day in schedule["days"]:
        for item in day["items"]:
            if item["what"] != "actions":
                assert item["facility"] in codes
            assert item["what"] != "file" or (region / item["path"]).is_file()


def test_claim_files_are_cp950_with_crlf_and_right_totals(region: Path) -> None:
    files = sorted(region.rglob("claims-*.xml"))
    assert files
    for file in files:
        text = file.read_bytes().decode("cp950")
        assert text.startswith('<?xml version="1.0" encoding="Big5"?>\r\n')
        assert "\n" not in text.replace("\r\n", "")
        count = re.search(r"<t37>([0-9]+)</t37>", text)
        assert count and int(count[1]) == text.count("<ddata>")
        preventive = re.search(r"<t31>([0-9]+)</t31>", text)
        assert preventive and int(preventive[1]) == text.count("<d1>A3</d1>")


def test_the_check_digits_agree_with_the_vectors_of_the_specification() -> None:
    families = json.loads(VECTORS.read_text(encoding="utf-8"))
    checked = 0
    for kind in ("citizen", "resident_new", "resident_old"):
        for _, good, _, _, value in families[f"person_id_{kind}"]["rows"]:
            if good:
                assert check_digit_of(value[:9]) == value[9]
                checked += 1
    for _, good, value, codes in families["facility_code"]["rows"]:
        if good:
            fits = "FACILITY_CHECK" not in codes
            assert (facility_check_digit(value[:9]) == value[9]) is fits
            checked += 1
    assert checked > 100


def test_the_readme_shows_the_register_of_scenarios() -> None:
    page = (BENCH / "region" / "README.md").read_text(encoding="utf-8")
    assert table() in page, "run: python -m bench.region.readme"


def test_a_laboratory_examines_for_some_clinics_and_sends_nothing(region: Path) -> None:
    schedule = json.loads((region / "schedule.json").read_text(encoding="utf-8"))
    laboratory = schedule["laboratory"]
    senders = {item.get("facility") for day in schedule["days"] for item in day["items"]}
    assert laboratory not in senders
    assert laboratory not in {each["code"] for each in schedule["facilities"]}
    named = [
        file.read_bytes().count(f"<p24>{laboratory}</p24>".encode())
        for file in (region / "files").rglob("*.xml")
    ]
    assert sum(named) > 20


def test_a_hospital_claims_for_itself_and_examines_for_others(region: Path) -> None:
    schedule = json.loads((region / "schedule.json").read_text(encoding="utf-8"))
    assert HOSPITAL in {each["code"] for each in schedule["facilities"]}
    examined = [
        file
        for file in (region / "files").rglob("*.xml")
        if f"<p24>{HOSPITAL}</p24>".encode() in file.read_bytes()
    ]
    assert examined
    assert all(f"<t2>{HOSPITAL}</t2>".encode() not in file.read_bytes() for file in examined)
