"""Looks for persons where none may be: logs, metrics, phones, mails. Topics are heard elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.demo.listening import count_ids
from deploy.local.record import Record


def persons_of(region: Path) -> frozenset[bytes]:
    return frozenset((region / "persons.txt").read_bytes().split())


# The region gives all its persons one name, and nobody was born after it begins.
NAME = "測試民眾"
BEGINS = 2025
# 民國 or AD, with or without signs between; no part of a longer word, such as the token of a link.
DATE = re.compile(r"(?<![\w.])(\d{2,4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?![\w.])", re.ASCII)
BARE = re.compile(r"(?<!\w)(0\d{2}|1\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\w)", re.ASCII)


def personal_in(text: str, persons: frozenset[bytes]) -> Iterator[str]:
    """What kind of personal data these words hold; never the data."""
    if count_ids(text.encode(), persons):
        yield "a full ID"
    if NAME in text:
        yield "a name"
    for found in (*DATE.finditer(text), *BARE.finditer(text)):
        year = int(found[1])
        if (year if year > 1000 else year + 1911) < BEGINS:
            yield "a date before the region begins"


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
