"""The Makefile explains itself, and continuous integration calls one target of it."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
TARGETS = {
    "setup", "check", "test", "demo", "up", "down", "status", "bench", "chaos", "docs",
    "manifests", "image", "clean",
}  # fmt: skip


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    listed = dict(re.findall(r"^  make (\w+) +(.+)$", shown, re.MULTILINE))
    assert listed.keys() >= TARGETS
    assert all(len(sentence) > 10 for sentence in listed.values())


def test_continuous_integration_calls_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["exec make test"]
