"""What `make up` runs, with which environment, on which ports."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.jars import ROOT
from deploy.local.keys import secrets_of
from deploy.local.ports import LOOPBACK, port_near
from deploy.local.processes import MARK, Program

# Name of the process, and what `python -m` runs. Later ones may need earlier ones.
SERVICES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("elsewhere", ("services.elsewhere",)),
    ("match", ("services.match",)),
    ("validate", ("services.validate",)),
    ("ingest-reports", ("services.ingest", "reports")),
    ("ingest", ("services.ingest", "serve")),
)
# Answers everything on its HTTP port; the others have a port of their own for metrics.
DOOR = "ingest"
USUAL_KAFKA, USUAL_POSTGRES, USUAL_HTTP, USUAL_METRICS = 9092, 5432, 8080, 9101
PARTITIONS = "4"


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port of a stack, chosen before anything listens."""

    kafka: int
    postgres: int
    http: int
    # By the name of the service.
    metrics: dict[str, int]

    @classmethod
    def choose(cls) -> "Ports":
        """The usual ones where they are free, others where they are not."""
        chosen: list[int] = []
        metrics = [name for name, _ in SERVICES if name != DOOR]
        for usual in (USUAL_KAFKA, USUAL_POSTGRES, USUAL_HTTP, *[USUAL_METRICS] * len(metrics)):
            chosen.append(port_near(usual, frozenset(chosen)))
        kafka, postgres, http, *rest = chosen
        return cls(kafka, postgres, http, {**dict(zip(metrics, rest, strict=True)), DOOR: http})


@dataclass(frozen=True, slots=True)
class Plan:
    """One stack: its folder, ports and addresses; KAFKA_BROKERS and DATABASE_URL win over ours."""

    folder: Path
    mark: str
    ports: Ports
    given_kafka: str | None
    given_database: str | None

    @classmethod
    def make(cls, folder: Path, mark: str, env: Mapping[str, str]) -> "Plan":
        given = (env.get("KAFKA_BROKERS") or None, env.get("DATABASE_URL") or None)
        return cls(folder.absolute(), mark, Ports.choose(), *given)

    @property
    def kafka_brokers(self) -> str:
        return self.given_kafka or f"{LOOPBACK}:{self.ports.kafka}"

    @property
    def database_url(self) -> str:
        return self.given_database or (
            f"postgresql://postgres@{LOOPBACK}:{self.ports.postgres}/postgres"
        )

    @property
    def http(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.http}"

    def health(self, name: str) -> str:
        """The address that answers 200 once the service does its work."""
        return f"http://{LOOPBACK}:{self.ports.metrics[name]}/readyz"

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one service. What the person set by hand (GOUJI_...) wins."""
        ours = {
            "GOUJI_PARTITIONS": PARTITIONS,
            "GOUJI_STATE_DIR": str(self.folder / "state"),
            "GOUJI_INSTANCE": f"{name}-0",
        }
        fixed = {
            "KAFKA_BROKERS": self.kafka_brokers,
            "DATABASE_URL": self.database_url,
            "GOUJI_HTTP_PORT": str(self.ports.http),
            "GOUJI_METRICS_PORT": str(self.ports.metrics.get(name, 0)),
            MARK: self.mark,
        }
        return {**ours, **secrets_of(self.folder), **os.environ, **fixed}

    def python(self, name: str, *module: str) -> Program:
        """`python -m module...` as a program of this stack."""
        return Program(
            name,
            (sys.executable, "-m", *module),
            self.folder / "logs" / f"{name}.log",
            env=self.environment(name),
            folder=ROOT,
            patience=15.0,
        )
