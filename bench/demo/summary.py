"""What the demo found out, as a table for people and JSON for machines."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.compare import Difference
from bench.seen import Seen

STATES = ("matched", "pending", "pending_error", "late", "invalid", "withdrawn")
PROGRAMMES = ("adult", "child", "oral")


@dataclass(frozen=True)
class Summary:
    """seconds: from the first submission to the last verdict; latencies in ms."""

    seed: int
    cases: int
    by_state: dict[str, int]
    by_programme: dict[str, dict[str, int]]
    by_reason: dict[str, int]
    differences: int
    rows: int
    seconds: float
    rows_per_second: float
    latency_p50_ms: int
    latency_p99_ms: int
    days_closed: int
    submissions: int
    files_sent_again: int
    dead_letters: int
    sequence_gaps: int
    full_ids_found: int

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def counts_of(seen: Seen) -> dict[str, Any]:
    """cases, by_state, by_programme, by_reason."""
    states: Counter[str] = Counter()
    programmes: dict[str, Counter[str]] = {name: Counter() for name in PROGRAMMES}
    reasons: Counter[str] = Counter()
    for case in seen.cases.values():
        states[case.state] += 1
        programmes.setdefault(case.programme, Counter())[case.state] += 1
        reasons.update({reason.code for reason in case.reasons})
    return {
        "cases": len(seen.cases),
        "by_state": dict(states.most_common()),
        "by_programme": {name: dict(count) for name, count in programmes.items()},
        "by_reason": dict(reasons.most_common()),
    }


def percentile(values: Sequence[int], share: float) -> int:
    """The value below which this share of the sorted values lies; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def show(console: Console, summary: Summary, differences: Sequence[Difference]) -> None:
    states = Table("programme", *STATES, title="cases")
    for name, counts in summary.by_programme.items():
        states.add_row(name, *(str(counts.get(state, 0)) for state in STATES))
    states.add_row("all", *(str(summary.by_state.get(state, 0)) for state in STATES))
    console.print(states)
    reasons = Table("reason", "cases", title="reasons of cases without a match")
    for code, count in summary.by_reason.items():
        reasons.add_row(code, str(count))
    console.print(reasons)
    console.print(
        f"{summary.rows} rows in {summary.seconds:.1f} s ({summary.rows_per_second:.0f} rows/s),"
        f" {summary.submissions} submissions, {summary.days_closed} days closed;"
        f" upload to verdict p50 {summary.latency_p50_ms} ms, p99 {summary.latency_p99_ms} ms"
    )
    console.print(
        f"{summary.dead_letters} dead letters, {summary.sequence_gaps} sequence gaps,"
        f" {summary.full_ids_found} full IDs in logs, metrics and outputs"
    )
    for each in differences[:20]:
        console.print(
            f"  {each.what} ({each.scenario}) {each.field}:"
            f" expected {each.expected}, found {each.found}",
            style="red",
            markup=False,
        )
    style = "bold red" if differences else "bold green"
    console.print(
        f"{summary.cases} cases compared with the truth: {summary.differences} differences",
        style=style,
    )
