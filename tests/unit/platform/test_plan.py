"""What each service of the embedded stack is told."""

from pathlib import Path

import pytest

from deploy.local.plan import Plan


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("KAFKA_BROKERS", "DATABASE_URL", "GOUJI_PARTITIONS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_servers_of_yours_are_used_instead_of_ours(tmp_path: Path) -> None:
    yours = {"KAFKA_BROKERS": "mine:9092", "DATABASE_URL": "postgresql://mine"}
    plan = Plan.make(tmp_path, "mark", yours)
    assert (plan.kafka_brokers, plan.database_url) == ("mine:9092", "postgresql://mine")
    assert plan.given_kafka and plan.given_database


def test_an_empty_address_is_none(tmp_path: Path) -> None:
    plan = Plan.make(tmp_path, "mark", {"KAFKA_BROKERS": "", "DATABASE_URL": ""})
    assert plan.kafka_brokers.startswith("127.0.0.1:")
    assert "@127.0.0.1:" in plan.database_url


def test_a_service_is_told_everything_it_needs(tmp_path: Path, env: pytest.MonkeyPatch) -> None:
    told = Plan.make(tmp_path, "mark", {}).environment("match")
    assert told["GOUJI_INSTANCE"] == "match-0"
    assert told["GOUJI_PARTITIONS"] == "4"
    assert told["GOUJI_STACK_ID"] == "mark"
    for name in ("KAFKA_BROKERS", "DATABASE_URL", "GOUJI_STATE_DIR", "GOUJI_METRICS_PORT"):
        assert told[name]
    assert told["GOUJI_SEAL_KEY"]


def test_what_the_person_set_wins(tmp_path: Path, env: pytest.MonkeyPatch) -> None:
    env.setenv("GOUJI_PARTITIONS", "12")
    assert Plan.make(tmp_path, "mark", {}).environment("match")["GOUJI_PARTITIONS"] == "12"


def test_a_program_never_shows_its_environment(tmp_path: Path, env: pytest.MonkeyPatch) -> None:
    plan = Plan.make(tmp_path, "mark", {})
    secret = plan.environment("match")["GOUJI_SEAL_KEY"]
    assert secret not in repr(plan.python("match", "services.match"))


def test_notify_is_told_of_the_simulators(tmp_path: Path, env: pytest.MonkeyPatch) -> None:
    plan = Plan.make(tmp_path, "mark", {})
    told, simulator = plan.environment("notify-sender"), plan.environment("line-simulator")
    commands = dict(plan.simulators())
    assert told["GOUJI_LINE_BASE_URL"] == plan.page("line-simulator")
    assert told["GOUJI_PUBLIC_URL"] == plan.page("notify")
    assert f"{plan.page('notify')}/line/webhook" in commands["line-simulator"]
    assert told["GOUJI_SMTP_CA_FILE"] in commands["mail-inbox"]
    assert told["GOUJI_SMTP_URL"].rpartition(":")[2] in commands["mail-inbox"]
    for name in ("GOUJI_LINE_CHANNEL_SECRET", "GOUJI_LINE_CHANNEL_TOKEN"):
        assert told[name] == simulator[name], "it signs with one and asks for the other"


def test_every_door_has_a_page_of_its_own(tmp_path: Path, env: pytest.MonkeyPatch) -> None:
    doors = Plan.make(tmp_path, "mark", {}).doors
    assert set(doors) == {"ingest", "notify", "line-simulator", "mail-inbox"}
    assert len(set(doors.values())) == 4
