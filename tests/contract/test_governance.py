"""The rules every contract keeps; beside each, a case that breaks it."""

import copy
import importlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claims.events import DayClosed
from pipeline.schemas import Schema, Schemas
from pipeline.topics import ROOT, Register
from tests.support.contracts import (
    KINDS,
    REGISTER,
    SCHEMAS,
    STEMS,
    as_plain,
    as_struct,
    differing_views,
    examples,
    forgetful,
    leaking,
    misplaced,
    misrouted,
    renamed,
    undocumented,
    unmarked,
)

SERVICES = sorted(
    {name for topic in REGISTER.topics.values() for name in (*topic.readers, *topic.writers)}
)
BUILT = [name for name in SERVICES if (ROOT / "services" / name / "settings.py").exists()]


def with_schema(stem: str, **change: Any) -> Schemas:
    """The contracts with the top of one schema changed."""
    source = {**copy.deepcopy(SCHEMAS.newest(stem).source), **change}
    others = tuple(schema for schema in SCHEMAS.all if schema.stem != stem)
    return Schemas((*others, Schema(stem, 1, source)))


def with_topic(name: str, **change: Any) -> Register:
    """The register with one topic changed."""
    topic = msgspec.structs.replace(REGISTER.topics[name], **change)
    return msgspec.structs.replace(REGISTER, topics={**REGISTER.topics, name: topic})


def field(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", "doc": "A field.", **more}


def test_every_record_and_field_is_documented() -> None:
    assert undocumented(SCHEMAS) == []


def test_a_field_without_a_doc_is_found() -> None:
    bad = with_schema("day-closed", fields=[field("event_id"), field("day", doc=" ")])
    assert undocumented(bad) == ["day-closed.v1 DayClosed.day"]


def test_personal_fields_are_marked() -> None:
    assert unmarked(SCHEMAS) == []


def test_a_personal_field_without_its_mark_is_found() -> None:
    bad = with_schema("matched", fields=[field("person_id"), field("cells", pii=True)])
    assert unmarked(bad) == ["matched.v1 Matched.person_id"]


def test_personal_fields_travel_in_personal_topics_only() -> None:
    assert leaking(REGISTER, SCHEMAS) == []


def test_a_personal_field_in_a_public_topic_is_found() -> None:
    assert leaking(with_topic("claims", pii=False), SCHEMAS) == ["claims: claims"]
    bad = with_schema("matched", fields=[field("person_id", pii=True)])
    assert leaking(REGISTER, bad) == ["matched: matched"]


def test_the_state_of_a_reader_of_personal_topics_is_personal() -> None:
    for changelog in REGISTER.changelogs.values():
        read = [t for t in REGISTER.topics.values() if changelog.stage in t.readers]
        assert changelog.pii is any(topic.pii for topic in read)


def test_every_schema_has_a_topic_and_every_topic_its_schemas() -> None:
    assert misplaced(REGISTER, SCHEMAS) == []


def test_a_record_without_a_topic_or_a_schema_is_found() -> None:
    assert misplaced(with_topic("matched", records=("machted",)), SCHEMAS) == ["machted", "matched"]


def test_a_topic_is_named_after_its_first_record() -> None:
    for name, topic in REGISTER.topics.items():
        assert name == topic.records[0] or name == "actions"


def test_a_topic_we_read_outlives_its_dead_letters() -> None:
    assert forgetful(REGISTER) == []


def test_a_topic_that_forgets_before_its_dead_letters_is_found() -> None:
    assert forgetful(with_topic("records", retention_days=59)) == ["records"]


def test_one_stem_names_file_record_and_class() -> None:
    assert renamed(SCHEMAS) == []
    assert {schema.stem for schema in SCHEMAS.all} == KINDS.keys()


def test_a_record_with_another_name_than_its_file_is_found() -> None:
    assert renamed(with_schema("needs-note", name="NoteNeeded")) == ["needs-note.v1"]


def test_the_views_have_the_fields_of_the_journal() -> None:
    assert differing_views(SCHEMAS) == []


def test_a_view_with_another_field_is_found() -> None:
    assert differing_views(with_schema("unmatched", fields=[field("x")])) == ["unmatched"]


@pytest.mark.parametrize("schema", SCHEMAS.all, ids=lambda schema: schema.name)
def test_every_schema_has_a_typical_example_and_one_at_the_edge(schema: Schema) -> None:
    assert {"typical.json", "edge.json"} <= {path.name for path in examples(schema)}


@pytest.mark.parametrize("stem", sorted(STEMS))
def test_every_example_is_valid_for_its_class(stem: str) -> None:
    for path in examples(SCHEMAS.newest(stem)):
        as_struct(path, KINDS[stem])


def test_an_example_of_another_shape_is_refused(tmp_path: Path) -> None:
    example = tmp_path / "odd.json"
    example.write_text('{"event_id": "x", "day": "2025-05-30"}', encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match="day"):
        as_struct(example, DayClosed)
    example.write_text('{"event_id": "x", "day": 1, "dya": 1}', encoding="utf-8")
    with pytest.raises(AssertionError, match="other fields"):
        as_plain(example, SCHEMAS.newest("day-closed"))


@pytest.mark.parametrize("key", ["retention_day", "pii"])
def test_a_misspelt_or_missing_key_of_the_register_is_refused(key: str) -> None:
    plain = msgspec.to_builtins(REGISTER)
    entry = plain["topics"]["claims"]
    if entry.pop(key, None) is None:
        entry[key] = 400
    with pytest.raises(msgspec.ValidationError, match=key):
        msgspec.convert(plain, Register)


@pytest.mark.parametrize("service", BUILT)
def test_the_settings_of_a_service_agree_with_the_register(service: str) -> None:
    settings = importlib.import_module(f"services.{service}.settings")
    assert misrouted(REGISTER, service, settings.READS, settings.WRITES) == []


def test_a_service_that_reads_or_writes_something_else_is_found() -> None:
    assert misrouted(REGISTER, "ingest", ["matched", "import-reported"], []) == [
        "ingest reads matched",
        "ingest reads precheck-answered",
        "ingest writes actions",
        "ingest writes claims",
        "ingest writes dead-letters",
        "ingest writes precheck-asked",
        "ingest writes uploads",
    ]
