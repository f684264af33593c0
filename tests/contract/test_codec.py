"""What the codec writes is plain Avro, and what it cannot read it says, whatever the bytes."""

import io
from pathlib import Path
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.events import CaseChanged, Claims, DayClosed, Matched, Unmatched, Uploads
from pipeline.codec import HEADER_BYTES, Codec
from pipeline.errors import NewerSchema, Undecodable, UnknownRecord
from pipeline.schemas import Schema, Schemas
from tests.support.contracts import (
    CODEC,
    KINDS,
    SCHEMAS,
    as_plain,
    as_struct,
    examples,
    written_by_fastavro,
)

GOLDEN = [(path, schema) for schema in SCHEMAS.all for path in examples(schema)]
NEWEST = [(path, schema) for path, schema in GOLDEN if schema is SCHEMAS.newest(schema.stem)]


def each(golden: list[tuple[Path, Schema]]) -> pytest.MarkDecorator:
    names = [f"{path.parent.name}-{path.stem}" for path, _ in golden]
    return pytest.mark.parametrize("path, schema", golden, ids=names)


each_golden, each_newest = each(GOLDEN), each(NEWEST)


@each_newest
def test_our_bytes_are_fastavros_bytes(path: Path, schema: Schema) -> None:
    ours = CODEC.encode(as_struct(path, KINDS[schema.stem]))
    assert ours == written_by_fastavro(as_plain(path, schema), schema)
    plain = fastavro.parse_schema(schema.source)
    read = fastavro.schemaless_reader(io.BytesIO(ours[HEADER_BYTES:]), plain, None)
    assert read == as_plain(path, schema)


@each_newest
def test_what_was_written_is_read_again(path: Path, schema: Schema) -> None:
    event = as_struct(path, KINDS[schema.stem])
    assert CODEC.decode(CODEC.encode(event)) == event


@each_golden
def test_a_message_cut_anywhere_is_undecodable(path: Path, schema: Schema) -> None:
    whole = written_by_fastavro(as_plain(path, schema), schema)
    for length in range(len(whole)):
        with pytest.raises(Undecodable):
            CODEC.decode(whole[:length])
    with pytest.raises(Undecodable):
        CODEC.decode(whole + b"\0")


def _values(kind: Any, schema: Schema) -> st.SearchStrategy[Any]:
    """Any value of an Avro type, as the dictionaries that fastavro takes."""
    match kind:
        case "string":
            return st.text(st.characters(codec="utf-8"), max_size=80)
        case "bytes":
            return st.binary(max_size=80)
        case "int":
            return st.integers(-(1 << 31), (1 << 31) - 1)
        case "long":
            return st.integers(-(1 << 63), (1 << 63) - 1)
        case "boolean":
            return st.booleans()
        case ["null", other]:
            return st.none() | _values(other, schema)
        case {"type": "array", "items": items}:
            return st.lists(_values(items, schema), max_size=3)
        case {"type": "map", "values": values}:
            return st.dictionaries(_values("string", schema), _values(values, schema), max_size=3)
        case {"type": "record", "fields": fields}:
            return st.fixed_dictionaries({f["name"]: _values(f["type"], schema) for f in fields})
    return _values(schema.records[kind], schema)


ANYTHING = st.one_of(
    [st.tuples(st.just(schema), _values(schema.source, schema)) for schema in SCHEMAS.all]
)


@settings(deadline=None)
@given(ANYTHING)
def test_any_value_is_read_as_fastavro_wrote_it_and_written_as_it_would(
    case: tuple[Schema, Any],
) -> None:
    """Of an older version too; what is written is always the newest."""
    schema, plain = case
    theirs = written_by_fastavro(plain, schema)
    event = CODEC.decode(theirs)
    assert event == msgspec.convert(plain, KINDS[schema.stem])
    ours = CODEC.encode(event)
    if schema is SCHEMAS.newest(schema.stem):
        assert ours == theirs
    else:
        assert CODEC.decode(ours) == event


