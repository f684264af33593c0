"""A line of .run/bench/results.jsonl, the bars of the design, and the process that is measured."""

import re
import subprocess
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from pipeline.topics import ROOT

# Name to (at least or at most, value); source: design section 10, and section 9 of the issue.
BARS: dict[str, tuple[str, float]] = {
    "match rows per CPU second": (">=", 12_000),
    "match memory": ("<=", 400),
    "validate rows per CPU second": (">=", 15_000),
    "replay rows per CPU second": (">=", 30_000),
    "replay from Kafka rows per CPU second": (">=", 30_000),
    "restore records": (">=", 100_000),
    "codec claim row encode": ("<=", 5),
    "codec claim row decode": ("<=", 5),
    "parse claim xml": (">=", 8_000),
    "latency p50": ("<=", 300),
    "latency p99": ("<=", 2_000),
    "precheck p95": ("<=", 3_000),
    "webhook p99": ("<=", 300),
    "webhook rate": (">=", 490),
    "webhook forgeries refused": (">=", 100),
}


@dataclass(frozen=True)
class Line:
    """value: the figure, in unit. rows, cpu_s, wall_s, rss_mb: what it was worked out from."""

    name: str
    value: float
    unit: str
    rows: int
    cpu_s: float
    wall_s: float
    rss_mb: int
    commit: str

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def line(
    name: str, value: float, unit: str, rows: int, cpu_s: float, wall_s: float, rss_mb: float
) -> Line:
    numbers = (round(value, 2), unit, rows, round(cpu_s, 3), round(wall_s, 3), int(rss_mb))
    return Line(name, *numbers, commit())


def passed(name: str, value: float) -> bool | None:
    """None when there is no bar for it."""
    if name not in BARS:
        return None
    way, bar = BARS[name]
    return value >= bar if way == ">=" else value <= bar


@cache
def commit() -> str:
    """Short id of the commit; "none" outside a repository."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "none"


def cpu_seconds(pid: int) -> float:
    """User and system time of a living process with all its threads."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def memory_mb(pid: int) -> float:
    """The most a living process held so far; where the system does not tell, what it holds now."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        peak = re.search(r"^VmHWM:\s+([0-9]+) kB$", status.read_text(), re.MULTILINE)
        if peak:
            return int(peak[1]) / 1024
    return float(psutil.Process(pid).memory_info().rss) / 2**20
