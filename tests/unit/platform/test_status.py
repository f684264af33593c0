"""The table of `make status`."""

import os
from io import StringIO

from rich.console import Console

from deploy.local.processes import Started
from deploy.local.record import Entry, Record
from deploy.local.status import Progress, progress_in, table


def test_the_worst_lag_and_the_latest_commit_are_shown() -> None:
    page = (
        'gouji_lag_seconds{stage="match",partition="0"} 0.5\n'
        'gouji_lag_seconds{stage="match",partition="1"} 7.25\n'
        'gouji_last_commit_timestamp_seconds{stage="match",partition="0"} 1763800000\n'
        'gouji_last_commit_timestamp_seconds{stage="match",partition="1"} 1763800009.5\n'
    )
    assert progress_in(page) == Progress(lag=7.25, last_commit=1763800009.5)


def test_a_process_that_reports_neither_shows_neither() -> None:
    assert progress_in("python_info 1.0\n") == Progress(None, None)


def test_the_table_names_the_living_and_the_dead() -> None:
    me = Started.of(os.getpid())
    assert me is not None
    gone = Started(me.pid, me.began - 60)
    record = Record("mark", me, "k", "d", {}, "ready")
    record.entries["match"] = Entry("match", gone, "log", restarts=3)
    out = StringIO()
    Console(file=out, width=120).print(table(record))
    lines = {line.split()[1]: line for line in out.getvalue().splitlines() if len(line.split()) > 3}
    assert str(me.pid) in lines["supervisor"]
    assert "down" in lines["match"] and str(me.pid) not in lines["match"]