@settings(deadline=None)
@given(st.sampled_from(GOLDEN), st.data())
def test_damaged_bytes_give_a_struct_or_undecodable(
    golden: tuple[Path, Schema], data: st.DataObject
) -> None:
    path, schema = golden
    whole = bytearray(written_by_fastavro(as_plain(path, schema), schema))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(HEADER_BYTES, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        event = CODEC.decode(bytes(whole))
    except Undecodable as problem:
        assert str(problem).startswith(schema.name)
    else:
        assert type(event) is KINDS[schema.stem]


def test_blocks_with_a_size_are_read_too() -> None:
    """Java's writers cut an array in blocks and may put the size before: a negative count."""
    plain = as_plain(examples(SCHEMAS.newest("uploads"))[0], SCHEMAS.newest("uploads"))
    plain["items"] = []
    empty = written_by_fastavro(plain, SCHEMAS.newest("uploads"))
    columns = b"".join(bytes([2 * len(c)]) + c.encode() for c in plain["columns"])
    plain_block = bytes([2 * len(plain["columns"])]) + columns
    sized = bytes([2 * len(plain["columns"]) - 1, 2 * len(columns)]) + columns
    assert empty.count(plain_block) == 1
    assert len(columns) < 64
    assert CODEC.decode(empty.replace(plain_block, sized)) == CODEC.decode(empty)


@pytest.mark.parametrize(
    "tail",
    [b"\x01", b"\xff" * 11, b"\x80" * 100_000, b"\x03A", b"\x80\x80\x80\x80\x20A"],
    ids=["negative length", "number too long", "endless number", "odd length", "gigabytes"],
)
def test_lengths_that_lie_are_undecodable(tail: bytes) -> None:
    with pytest.raises(Undecodable):
        CODEC.decode(SCHEMAS.newest("claims").header + tail)


@pytest.mark.parametrize("value", [b"", b"\xc3\x01", b"{}", b"\0\0\0\0\1hello world"])
def test_other_framings_are_undecodable(value: bytes) -> None:
    with pytest.raises(Undecodable):
        CODEC.decode(value)


def test_an_unknown_fingerprint_is_from_a_newer_image() -> None:
    with pytest.raises(NewerSchema):
        CODEC.decode(b"\xc3\x01" + b"8 bytes!" + b"body")


def test_a_record_the_reader_was_not_given_is_unknown() -> None:
    day = Codec(SCHEMAS, [DayClosed]).encode(DayClosed("day-closed/1970-01-02", 1))
    with pytest.raises(UnknownRecord):
        Codec(SCHEMAS, [Claims]).decode(day)


def test_views_share_the_body_of_the_journal_entry() -> None:
    entry = as_struct(examples(SCHEMAS.newest("case-changed"))[0], CaseChanged)
    kinds = CaseChanged, Matched, Unmatched
    journal, matched, unmatched = (CODEC.decode(each) for each in CODEC.encode_as(entry, kinds))
    assert journal == entry
    assert (type(matched), type(unmatched)) == (Matched, Unmatched)
    assert msgspec.structs.astuple(matched) == msgspec.structs.astuple(entry)


@pytest.mark.parametrize("day", [1 << 31, -(1 << 31) - 1])
def test_a_number_outside_of_its_type_is_not_written(day: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        CODEC.encode(DayClosed("x", day))


def test_a_text_that_is_no_text_is_not_written() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        CODEC.encode(DayClosed("\udc80", 1))


def test_a_class_with_other_fields_than_its_schema_is_refused() -> None:
    swapped = msgspec.defstruct("DayClosed", [("day", int), ("event_id", str)])
    with pytest.raises(ValueError, match="differ in their fields"):
        Codec(SCHEMAS, [swapped])


def test_a_type_the_codec_does_not_know_is_refused() -> None:
    source = {"type": "record", "name": "Odd", "fields": [{"name": "x", "type": "double"}]}
    odd = msgspec.defstruct("Odd", [("x", float)])
    with pytest.raises(ValueError, match="double"):
        Codec(Schemas((Schema("odd", 1, source),)), [odd])


def test_maps_of_two_messages_are_two_maps() -> None:
    whole = CODEC.encode(as_struct(examples(SCHEMAS.newest("claims"))[1], Claims))
    one, other = CODEC.decode(whole), CODEC.decode(whole)
    assert one.rows[2].details == {} and one.rows[2].details is not other.rows[2].details


def test_texts_of_messages_show_no_personal_field() -> None:
    for kind in (Claims, Uploads):
        for path in examples(SCHEMAS.newest(kind.__name__.lower())):
            event = as_struct(path, kind)
            rows = event.rows if isinstance(event, Claims) else event.items
            for text in (repr(event), str(event), *map(repr, rows), f"{rows!r}"):
                assert "A172949959" not in text and "Ａ" not in text
