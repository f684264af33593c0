"""What the product said: the last word on every case and row, gathered from its events."""

from dataclasses import dataclass, field
from typing import Any

from claims.events import (
    CaseChanged,
    ImportReported,
    Matched,
    NeedsNote,
    RowOutcome,
    SweepFinished,
    Unmatched,
)


@dataclass
class Seen:
    """Filled one event at a time, in any order between partitions.

    gaps      sequences of a case that were skipped or came twice
    finished  last day swept, by partition
    """

    cases: dict[str, CaseChanged] = field(default_factory=dict)
    views: dict[str, set[str]] = field(
        default_factory=lambda: {"matched": set(), "unmatched": set(), "needs-note": set()}
    )
    rows: dict[tuple[str, int], RowOutcome] = field(default_factory=dict)
    rows_twice: int = 0
    gaps: int = 0
    finished: dict[int, int] = field(default_factory=dict)

    def take(self, event: Any) -> None:
        if type(event) is CaseChanged:
            before = self.cases.get(event.case_id)
            self.gaps += event.sequence != (before.sequence if before else 0) + 1
            self.cases[event.case_id] = event
        elif isinstance(event, Matched | Unmatched | NeedsNote):
            name = {Matched: "matched", Unmatched: "unmatched", NeedsNote: "needs-note"}
            self.views[name[type(event)]].add(event.case_id)
        elif isinstance(event, ImportReported):
            for row in event.rows:
                known = self.rows.get((event.submission_id, row.row_no))
                # The earlier of two rows of a file is reported twice: when it came, and when the
                # later one replaced it.
                if known is not None and row.outcome != "superseded":
                    self.rows_twice += 1
                    continue
                self.rows[event.submission_id, row.row_no] = row
        elif isinstance(event, SweepFinished):
            self.finished[event.partition] = max(event.day, self.finished.get(event.partition, 0))
