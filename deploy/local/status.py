"""`make status`: one line per process, with the progress it reports itself."""

import time
from dataclasses import dataclass
from datetime import datetime
from urllib.error import URLError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from rich.table import Table

from deploy.local.ports import LOOPBACK
from deploy.local.record import Entry, Record

LAG, LAST_COMMIT = "gouji_lag_seconds", "gouji_last_commit_timestamp_seconds"


@dataclass(frozen=True, slots=True)
class Progress:
    """The worst lag and the latest commit over a process's partitions; None when it reports none.

    lag           seconds
    last_commit   seconds since 1970
    """

    lag: float | None
    last_commit: float | None


def progress_in(metrics: str) -> Progress:
    """Read the two gauges from a page of metrics in the text format."""
    most: dict[str, float] = {}
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name in (LAG, LAST_COMMIT):
                most[sample.name] = max(most.get(sample.name, sample.value), sample.value)
    return Progress(most.get(LAG), most.get(LAST_COMMIT))


def ask(entry: Entry) -> Progress:
    """What the process says of itself now; nothing when it does not answer."""
    if entry.metrics_port is None:
        return Progress(None, None)
    try:
        with urlopen(f"http://{LOOPBACK}:{entry.metrics_port}/metrics", timeout=2) as page:
            return progress_in(page.read().decode("utf-8"))
    except (URLError, OSError):
        return Progress(None, None)


def table(record: Record) -> Table:
    """Process, pid, up since, restarts, lag in seconds, last commit age in seconds."""
    shown = Table("process", "pid", "up since", "restarts", "lag s", "last commit s ago")
    watchdog = Entry("supervisor", record.supervisor, "")
    for entry in [watchdog, *record.entries.values()]:
        progress = ask(entry)
        alive = entry.started.is_alive()
        shown.add_row(
            entry.name,
            str(entry.started.pid) if alive else "-",
            _moment(entry.started.began) if alive else "down",
            str(entry.restarts),
            _seconds(progress.lag),
            _seconds(None if progress.last_commit is None else time.time() - progress.last_commit),
        )
    return shown


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _moment(began: float) -> str:
    """Local date and time."""
    return datetime.fromtimestamp(began).strftime("%m-%d %H:%M:%S")
