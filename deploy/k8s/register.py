"""What runs: read from the services' own settings and from schemas/topics.toml.

A new service is one line in PROCESSES; everything else follows from its registers.
"""

import dataclasses
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pipeline.settings import Settings, name_of
from pipeline.topics import Register

METRICS_PORT, HTTP_PORT = 9101, 8080
# A co-partitioned topic's partitions: more than members of a group, so that it can grow.
PARTITIONS = 12
# The config map: what has no default, or differs from it in every cluster. Overlays change it.
CONFIG_VALUES = {
    "KAFKA_BROKERS": "kafka-bootstrap.kafka.svc:9092",
    "GOUJI_PARTITIONS": str(PARTITIONS),
    "GOUJI_REPLICATION": "3",
    "GOUJI_PUBLISH_KEY_ID": "1",
    "GOUJI_SEAL_KEY_ID": "1",
    "GOUJI_PUBLIC_URL": "https://notify.example.invalid",
    "GOUJI_PORTAL_URL": "",  # links lead to /guide
    "GOUJI_MAIL_FROM": "noreply@example.invalid",
}


@dataclass(frozen=True, slots=True)
class Process:
    """One kind of pod."""

    name: str
    service: str
    arguments: tuple[str, ...]
    settings: type[Settings]
    replicas: int
    memory_mb: int
    # Topics its service may read and write.
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    # Keeps RocksDB state, so it gets a volume and a name that stays.
    keeps_state: bool

    @property
    def variables(self) -> tuple[str, ...]:
        """Every environment variable its settings know."""
        return tuple(name_of(field) for field in _fields(self.settings))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those that come from the secret."""
        return tuple(name_of(f) for f in _fields(self.settings) if _entry(f).secret)

    @property
    def optional(self) -> tuple[str, ...]:
        """Secrets that have a default: a pod starts without them."""
        fields = (f for f in _fields(self.settings) if _entry(f).default is not None)
        return tuple(name_of(f) for f in fields if _entry(f).secret)

    @property
    def required(self) -> tuple[str, ...]:
        """Those without a default that are no secret: from the config map."""
        fields = (f for f in _fields(self.settings) if _entry(f).default is None)
        return tuple(name_of(f) for f in fields if not _entry(f).secret)

    @property
    def speaks_http(self) -> bool:
        return "GOUJI_HTTP_PORT" in self.variables

    @property
    def has_metrics_port(self) -> bool:
        """A worker; the door answers /metrics on its HTTP port."""
        return "GOUJI_METRICS_PORT" in self.variables

    @property
    def uses_kafka(self) -> bool:
        return "KAFKA_BROKERS" in self.variables

    @property
    def uses_database(self) -> bool:
        return "DATABASE_URL" in self.variables

    @property
    def calls_line(self) -> bool:
        return "GOUJI_LINE_BASE_URL" in self.variables

    @property
    def sends_mail(self) -> bool:
        return "GOUJI_SMTP_URL" in self.variables


# Name of the pods, service, its command, its settings class.
PROCESSES = (
    ("ingest", "ingest", ("serve",), "ServeSettings"),
    ("ingest-reports", "ingest", ("reports",), "ReportsSettings"),
    ("validate", "validate", (), "ValidateSettings"),
    ("match", "match", (), "MatchSettings"),
    ("elsewhere", "elsewhere", (), "ElsewhereSettings"),
    ("notify-planner", "notify", ("planner",), "PlannerSettings"),
    ("notify-sender", "notify", ("sender",), "SenderSettings"),
    ("notify", "notify", ("serve",), "ServeSettings"),
)


def processes() -> list[Process]:
    """All of them, in the order in which data flows."""
    return [_process(*line) for line in PROCESSES]


def _process(name: str, service: str, command: tuple[str, ...], settings: str) -> Process:
    module = import_module(f"services.{service}.settings")
    changelogs = {changelog.stage for changelog in Register.read().changelogs.values()}
    return Process(
        name=name,
        service=service,
        arguments=(f"services.{service}", *command),
        settings=getattr(module, settings),
        replicas=module.REPLICAS,
        memory_mb=module.MEMORY_MB,
        reads=module.READS,
        writes=module.WRITES,
        keeps_state=service in changelogs,
    )


def _fields(settings: type[Settings]) -> tuple["dataclasses.Field[Any]", ...]:
    return dataclasses.fields(settings)  # type: ignore[arg-type]


def _entry(field: "dataclasses.Field[Any]") -> Any:
    (entry,) = field.metadata.values()
    return entry
