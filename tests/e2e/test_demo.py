"""The demo as a stranger runs it: a small region on the real stack, compared with its truth."""

import json
import os
import subprocess
import sys
from pathlib import Path

from deploy.local.record import Record

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_finds_every_case_as_the_truth_says_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "bench.demo", "--once", "--seed", "11", "--claims", "300"]
    command += ["--facilities", "30", "--folder", str(tmp_path)]
    # A stack of its own, whatever the person who runs the tests has given.
    env = {name: text for name, text in os.environ.items() if name not in GIVEN}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["differences"] == 0
    assert summary["cases"] >= 300
    assert summary["days_closed"] == 483
    assert summary["confirmed_by_two"] >= 1
    assert len(summary["by_round"]) == 9
    assert set(summary["by_phase"]) == {"due", "ordered", "not_payable", "reversed"}
    assert {"clawback", "loose", "needs-note"} <= set(summary["messages_by_topic"])
    assert summary["dead_letters"] == summary["sequence_gaps"] == summary["full_ids_found"] == 0
    told = summary["told"]
    assert {"round_opened", "upload_due", "correction_due", "daily_summary"} <= set(told["by_kind"])
    assert all(kind["planned"] >= kind.get("sent", 0) for kind in told["by_kind"].values())
    assert told["messages"]["line"] == told["cost"] > 0 and told["messages"]["email"] > 0
    assert {"resolved", "superseded"} <= set(told["cancelled_because"])
    assert set(told["failed_because"]) == {"no_recipient"}, "of the facility without anybody"
    assert told["deliveries"].keys() <= {"sent", "cancelled"}, "nothing is left, failed or parked"
    assert told["cost_of_worst_month"] <= told["budget_of_month"]
    assert set(summary["by_programme"]) == {"adult", "child", "oral"}
    assert Record.read(tmp_path / "stack") is None


GIVEN = {"KAFKA_BROKERS", "DATABASE_URL"}
