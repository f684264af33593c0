"""The record of a stack survives being written and read."""

from pathlib import Path

from deploy.local.processes import Started
from deploy.local.record import Entry, Record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record("mark", Started(1, 2.5), "brokers", "database", {"ingest": "http"}, "ready")
    record.entries["match"] = Entry("match", Started(3, 4.5), "log", 9101, 2)
    record.write(tmp_path)
    assert Record.read(tmp_path) == record


def test_where_nothing_was_started_there_is_no_record(tmp_path: Path) -> None:
    assert Record.read(tmp_path) is None


def test_a_forgotten_record_is_gone(tmp_path: Path) -> None:
    Record("mark", Started(1, 2.5), "brokers", "database", {}).write(tmp_path)
    Record.forget(tmp_path)
    assert Record.read(tmp_path) is None
    Record.forget(tmp_path)
