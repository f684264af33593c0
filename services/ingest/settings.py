"""Settings of ingest: what every command needs, and what the reports worker needs besides."""

import base64
from collections.abc import Callable

from pipeline.settings import Settings, count, port, seconds, setting
from pipeline.worker_settings import WorkerSettings

AFTER_LAST_CLOSED = "after-last-closed"
REPORTS_READ = ("import-reported",)
READS = (*REPORTS_READ, "precheck-answered")
WRITES = ("claims", "uploads", "actions", "precheck-asked", "dead-letters")
# Rendered into deploy/k8s.
REPLICAS = 2
MEMORY_MB = 512
MIB = 1 << 20


def business_day(text: str) -> bool:
    """True: received_on is the day after the last closed one (demo and tests)."""
    if text not in ("calendar", AFTER_LAST_CLOSED):
        raise ValueError(f"must be calendar or {AFTER_LAST_CLOSED}")
    return text == AFTER_LAST_CLOSED


def key_of(length: int) -> Callable[[str], bytes]:
    """Parser of a base64 key of so many bytes."""

    def parse(text: str) -> bytes:
        key = base64.b64decode(text, validate=True)
        if len(key) != length:
            raise ValueError(f"must be {length} bytes in base64")
        return key

    return parse


class StoreSettings(Settings):
    """For commands that only look at the database."""

    database_url: str = setting(
        None, str, "PostgreSQL, postgresql://user:password@host:port/name.", env="DATABASE_URL",
        secret=True,
    )  # fmt: skip
    database_connections: int = setting("12", count, "Connections of one process at most.")


class ReceiptSettings(Settings):
    """For commands that only look at receipts."""

    receipt_key: bytes = setting(
        None, key_of(32), "Ed25519 private key of receipts, 32 bytes in base64.", secret=True
    )


class IngestSettings(StoreSettings):
    """For everything that takes submissions in."""

    brokers: str = setting(
        None, str, "Kafka brokers, host:port separated by commas.", env="KAFKA_BROKERS"
    )
    partitions: int = setting("4", count, "Number of partitions of the co-partitioned topics.")
    seal_key: bytes = setting(
        None, key_of(64), "AES-SIV key that seals files and rows, 64 bytes in base64.", secret=True
    )
    seal_key_id: str = setting(None, str, "Name of that key, kept beside what it sealed.")
    receipt_key: bytes = setting(
        None, key_of(32), "Ed25519 private key of receipts, 32 bytes in base64.", secret=True
    )
    business_day: bool = setting(
        "calendar",
        business_day,
        f"Which day a submission is received on: calendar (Taipei), or {AFTER_LAST_CLOSED}, the "
        "day after the last closed one (demo and tests; lifts the rule that only past days close).",
    )
    maps_dir: str = setting(
        "", str, "Folder with further column maps (TOML), besides the built-in."
    )
    broker_wait_s: float = setting(
        "60", seconds, "How long a part may wait for the broker before the attempt is given up."
    )
    reading_at_once: int = setting("2", count, "Files that one process reads at the same time.")
    precheck_s: float = setting(
        "10", seconds, "How long a pre-check waits for the answers of validate and match."
    )


class ServeSettings(IngestSettings):
    """For the HTTP service."""

    http_host: str = setting("127.0.0.1", str, "Where the HTTP service listens.")
    http_port: int = setting("8080", port, "Its port; 0 takes a free one.")
    keep_alive_s: int = setting(
        "75",
        count,
        "Seconds an idle connection is kept: longer than clients and proxies keep theirs.",
    )
    upload_bytes: int = setting(str(64 * MIB), count, "Largest file taken over HTTP; else 413.")
    answer_s: float = setting(
        "120",
        seconds,
        "How long a submission may keep its sender waiting; then 202, no receipt yet.",
    )
    resume_s: float = setting(
        "5", seconds, "Seconds between looks for submissions left unfinished."
    )


class ReportsSettings(WorkerSettings):
    """For the worker that assembles reports."""

    database_url: str = setting(
        None, str, "PostgreSQL, postgresql://user:password@host:port/name.", env="DATABASE_URL",
        secret=True,
    )  # fmt: skip
    database_connections: int = setting("12", count, "Connections of one process at most.")
    partitions: int = setting("4", count, "Number of partitions of the co-partitioned topics.")
