"""What the demo found out, as a table for people and JSON for machines."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.compare import Difference
from bench.seen import Seen

STATES = (
    *("matched", "pending", "pending_error", "late", "open_missing", "open_error", "noted"),
    *("excused", "overdue", "not_payable", "recovered", "exempt", "invalid", "withdrawn"),
)
PROGRAMMES = ("adult", "child", "oral")
FATES = (
    *("listed", "matched", "open_missing", "open_error", "noted ever", "excused", "overdue ever"),
    *("overdue", "not_payable", "recovered", "exempt", "withdrawn"),
)
STEPS = (
    *("note_filed", "note_withdrawn", "note_approved", "note_refused", "correction_overdue"),
    *("payment_denied", "recovery_ordered", "decision_reversed", "late_correction", "exempted"),
    *("alias_added", "match_retracted", "rule_changed", "hint_changed"),
)


@dataclass(frozen=True)
class Figures:
    """What was told.

    by_kind    kind to fact (planned, sent, ...) to notices
    messages   that went out, by channel; cost: LINE messages charged, in all and in the worst month
    in_both_roles  of them, digests that speak of own cases and of those examined for others
    """

    by_kind: dict[str, dict[str, int]]
    messages: dict[str, int]
    in_both_roles: int
    cancelled_because: dict[str, int]
    failed_because: dict[str, int]
    deliveries: dict[str, int]
    people: int
    cost: int
    cost_of_worst_month: int
    budget_of_month: int


@dataclass(frozen=True)
class Summary:
    """seconds: from the first submission to the last verdict; latencies in ms.

    by_round  cases a round listed, and what became of them; see FATES
    by_step   how often each step happened: note_filed, recovery_ordered, ...
    told      what people heard
    by_phase  recoveries that stand in a phase: how many, for how many points
    """

    seed: int
    cases: int
    by_state: dict[str, int]
    by_programme: dict[str, dict[str, int]]
    by_reason: dict[str, int]
    by_round: dict[str, dict[str, int]]
    by_step: dict[str, int]
    by_phase: dict[str, dict[str, str]]
    differences: int
    rows: int
    seconds: float
    rows_per_second: float
    latency_p50_ms: int
    latency_p99_ms: int
    days_closed: int
    submissions: int
    files_sent_again: int
    confirmed_by_two: int
    prechecked: int
    told: Figures
    messages_by_topic: dict[str, int]
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


def year_of(seen: Seen) -> dict[str, Any]:
    """by_round, by_step, by_phase."""
    rounds: dict[str, Counter[str]] = {}
    steps: Counter[str] = Counter()
    for case_id, journey in seen.journeys.items():
        steps.update(journey.changes)
        round_id = seen.cases[case_id].round_id
        if not round_id:
            continue
        counts = rounds.setdefault(round_id, Counter())
        counts["listed"] += 1
        counts["noted ever"] += "noted" in journey.path
        counts["overdue ever"] += "overdue" in journey.path
        counts[journey.path[-1]] += 1
    phases: dict[str, list[Decimal]] = {}
    for order in seen.orders.values():
        phases.setdefault(order.phases[-1], []).append(Decimal(order.points))
    return {
        "by_round": {name: dict(rounds[name]) for name in sorted(rounds)},
        "by_step": dict(steps.most_common()),
        "by_phase": {
            phase: {"orders": str(len(points)), "points": str(sum(points))}
            for phase, points in sorted(phases.items())
        },
    }


def percentile(values: Sequence[int], share: float) -> int:
    """The value below which this share of the sorted values lies; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def show(console: Console, summary: Summary, differences: Sequence[Difference]) -> None:
    _show_cases(console, summary)
    _show_year(console, summary)
    _show_told(console, summary.told)
    console.print(
        f"{summary.rows} rows in {summary.seconds:.1f} s ({summary.rows_per_second:.0f} rows/s),"
        f" {summary.submissions} submissions, {summary.days_closed} days closed;"
        f" upload to verdict p50 {summary.latency_p50_ms} ms, p99 {summary.latency_p99_ms} ms"
    )
    messages = ", ".join(f"{name} {count}" for name, count in summary.messages_by_topic.items())
    console.print(f"messages read: {messages}")
    console.print(
        f"{summary.dead_letters} dead letters, {summary.sequence_gaps} sequence gaps,"
        f" {summary.full_ids_found} full IDs in topics, logs, metrics and the recovery ledger"
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


def _show_cases(console: Console, summary: Summary) -> None:
    states = Table("state", *PROGRAMMES, "all", title="cases")
    for state in STATES:
        counts = [summary.by_programme[name].get(state, 0) for name in PROGRAMMES]
        states.add_row(state, *map(str, counts), str(summary.by_state.get(state, 0)))
    console.print(states)
    reasons = Table("reason", "cases", title="reasons of cases without a match")
    for code, count in summary.by_reason.items():
        reasons.add_row(code, str(count))
    console.print(reasons)


def _show_year(console: Console, summary: Summary) -> None:
    for name in sorted({round_id.rpartition("-")[0] for round_id in summary.by_round}):
        rounds = Table(f"round {name}", *PROGRAMMES, title="lists and what became of them")
        for fate in FATES:
            counts = [summary.by_round.get(f"{name}-{each}", {}) for each in PROGRAMMES]
            rounds.add_row(fate, *(str(count.get(fate, 0)) for count in counts))
        console.print(rounds)
    steps = Table("step", "times", title="notes, reviews, decisions")
    for step in STEPS:
        steps.add_row(step, str(summary.by_step.get(step, 0)))
    console.print(steps)
    phases = Table("recoveries now", "orders", "points", title="追扣")
    for phase, sums in summary.by_phase.items():
        phases.add_row(phase, sums["orders"], sums["points"])
    console.print(phases)
    console.print(
        f"{summary.confirmed_by_two} lists of decisions confirmed by a second person,"
        f" {summary.prechecked} files tried before they were handed in"
    )


def _show_told(console: Console, told: Figures) -> None:
    facts = ("planned", "sent", "cancelled", "failed", "parked")
    notices = Table("notice", *facts, title="通知: what clinics, laboratories and the agency heard")
    for kind, counts in told.by_kind.items():
        notices.add_row(kind, *(str(counts.get(fact, 0)) for fact in facts))
    console.print(notices)
    for fact, because in (("cancelled", told.cancelled_because), ("failed", told.failed_because)):
        reasons = ", ".join(f"{why} {count}" for why, count in because.items())
        console.print(f"notices {fact}: {reasons or 'none'}")
    messages = ", ".join(f"{count} by {channel}" for channel, count in told.messages.items())
    console.print(
        f"{told.people} people; messages: {messages}"
        f" ({told.in_both_roles} with a section 代檢 beside their own);"
        f" LINE cost {told.cost} in the year, {told.cost_of_worst_month} in the worst month"
        f" of {told.budget_of_month}"
    )
