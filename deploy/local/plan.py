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
    ("notify-planner", ("services.notify", "planner")),
    ("notify-sender", ("services.notify", "sender")),
    ("notify", ("services.notify", "serve")),
)
# In the place of LINE and of a mail server: name of the process, and its module.
LINE, MAIL = "line-simulator", "mail-inbox"
SIMULATORS = {LINE: "deploy.line_simulator", MAIL: "deploy.mail_inbox"}
# These answer everything on their HTTP port; the others have a port of their own for metrics.
DOORS = {"ingest": 8080, "notify": 8081, LINE: 8090, MAIL: 8026}
USUAL_KAFKA, USUAL_POSTGRES, USUAL_SMTP, USUAL_METRICS = 9092, 5432, 8025, 9101
PARTITIONS = "4"
# Where notify takes the events of the LINE account.
WEBHOOK = "/line/webhook"


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port of a stack, chosen before anything listens."""

    kafka: int
    postgres: int
    smtp: int
    # Where /metrics and the rest of its pages are, by the name of the process.
    http: dict[str, int]
    # Of notify: metrics and the description of its API, which its door does not show.
    inside: int

    @classmethod
    def choose(cls) -> "Ports":
        """The usual ones where they are free, others where they are not."""
        chosen: list[int] = []
        names = [*SIMULATORS, *(name for name, _ in SERVICES)]
        pages = [DOORS.get(name, USUAL_METRICS) for name in names]
        for usual in (USUAL_KAFKA, USUAL_POSTGRES, USUAL_SMTP, USUAL_METRICS, *pages):
            chosen.append(port_near(usual, frozenset(chosen)))
        kafka, postgres, smtp, inside, *rest = chosen
        return cls(kafka, postgres, smtp, dict(zip(names, rest, strict=True)), inside)

    def metrics(self, name: str) -> int | None:
        """Where a process shows /metrics; None for one that has no pages."""
        return self.inside if name == "notify" else self.http.get(name)


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

    def page(self, name: str) -> str:
        """Where one process answers over HTTP."""
        return f"http://{LOOPBACK}:{self.ports.http[name]}"

    @property
    def doors(self) -> dict[str, str]:
        """Where a person or another program may knock, by the name of the process."""
        return {name: self.page(name) for name in DOORS}

    def health(self, name: str) -> str:
        """The address that answers 200 once the process does its work."""
        return f"{self.page(name)}/" if name == MAIL else f"{self.page(name)}/readyz"

    def simulators(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """As SERVICES."""
        line = ("--port", str(self.ports.http[LINE]), "--webhook", self.page("notify") + WEBHOOK)
        pages = ("--http-port", str(self.ports.http[MAIL]), "--cert-file", str(self.certificate))
        mail = ("--port", str(self.ports.smtp), *pages)
        return ((LINE, (SIMULATORS[LINE], *line)), (MAIL, (SIMULATORS[MAIL], *mail)))

    @property
    def certificate(self) -> Path:
        """Of the mail inbox, made anew whenever it starts."""
        return self.folder / "mail-inbox.pem"

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one service. What the person set by hand (GOUJI_...) wins."""
        ours = {
            "GOUJI_PARTITIONS": PARTITIONS,
            "GOUJI_STATE_DIR": str(self.folder / "state"),
            "GOUJI_INSTANCE": f"{name}-0",
            "GOUJI_PUBLIC_URL": self.page("notify"),
            "GOUJI_LINE_BASE_URL": self.page(LINE),
            "GOUJI_LINE_ACCESS_URL": self.page(LINE),
            "GOUJI_SMTP_URL": f"smtp://{LOOPBACK}:{self.ports.smtp}",
            "GOUJI_SMTP_CA_FILE": str(self.certificate),
        }
        fixed = {
            "KAFKA_BROKERS": self.kafka_brokers,
            "DATABASE_URL": self.database_url,
            "GOUJI_HTTP_PORT": str(self.ports.http.get(name, 0)),
            "GOUJI_METRICS_PORT": str(self.ports.metrics(name) or 0),
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
