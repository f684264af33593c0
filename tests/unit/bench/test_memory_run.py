"""The whole region through readers, validate and match in memory, beside its truth."""

import json
from pathlib import Path

import pytest

from bench.memory_run import MemoryRun
from bench.region.making import make_region


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_case_and_row_is_as_the_truth_says(seed: int, tmp_path: Path) -> None:
    make_region(seed, tmp_path, facility_count=30, claims=900)
    run = MemoryRun(tmp_path)
    assert await run.run() == []
    assert run.line.dead == 0
    assert run.line.seen.rows_twice == 0


async def test_a_truth_that_is_wrong_in_one_place_is_noticed(tmp_path: Path) -> None:
    make_region(1, tmp_path, facility_count=30, claims=300)
    file = tmp_path / "truth.json"
    truth = json.loads(file.read_text(encoding="utf-8"))
    case = next(case for case in truth["cases"] if case["state"] == "matched")
    case["state"] = "late"
    overdue = next(case for case in truth["cases"] if case["orders"])
    overdue["orders"][0].append("ordered")
    overdue["path"].append("recovered")
    overdue["hints"].append("SYSTEM_CASE")
    next(iter(truth["rows"].values()))[0]["outcome"] = "superseded"
    truth["commands"][0]["outcome"] = "refused" if truth["commands"][0]["outcome"] == "done" else ""
    file.write_text(json.dumps(truth), encoding="utf-8")
    found = await MemoryRun(tmp_path).run()
    noticed = ["command", "hints", "orders", "outcome", "path", "state"]
    assert sorted(each.field for each in found) == noticed
