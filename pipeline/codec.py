"""Structs to Avro bytes and back, by field name, in Avro single-object encoding."""

import re
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.avro_reader import Reader, reader_of
from pipeline.avro_writer import writer_of
from pipeline.errors import NewerSchema, Undecodable, UnknownRecord
from pipeline.schemas import SINGLE_OBJECT_MARK, Schema, Schemas

HEADER_BYTES = 10


def stem_of(kind: type) -> str:
    """Matched -> matched, NeedsNote -> needs-note: one stem for topic, schema, class and label."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def classes_in(kind: type) -> Iterator[type]:
    """A wire class and the wire classes inside of it, from its annotations."""
    yield kind
    for annotation in typing.get_type_hints(kind).values():
        for inner in typing.get_args(annotation):
            if hasattr(inner, "__struct_fields__"):
                yield from classes_in(inner)


class Codec:
    """Encodes and decodes the classes it was given; always writes the newest version of a record.

    Raises ValueError when a class and the newest schema of its stem differ in names or order.
    """

    def __init__(self, schemas: Schemas, kinds: Iterable[type[Any]]) -> None:
        self._schemas = schemas
        self._kinds = {stem_of(kind): kind for kind in kinds}
        self._writers: dict[type, tuple[bytes, Callable[[Any], bytes]]] = {}
        self._readers: dict[bytes, tuple[str, Reader]] = {}
        for stem, kind in self._kinds.items():
            newest = schemas.newest(stem)
            _same_fields(kind, newest)
            self._writers[kind] = newest.header, writer_of(newest.source)
            inner = {one.__name__: one for one in classes_in(kind)}
            for schema in schemas.versions(stem):
                read = reader_of(schema.source, newest.source, inner)
                self._readers[schema.header] = schema.name, read

    def encode(self, event: Any) -> bytes:
        header, write = self._writers[type(event)]
        return header + write(event)

    def encode_as(self, event: Any, kinds: Iterable[type[Any]]) -> list[bytes]:
        """One body under several headers, for records of the same fields: a journal's views."""
        body = self._writers[type(event)][1](event)
        return [self._writers[kind][0] + body for kind in kinds]

    def decode(self, value: bytes) -> Any:
        """The struct in ``value``.

        Raises Undecodable for bytes that are no message, NewerSchema for an unknown fingerprint,
        and UnknownRecord for a record this codec was not given.
        """
        known = self._readers.get(value[:HEADER_BYTES])
        if known is None:
            raise self._unreadable(value[:HEADER_BYTES])
        name, read = known
        try:
            return read(value, HEADER_BYTES)
        except (IndexError, ValueError) as damage:
            raise Undecodable(f"{name}: {type(damage).__name__}") from None

    def _unreadable(self, header: bytes) -> Exception:
        if len(header) < HEADER_BYTES or header[:2] != SINGLE_OBJECT_MARK:
            return Undecodable("not in single-object encoding")
        schema = self._schemas.by_header.get(header)
        if schema is None:
            return NewerSchema(f"fingerprint {header[2:].hex()}")
        return UnknownRecord(schema.name)


def _same_fields(kind: type[Any], schema: Schema) -> None:
    for record in classes_in(kind):
        fields = schema.fields(record.__name__)
        if fields != record.__struct_fields__:  # type: ignore[attr-defined]
            raise ValueError(f"{record.__name__} and {schema.name} differ in their fields")
