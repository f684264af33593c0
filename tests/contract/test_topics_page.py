"""docs/topics.md says what the contracts say."""

from pipeline.topics import ROOT, main
from pipeline.topics_page import page, page_of_this_project
from tests.support.contracts import REGISTER, SCHEMAS


def test_the_page_is_the_one_rendered_from_the_contracts() -> None:
    written = (ROOT / "docs" / "topics.md").read_text(encoding="utf-8")
    assert written == page_of_this_project(), "run `make docs`"


def test_render_writes_the_page(tmp_path: object) -> None:
    into = f"{tmp_path}/docs/topics.md"
    assert main(["render", "--into", into], {}) == 0
    with open(into, encoding="utf-8") as written:
        assert written.read() == page_of_this_project()


def test_a_service_that_does_not_exist_yet_is_shown_as_waiting() -> None:
    rendered = page(REGISTER, SCHEMAS, built=["ingest", "match"])
    assert "| `loose` | loose | match | elsewhere (*waiting*) |" in rendered
    assert "| `claims` | claims, day-closed | ingest | validate (*waiting*) |" in rendered


def test_every_topic_and_every_field_is_on_the_page() -> None:
    rendered = page_of_this_project()
    for name in (*REGISTER.topics, *REGISTER.changelogs):
        assert f"| `{name}` |" in rendered
    for schema in SCHEMAS.all:
        for record in schema.records:
            assert f"### {record}\n" in rendered
            assert all(f"| `{field}` |" in rendered for field in schema.fields(record))
