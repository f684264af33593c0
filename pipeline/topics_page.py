"""docs/topics.md, written from the register and the schemas, so that it cannot be stale."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pipeline.schemas import Schema, Schemas
from pipeline.topics import ROOT, Register, Topic

_HEAD = """\
# Topics

Rendered by `make docs` from schemas/topics.toml and schemas/avro; a test compares it.

Messages are Avro in single-object encoding: `C3 01`, the schema's CRC-64-AVRO fingerprint, the
body. Topics marked *co* have one common number of partitions (GOUJI_PARTITIONS), and a key lies in
the same partition of each. What validate and match write is transactional: read with
`isolation.level=read_committed`. A service marked *waiting* is named by the contract and not built
yet; a topic without readers waits for yours. Days are whole numbers, days since 1970-01-01.
The fingerprint is that of the parsing canonical form, little end first. Sealed fields are AES-SIV
(RFC 5297, a key of 64 bytes, named by `seal_key_id`) with the event_id as its one associated datum.
**Personal** topics hold whole IDs or dates of birth: only the services named here may read them.
"""


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


def _services(names: Collection[str], built: Collection[str]) -> str:
    return ", ".join(n if n in built else f"{n} (*waiting*)" for n in names) or "–"


def _type(kind: Any) -> str:
    match kind:
        case ["null", other]:
            return f"{_type(other)} or null"
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": "map", "values": values}:
            return f"map of {_type(values)}"
        case {"type": "record", "name": name}:
            return f"[{name}](#{name.lower()})"
    return str(kind)


def _records(schema: Schema, told: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The record and those inside; one that an earlier record holds as well is told once."""
    for name, record in schema.records.items():
        if told.get(name) == record:
            continue
        told[name] = record
        yield ""
        yield f"### {name}"
        title = f"`{schema.name}`: " if record is schema.source else ""
        yield f"{title}{record['doc']}"
        yield ""
        yield from _table(
            ("field", "type", "personal", "meaning"),
            (
                (f"`{f['name']}`", _type(f["type"]), "yes" if f.get("pii") else "", f["doc"])
                for f in record["fields"]
            ),
        )


def _topic_row(name: str, topic: Topic, built: Collection[str]) -> Sequence[str]:
    return (
        f"`{name}`",
        ", ".join(topic.records),
        _services(topic.writers, built),
        _services(topic.readers, built),
        topic.key,
        str(topic.partitions),
        f"{topic.retention_days} days",
        "**personal**" if topic.pii else "no",
        topic.about,
    )


def page(register: Register, schemas: Schemas, built: Collection[str]) -> str:
    """The whole page; ``built`` names the services that exist."""
    lines = [_HEAD]
    lines += _table(
        ("topic", "records", "writers", "readers", "key", "partitions", "kept", "data", "about"),
        (_topic_row(name, topic, built) for name, topic in register.topics.items()),
    )
    lines += ["", "## Changelogs", "", "State of the stages, compacted; not for subscribers.", ""]
    lines += _table(
        ("topic", "stage", "deletions kept", "data", "about"),
        (
            (
                f"`{name}`",
                _services([log.stage], built),
                f"{log.delete_retention_days} days",
                "**personal**" if log.pii else "no",
                log.about,
            )
            for name, log in register.changelogs.items()
        ),
    )
    lines += ["", "## Records"]
    told: dict[str, dict[str, Any]] = {}
    for stem in dict.fromkeys(stem for t in register.topics.values() for stem in t.records):
        lines += _records(schemas.newest(stem), told)
    return "\n".join(lines) + "\n"


def page_of_this_project() -> str:
    """The page for this repository: a service exists when it has told its settings."""
    built = {path.parent.name for path in (ROOT / "services").glob("*/settings.py")}
    return page(Register.read(), Schemas.read(ROOT / "schemas" / "avro"), built)
