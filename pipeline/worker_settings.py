"""The settings every worker has; a service's own class extends this one."""

from pathlib import Path

from pipeline.settings import Settings, count, folder, port, seconds, setting, whole
from pipeline.stage import Limits


class WorkerSettings(Settings):
    """Kafka, the group, commits, the endpoint."""

    brokers: str = setting(
        None, str, "Kafka brokers, host:port separated by commas.", env="KAFKA_BROKERS"
    )
    state_dir: Path = setting(
        ".run/state", folder, "Folder of the RocksDB state; one folder below it per partition."
    )
    instance: str = setting(
        "", str, "Name of this group member; with one, a restart takes its partitions back at once."
    )
    session_s: float = setting("10", seconds, "A killed member is missed after so many seconds.")
    heartbeat_s: float = setting("1", seconds, "Seconds between heartbeats to the group.")
    rebalance_s: float = setting("60", seconds, "How long a rebalance waits for members, seconds.")
    commit_age_s: float = setting("0.1", seconds, "A commit begins when its oldest work is so old.")
    commit_rows: int = setting("8000", count, "A commit begins when it holds so many rows.")
    sweep_books: int = setting("2000", count, "Books in one slice of a sweep.")
    cached_objects: int = setting("0", whole, "Clean state objects kept in memory per partition.")
    poison_limit: int = setting("100", count, "More dead letters within the window stop the stage.")
    poison_window_s: float = setting("600", seconds, "Window of that limit, seconds.")
    changelog_delete_retention_s: float = setting(
        "604800",
        seconds,
        "delete.retention.ms of the changelogs; a folder away for half is dropped.",
    )
    transaction_timeout_s: float = setting(
        "30", seconds, "Kafka ends a transaction that its owner left open so long."
    )
    stuck_s: float = setting(
        "30", seconds, "/healthz fails after so many seconds without progress."
    )
    metrics_host: str = setting("127.0.0.1", str, "Where /metrics, /healthz and /readyz listen.")
    metrics_port: int = setting("0", port, "Their port; 0 takes a free one.")

    def limits(self) -> Limits:
        return Limits(
            self.commit_age_s,
            self.commit_rows,
            self.sweep_books,
            self.poison_limit,
            self.poison_window_s,
        )
