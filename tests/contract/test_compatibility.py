"""Every version reads every older one: messages stay on disk for years."""

import copy
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.codec import Codec
from pipeline.schemas import Schema, Schemas
from tests.support.contracts import (
    KINDS,
    SCHEMAS,
    STEMS,
    as_plain,
    as_struct,
    examples,
    written_by_fastavro,
)


def pairs() -> Iterator[tuple[Schema, Schema]]:
    """(older, newer) of every stem; a version is also its own reader."""
    for stem in sorted(STEMS):
        versions = SCHEMAS.versions(stem)
        for at, older in enumerate(versions):
            yield from ((older, newer) for newer in versions[at:])


def class_of(schema: Schema) -> type[Any]:
    """A class with the fields of any version, made for the occasion."""
    made: dict[str, Any] = {}

    def annotation(kind: Any) -> Any:
        match kind:
            case {"items": {"name": name}} | {"items": str(name)} if name in made:
                return types.GenericAlias(tuple, (made[name], ...))
        return Any

    for name, record in reversed(schema.records.items()):
        fields = [(field["name"], annotation(field["type"])) for field in record["fields"]]
        made[name] = msgspec.defstruct(name, fields)
    outer: type[Any] = made[schema.source["name"]]
    return outer


def can_read(older: Schema, newer: Schema) -> bool:
    """Whether a program that knows both reads what the older one wrote."""
    try:
        codec = Codec(Schemas((older, newer)), [class_of(newer)])
    except ValueError:
        return False
    for golden in examples(older):
        codec.decode(written_by_fastavro(as_plain(golden, older), older))
    return True


def changed(schema: Schema, record: str, field: dict[str, Any]) -> Schema:
    """The next version of a schema, with one field of one record added or replaced."""
    source = copy.deepcopy(schema.source)
    following = Schema(schema.stem, schema.version + 1, source)
    fields = following.records[record]["fields"]
    fields[:] = [f for f in fields if f["name"] != field["name"]] + [field]
    return following


CLAIMS = SCHEMAS.newest("claims")


@pytest.mark.parametrize(
    "older, newer",
    list(pairs()),
    ids=lambda schema: schema.name if isinstance(schema, Schema) else None,
)
def test_every_version_reads_every_older_one(older: Schema, newer: Schema) -> None:
    assert can_read(older, newer)


@pytest.mark.parametrize("stem", sorted(STEMS))
def test_todays_classes_read_the_examples_of_every_version(stem: str) -> None:
    codec = Codec(SCHEMAS, [KINDS[stem]])
    for version in SCHEMAS.versions(stem):
        for golden in examples(version):
            event = codec.decode(written_by_fastavro(as_plain(golden, version), version))
            # A field that an older version lacks has one default: the schema's and the class's.
            assert event == as_struct(golden, KINDS[stem])


@pytest.mark.parametrize(
    "default, kind",
    [
        ("", "string"),
        (None, ["null", "int"]),
        ([], {"type": "array", "items": "string"}),
        ({}, {"type": "map", "values": "string"}),
        (False, "boolean"),
    ],
    ids=["text", "null", "list", "map", "boolean"],
)
@pytest.mark.parametrize("record", ["Claims", "ClaimLine"])
def test_a_new_field_with_a_default_reads_old_messages(
    record: str, default: Any, kind: Any
) -> None:
    new = {"name": "added", "type": kind, "default": default, "doc": "New."}
    newer = changed(CLAIMS, record, new)
    codec = Codec(Schemas((CLAIMS, newer)), [class_of(newer)])
    golden: Path = examples(CLAIMS)[1]
    event = codec.decode(written_by_fastavro(as_plain(golden, CLAIMS), CLAIMS))
    added = [event.added] if record == "Claims" else [row.added for row in event.rows]
    assert all(each == (() if default == [] else default) for each in added)
    assert [row.claim_id for row in event.rows] == [
        row["claim_id"] for row in as_plain(golden, CLAIMS)["rows"]
    ]


def test_a_default_of_bytes_is_read_as_bytes() -> None:
    """In a schema it is a text, a character a byte."""
    newer = changed(CLAIMS, "Claims", {"name": "added", "type": "bytes", "default": "\u00ff"})
    codec = Codec(Schemas((CLAIMS, newer)), [class_of(newer)])
    old = written_by_fastavro(as_plain(examples(CLAIMS)[0], CLAIMS), CLAIMS)
    assert codec.decode(old).added == b"\xff"


@pytest.mark.parametrize("record", ["Claims", "ClaimLine"])
def test_a_new_field_without_a_default_is_refused(record: str) -> None:
    assert not can_read(CLAIMS, changed(CLAIMS, record, {"name": "added", "type": "string"}))


def test_a_changed_type_is_refused() -> None:
    assert not can_read(CLAIMS, changed(CLAIMS, "ClaimLine", {"name": "row_no", "type": "string"}))


def test_a_field_that_is_gone_is_skipped() -> None:
    newer = changed(CLAIMS, "ClaimLine", {"name": "tooth", "type": "string"})
    newer.records["ClaimLine"]["fields"].pop()
    assert can_read(CLAIMS, newer)
