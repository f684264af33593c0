"""The register of topics, schemas/topics.toml, and the command that makes a cluster agree with it.

python -m pipeline.topics apply     makes what is missing, alters settings that differ
python -m pipeline.topics check     changes nothing; exit code 1 when anything differs
python -m pipeline.topics render    writes docs/topics.md
"""

import argparse
import asyncio
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.errors import BadSettings
from pipeline.settings import Settings, count, setting

ROOT = Path(__file__).resolve().parents[1]
REGISTER = ROOT / "schemas" / "topics.toml"
DAY_MS = 86_400_000
# Kafka's default, stated because a cluster may have another; our producers send up to 1 MiB.
MAX_MESSAGE_BYTES = (1 << 20) + 12


class TopicsSettings(Settings):
    """What the command needs to know of the cluster."""

    brokers: str = setting(
        None, str, "Kafka brokers, host:port separated by commas.", env="KAFKA_BROKERS"
    )
    partitions: int = setting("4", count, "Number of partitions of the co-partitioned topics.")
    replication: int = setting("1", count, "Replicas of each partition; 3 in production.")


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A topic of events; ``records`` are the stems it may carry. A misspelt key is refused."""

    records: tuple[str, ...]
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    key: str
    partitions: Literal["co"] | int
    retention_days: int
    pii: bool
    about: str

    def settings(self) -> dict[str, str]:
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention_days * DAY_MS)}


class Changelog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The state of a stage, compacted. A worker away for half the delete retention starts anew."""

    stage: str
    partitions: Literal["co"] | int
    pii: bool
    delete_retention_days: int
    about: str

    def settings(self) -> dict[str, str]:
        kept = str(self.delete_retention_days * DAY_MS)
        return {"cleanup.policy": "compact", "delete.retention.ms": kept}


@dataclass(frozen=True)
class Wanted:
    """How a topic should be on the cluster."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All topics and changelogs, by name."""

    topics: dict[str, Topic]
    changelogs: dict[str, Changelog]

    @classmethod
    def read(cls, path: Path = REGISTER) -> "Register":
        """Raises msgspec.ValidationError naming the entry for an unknown or missing key."""
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), cls)

    def wanted(self, partitions: int, replication: int) -> Iterator[Wanted]:
        """Every topic with its settings; ``partitions`` is the common number of "co" ones."""
        entries: dict[str, Topic | Changelog] = {**self.topics, **self.changelogs}
        for name, entry in entries.items():
            count = partitions if entry.partitions == "co" else entry.partitions
            yield Wanted(
                name,
                count,
                replication,
                {
                    **entry.settings(),
                    "max.message.bytes": str(MAX_MESSAGE_BYTES),
                    # One replica may be away without stopping anything, where there are several.
                    "min.insync.replicas": str(max(1, replication - 1)),
                    # No compression.type: lz4 and zstd would cost our readers one more package.
                },
            )


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.topics",
        description="Makes the topics of schemas/topics.toml so, checks them, or documents them.",
        epilog="Environment: KAFKA_BROKERS, GOUJI_PARTITIONS (4), GOUJI_REPLICATION (1). "
        "Exit codes: 0 all agree, 1 something differs (apply: what it refuses to change), "
        "75 no broker answered, 78 a setting is missing or wrong.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command, about in (
        ("apply", "make missing topics, alter settings; never changes a partition count"),
        ("check", "only say what differs"),
    ):
        one = commands.add_parser(command, help=about)
        one.add_argument("--brokers", help="host:port,... (default: KAFKA_BROKERS)")
        one.add_argument("--partitions", help="of the co-partitioned topics (GOUJI_PARTITIONS)")
        one.add_argument("--replication", help="replicas of each partition (GOUJI_REPLICATION)")
    render = commands.add_parser("render", help="write docs/topics.md from the register")
    render.add_argument("--into", type=Path, default=ROOT / "docs" / "topics.md")
    return parser


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs one command and returns its exit code (see --help)."""
    given = _arguments().parse_args(arguments)
    if given.command == "render":
        from pipeline.topics_page import page_of_this_project

        given.into.parent.mkdir(parents=True, exist_ok=True)
        given.into.write_text(page_of_this_project(), encoding="utf-8")
        return 0
    from pipeline.topics_admin import agree

    options = {
        "KAFKA_BROKERS": given.brokers,
        "GOUJI_PARTITIONS": given.partitions,
        "GOUJI_REPLICATION": given.replication,
    }
    try:
        settings = TopicsSettings.read({**environment, **{k: v for k, v in options.items() if v}})
    except BadSettings as bad:
        print(bad, file=sys.stderr)
        return bad.exit_code
    wanted = list(Register.read().wanted(settings.partitions, settings.replication))
    return asyncio.run(agree(settings.brokers, wanted, change=given.command == "apply"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
