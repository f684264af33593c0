"""What the product said: the last word on every case and row, gathered from its events."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from claims.events import (
    CaseChanged,
    ImportReported,
    Matched,
    NeedsNote,
    RowOutcome,
    SweepFinished,
    Unmatched,
)
from claims.recovery_events import Clawback
from claims.reminder_events import Reminders

VIEWS = {Matched: "matched", Unmatched: "unmatched", NeedsNote: "needs-note"}


class Step(NamedTuple):
    """Where a case stood from a day on: what notices are planned from."""

    day: int
    state: str
    facility_id: str
    lab_facility_id: str
    programme: str
    due_on: int | None
    round_id: str


@dataclass
class Journey:
    """What one case went through. path: its states in order, none twice in a row; told: every
    reason it ever showed; steps: one for each entry of its journal."""

    steps: list[Step] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def take(self, event: CaseChanged) -> None:
        self.told.update(reason.code for reason in event.reasons)
        self.changes.append(event.change)
        self.steps.append(
            Step(
                event.occurred_on,
                event.state,
                event.facility_id,
                event.lab_facility_id,
                event.programme,
                event.due_on,
                event.round_id,
            )
        )
        if not self.path or self.path[-1] != event.state:
            self.path.append(event.state)


@dataclass
class Recovery:
    """One recovery: its phases in order, and the amount in points."""

    case_id: str
    points: str
    phases: list[str] = field(default_factory=list)


@dataclass
class Seen:
    """Filled one event at a time, in any order between partitions.

    views     last entry of every case in every view, by its sequence
    orders    recoveries by order_id, in the order of their first phase
    gaps      sequences of a case that were skipped or came twice
    finished  last day swept, by partition
    facts     what became of notices, by event_id: they are told at least once
    """

    cases: dict[str, CaseChanged] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(default_factory=dict)
    views: dict[str, dict[str, CaseChanged]] = field(
        default_factory=lambda: {name: {} for name in VIEWS.values()}
    )
    orders: dict[str, Recovery] = field(default_factory=dict)
    clawbacks: set[str] = field(default_factory=set)
    rows: dict[tuple[str, int], RowOutcome] = field(default_factory=dict)
    rows_twice: int = 0
    gaps: int = 0
    finished: dict[int, int] = field(default_factory=dict)
    facts: dict[str, Reminders] = field(default_factory=dict)

    def take(self, event: Any) -> None:
        if type(event) is CaseChanged:
            before = self.cases.get(event.case_id)
            self.gaps += event.sequence != (before.sequence if before else 0) + 1
            self.cases[event.case_id] = event
            self.journeys.setdefault(event.case_id, Journey()).take(event)
        elif isinstance(event, Matched | Unmatched | NeedsNote):
            self.views[VIEWS[type(event)]][event.case_id] = event
        elif isinstance(event, Clawback):
            self._recover(event)
        elif isinstance(event, ImportReported):
            self._report(event)
        elif isinstance(event, Reminders):
            self.facts[event.event_id] = event
        elif isinstance(event, SweepFinished):
            self.finished[event.partition] = max(event.day, self.finished.get(event.partition, 0))

    def _recover(self, event: Clawback) -> None:
        self.gaps += event.event_id in self.clawbacks
        self.clawbacks.add(event.event_id)
        order = self.orders.setdefault(event.order_id, Recovery(event.case_id, event.points))
        order.phases.append(event.phase)

    def _report(self, event: ImportReported) -> None:
        for row in event.rows:
            known = self.rows.get((event.submission_id, row.row_no))
            # The earlier of two rows of a file is reported twice: when it came, and when the
            # later one replaced it.
            if known is not None and row.outcome != "superseded":
                self.rows_twice += 1
                continue
            self.rows[event.submission_id, row.row_no] = row
