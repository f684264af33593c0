"""The contracts of this repository, its golden examples, and the rules that all contracts keep.

A rule answers with complaints about what it is given, so that a test can hand it a bad case.
"""

import base64
import io
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import fastavro
import msgspec

from claims.wire import WIRE
from pipeline.codec import Codec, stem_of
from pipeline.deadletter import DeadLetters
from pipeline.schemas import Schema, Schemas
from pipeline.topics import ROOT, Register

EXAMPLES = ROOT / "schemas" / "examples"
SCHEMAS = Schemas.read(ROOT / "schemas" / "avro")
REGISTER = Register.read()
STEMS = frozenset(schema.stem for schema in SCHEMAS.all)
ALL: tuple[type[Any], ...] = (*WIRE, DeadLetters)
KINDS: dict[str, type[Any]] = {stem_of(kind): kind for kind in ALL if stem_of(kind) in STEMS}
CODEC = Codec(SCHEMAS, KINDS.values())
VIEWS = ("matched", "unmatched", "needs-note")
# Whole IDs, dates of birth, names, and everything that may hold one.
PERSONAL = frozenset(
    {
        *("person_id", "birth_date", "subject_birth_date", "name", "phone", "practitioner_id"),
        *("cells", "values", "details"),
    }
)


def examples(schema: Schema) -> list[Path]:
    """The golden messages of one version; bytes stand in them as base64."""
    return sorted((EXAMPLES / schema.name).glob("*.json"))


def as_plain(path: Path, schema: Schema) -> dict[str, Any]:
    """An example as the dictionary that fastavro writes."""

    def plain(value: Any, kind: Any) -> Any:
        match kind:
            case "bytes":
                return base64.b64decode(value, validate=True)
            case {"type": "array", "items": inner}:
                return [plain(each, inner) for each in value]
            case {"type": "record", "fields": fields}:
                assert value.keys() == {f["name"] for f in fields}, f"{path.name}: other fields"
                return {f["name"]: plain(value[f["name"]], f["type"]) for f in fields}
            case str() if kind in schema.records:
                return plain(value, schema.records[kind])
        return value

    whole: dict[str, Any] = plain(json.loads(path.read_text(encoding="utf-8")), schema.source)
    return whole


def as_struct(path: Path, kind: type[Any]) -> Any:
    """An example of the newest version as its class; every type is checked."""
    return msgspec.json.decode(path.read_bytes(), type=kind)


_parsed: dict[bytes, Any] = {}


def written_by_fastavro(plain: Mapping[str, Any], schema: Schema) -> bytes:
    """A message as another Avro library would write it."""
    out = io.BytesIO()
    out.write(schema.header)
    parsed = _parsed.get(schema.header)
    if parsed is None:
        parsed = _parsed[schema.header] = fastavro.parse_schema(schema.source)
    fastavro.schemaless_writer(out, parsed, plain)
    return out.getvalue()


def undocumented(schemas: Schemas) -> list[str]:
    """Records and fields without a doc."""
    return [
        f"{schema.name} {record['name']}.{entry['name']}"
        for schema in schemas.all
        for record in schema.records.values()
        for entry in (record, *record["fields"])
        if not entry.get("doc", "").strip()
    ]


def unmarked(schemas: Schemas) -> list[str]:
    """Fields that hold something personal and do not say so."""
    return [
        f"{schema.name} {name}.{field['name']}"
        for schema in schemas.all
        for name, record in schema.records.items()
        for field in record["fields"]
        if field["name"] in PERSONAL and field.get("pii") is not True
    ]


def leaking(register: Register, schemas: Schemas) -> list[str]:
    """Topics that carry personal fields and are not marked so."""
    return [
        f"{name}: {stem}"
        for name, topic in register.topics.items()
        for stem in topic.records
        if not topic.pii and schemas.newest(stem).personal
    ]


def misplaced(register: Register, schemas: Schemas) -> list[str]:
    """Records no topic carries, and topics whose record has no schema."""
    carried = {stem for topic in register.topics.values() for stem in topic.records}
    known = {schema.stem for schema in schemas.all}
    return sorted(carried ^ known)


def forgetful(register: Register) -> list[str]:
    """Topics that are read by us and forget a message before its dead letter."""
    letters = register.topics["dead-letters"].retention_days
    return [
        name
        for name, topic in register.topics.items()
        if topic.readers and topic.retention_days < letters
    ]


def renamed(schemas: Schemas) -> list[str]:
    """Schemas whose record does not carry the file's stem: one stem for file, topic and class."""
    return [
        schema.name
        for schema in schemas.all
        if schema.source["name"] != "".join(part.title() for part in schema.stem.split("-"))
        or schema.source["namespace"] != "gouji"
    ]


def differing_views(schemas: Schemas) -> list[str]:
    """Views whose fields are not those of case-changed: their bodies are the same bytes."""
    journal = schemas.newest("case-changed").source["fields"]
    return [stem for stem in VIEWS if schemas.newest(stem).source["fields"] != journal]


def misrouted(
    register: Register, service: str, reads: Collection[str], writes: Collection[str]
) -> list[str]:
    """Topics a service reads or writes by its settings but not by the register, or reverse."""
    topics = register.topics.items()
    read = {name for name, topic in topics if service in topic.readers}
    written = {name for name, topic in topics if service in topic.writers}
    return [
        *(f"{service} reads {name}" for name in sorted(read ^ set(reads))),
        *(f"{service} writes {name}" for name in sorted(written ^ set(writes))),
    ]
