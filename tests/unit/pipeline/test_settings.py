"""Settings are read once, complain all at once, and never show a secret."""

import pytest

from pipeline.errors import BadSettings
from pipeline.settings import Settings, count, render_markdown, seconds, setting
from pipeline.worker_settings import WorkerSettings


class Small(Settings):
    brokers: str = setting(None, str, "Where Kafka is.", env="KAFKA_BROKERS")
    commit_age_s: float = setting("0.1", seconds, "Age of a commit.")
    rows: int = setting("10", count, "Rows.")
    seal_key: bytes = setting(None, bytes.fromhex, "A key.", secret=True)


GOOD = {"KAFKA_BROKERS": "there:9092", "GOUJI_SEAL_KEY": "c0ffee", "GOUJI_ROWS": "7"}


def test_variables_are_parsed_and_defaults_fill_the_rest() -> None:
    read = Small.read(GOOD)
    assert (read.brokers, read.commit_age_s, read.rows) == ("there:9092", 0.1, 7)
    assert read.seal_key == b"\xc0\xff\xee"


def test_every_bad_variable_is_named_at_once_and_no_secret_is_shown() -> None:
    with pytest.raises(BadSettings) as bad:
        Small.read({"GOUJI_COMMIT_AGE_S": "-1", "GOUJI_ROWS": "many", "GOUJI_SEAL_KEY": "hidden!"})
    text = str(bad.value)
    for name in ("KAFKA_BROKERS", "GOUJI_COMMIT_AGE_S", "GOUJI_ROWS", "GOUJI_SEAL_KEY"):
        assert name in text
    assert "hidden" not in text


def test_a_secret_is_masked_wherever_settings_are_printed() -> None:
    read = Small.read(GOOD)
    assert "c0ffee" not in repr(read) and "\\xc0" not in repr(read) and "***" in str(read)
    assert read.shown()["KAFKA_BROKERS"] == "there:9092"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Small.read({**GOOD, "GOUJI_ROWS": ""}).rows == 10


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Small.read(GOOD).rows = 8  # type: ignore[misc]


def test_the_page_has_a_row_for_every_variable() -> None:
    page = render_markdown([("small", Small)])
    assert "| `GOUJI_ROWS` | `10` | Rows. |" in page
    assert "| `GOUJI_SEAL_KEY` | (secret, must be set) | A key. |" in page
    assert "| `KAFKA_BROKERS` | (must be set) |" in page


def test_the_workers_defaults_are_good_settings() -> None:
    read = WorkerSettings.read({"KAFKA_BROKERS": "there:9092"})
    assert read.limits().commit_age_s == 0.1 and read.limits().sweep_books == 2000
    assert read.metrics_host == "127.0.0.1"
