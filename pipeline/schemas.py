"""The contracts on disk, schemas/avro/<stem>.v<N>.avsc: found by stem, version, fingerprint."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fastavro.schema import fingerprint, to_parsing_canonical_form

SINGLE_OBJECT_MARK = b"\xc3\x01"
_FILE = re.compile(r"(?P<stem>[a-z0-9-]+)\.v(?P<version>\d+)\.avsc")


def records_in(schema: Any) -> Iterator[dict[str, Any]]:
    """Every record of a schema, the outermost first."""
    match schema:
        case list():
            for branch in schema:
                yield from records_in(branch)
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            yield from records_in(inner)
        case {"type": "record", "fields": fields}:
            yield schema
            for field in fields:
                yield from records_in(field["type"])


@dataclass(frozen=True)
class Schema:
    """One version of one record."""

    stem: str
    version: int
    source: dict[str, Any]

    @cached_property
    def header(self) -> bytes:
        """Single-object encoding: the mark, then the CRC-64-AVRO fingerprint, little endian."""
        crc = fingerprint(to_parsing_canonical_form(self.source), "CRC-64-AVRO")
        return SINGLE_OBJECT_MARK + bytes.fromhex(crc)

    @property
    def name(self) -> str:
        return f"{self.stem}.v{self.version}"

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """Every record inside, by its name."""
        return {record["name"]: record for record in records_in(self.source)}

    def fields(self, record: str) -> tuple[str, ...]:
        """Names of the fields of one record inside, in order; none when there is no such record."""
        return tuple(field["name"] for field in self.records.get(record, {"fields": ()})["fields"])

    @cached_property
    def personal(self) -> tuple[str, ...]:
        """Fields marked "pii", as Record.field."""
        return tuple(
            f"{name}.{field['name']}"
            for name, record in self.records.items()
            for field in record["fields"]
            if field.get("pii")
        )


@dataclass(frozen=True)
class Schemas:
    """All schemas of a folder."""

    all: tuple[Schema, ...]

    @classmethod
    def read(cls, folder: Path) -> "Schemas":
        """Read every .avsc of the folder; raises ValueError for a file not named so."""
        found = []
        for path in sorted(folder.glob("*.avsc")):
            match = _FILE.fullmatch(path.name)
            if match is None:
                raise ValueError(f"{path.name}: expected <stem>.v<N>.avsc")
            source = json.loads(path.read_text(encoding="utf-8"))
            found.append(Schema(match["stem"], int(match["version"]), source))
        return cls(tuple(found))

    def versions(self, stem: str) -> tuple[Schema, ...]:
        """Every version of one record, the oldest first."""
        same = [schema for schema in self.all if schema.stem == stem]
        return tuple(sorted(same, key=lambda schema: schema.version))

    def newest(self, stem: str) -> Schema:
        versions = self.versions(stem)
        if not versions:
            raise KeyError(f"no schema {stem}")
        return versions[-1]

    @cached_property
    def by_header(self) -> dict[bytes, Schema]:
        return {schema.header: schema for schema in self.all}
