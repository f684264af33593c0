"""The command's settings and what it calls a difference; the cluster itself is for integration."""

import pytest

from pipeline.topics import Register, Wanted, main
from pipeline.topics_admin import Difference, Found, differences

WANTED = Wanted("claims", 4, 1, {"cleanup.policy": "delete", "retention.ms": "60000"})


def found(partitions: int = 4, replication: int = 1, **settings: str) -> Found:
    every = {"cleanup.policy": "delete", "retention.ms": "60000", **settings}
    return Found(partitions, replication, every, settings)


def test_a_topic_as_it_should_be_has_no_difference() -> None:
    assert list(differences(WANTED, found(other="x"))) == []


def test_a_missing_topic_is_one_difference() -> None:
    assert list(differences(WANTED, None)) == [
        Difference("claims", "topic", "missing", "4 partitions")
    ]


def test_counts_come_with_advice_and_settings_do_not() -> None:
    odd = list(differences(WANTED, found(3, 2, **{"retention.ms": "1"})))
    assert [(one.what, one.found, one.wanted) for one in odd] == [
        ("partitions", "3", "4"),
        ("replication", "2", "1"),
        ("retention.ms", "1", "60000"),
    ]
    assert [one.advice is not None for one in odd] == [True, True, False]


def test_co_partitioned_topics_have_the_common_number_of_partitions() -> None:
    assert {topic.partitions for topic in Register.read().wanted(7, 3)} == {7}
    assert {topic.settings["min.insync.replicas"] for topic in Register.read().wanted(7, 3)} == {
        "2"
    }


@pytest.mark.parametrize(
    "environment, named",
    [
        ({}, "KAFKA_BROKERS"),
        ({"KAFKA_BROKERS": "x:1", "GOUJI_PARTITIONS": "four"}, "GOUJI_PARTITIONS"),
        ({"KAFKA_BROKERS": "x:1", "GOUJI_REPLICATION": "0"}, "GOUJI_REPLICATION"),
    ],
)
def test_a_missing_or_wrong_setting_is_named(
    environment: dict[str, str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"], environment) == 78
    assert named in capsys.readouterr().err


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"], {})
    assert end.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert all(word in said for word in ("apply", "check", "render", "Exit codes", "75", "78"))
