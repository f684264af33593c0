"""Looks for full IDs where none may be: logs and metrics. Listening looks through the topics."""

from pathlib import Path

import httpx

from bench.demo.listening import count_ids
from deploy.local.record import Record


def persons_of(region: Path) -> frozenset[bytes]:
    return frozenset((region / "persons.txt").read_bytes().split())


def ids_in_logs(folder: Path, record: Record, persons: frozenset[bytes]) -> int:
    """Full IDs in the log file of every process of a stack."""
    files = {Path(entry.log) for entry in record.entries.values()}
    files |= set((folder / "logs").glob("*"))
    return sum(count_ids(path.read_bytes(), persons) for path in files if path.is_file())


def ids_in_metrics(record: Record, persons: frozenset[bytes]) -> int:
    """Full IDs in the metrics pages of every running service."""
    ports = [entry.metrics_port for entry in record.entries.values() if entry.metrics_port]
    pages = [f"http://127.0.0.1:{port}/metrics" for port in ports] + [f"{record.http}/metrics"]
    found = 0
    for page in pages:
        try:
            found += count_ids(httpx.get(page, timeout=5.0).content, persons)
        except httpx.ConnectError:
            continue  # the port belongs to a process that serves its metrics elsewhere
    return found
