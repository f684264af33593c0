"""Log lines are JSON and carry registered fields only."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from pipeline.logs import start_logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_json_with_service_event_and_address(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start_logs("match")("set aside", topic="records", partition=3, offset=17)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "set aside" and line["service"] == "match"
    assert (line["topic"], line["partition"], line["offset"]) == ("records", 3, 17)


def test_a_field_that_is_not_registered_is_withheld(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs("match")("taken", person="A123456789")
    text = capsys.readouterr().err
    assert "A123456789" not in text and json.loads(text)["person"] == "(withheld)"


def test_a_librarys_arguments_are_not_filled_in(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs("match")
    try:
        raise ValueError("A123456789")
    except ValueError:
        logging.getLogger("some.library").exception("cannot handle %r", "A123456789")
    logging.getLogger("some.library").info("not even shown")
    text = capsys.readouterr().err
    line = json.loads(text)
    assert "A123456789" not in text
    assert line["event"] == "cannot handle %r" and line["reason"] == "ValueError"
    assert line["level"] == "error" and line["logger"] == "some.library"
