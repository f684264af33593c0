"""`python -m pipeline.topics` makes a real cluster agree with the register, or refuses."""

import asyncio
import dataclasses
import secrets

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.ports import free_port
from pipeline.topics import Register, Wanted
from pipeline.topics_admin import agree


@pytest.fixture
def wanted() -> list[Wanted]:
    """All topics of the register under names of their own: the broker is shared."""
    prefix = secrets.token_hex(4)
    return [
        dataclasses.replace(topic, name=f"{prefix}-{topic.name}")
        for topic in Register.read().wanted(partitions=3, replication=1)
    ]


async def settings_of(brokers: str, topic: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    await admin.close()
    return {entry[0]: entry[1] for entry in answers[0].resources[0][4]}


async def set_by_somebody(brokers: str, topic: str, settings: dict[str, str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])
    await admin.close()
    async with asyncio.timeout(30):
        while not settings.items() <= (await settings_of(brokers, topic)).items():
            pass  # the broker has accepted it and does not show it yet


async def test_apply_makes_every_topic_and_check_then_agrees(
    kafka_brokers: str, wanted: list[Wanted], capsys: pytest.CaptureFixture[str]
) -> None:
    assert await agree(kafka_brokers, wanted, change=False) == 1
    assert capsys.readouterr().out.count("topic missing -> 3 partitions (differs)") == len(wanted)

    assert await agree(kafka_brokers, wanted, change=True) == 0
    assert capsys.readouterr().out.count("topic missing -> 3 partitions (done)") == len(wanted)

    assert await agree(kafka_brokers, wanted, change=False) == 0
    assert "topics agree" in capsys.readouterr().out
    changelog = await settings_of(kafka_brokers, wanted[-1].name)
    assert changelog["cleanup.policy"] == "compact"
    assert changelog["delete.retention.ms"] == str(7 * 86_400_000)


async def test_a_setting_that_differs_is_altered_and_others_are_left_alone(
    kafka_brokers: str, wanted: list[Wanted], capsys: pytest.CaptureFixture[str]
) -> None:
    topic = wanted[0]
    await agree(kafka_brokers, [topic], change=True)
    await set_by_somebody(
        kafka_brokers, topic.name, {**topic.settings, "retention.ms": "60000", "segment.ms": "7"}
    )
    capsys.readouterr()

    assert await agree(kafka_brokers, [topic], change=False) == 1
    asked = topic.settings["retention.ms"]
    assert f"retention.ms 60000 -> {asked} (differs)" in capsys.readouterr().out
    assert await agree(kafka_brokers, [topic], change=True) == 0
    assert await agree(kafka_brokers, [topic], change=False) == 0
    assert (await settings_of(kafka_brokers, topic.name))["segment.ms"] == "7"


async def test_a_partition_count_is_never_changed(
    kafka_brokers: str, wanted: list[Wanted], capsys: pytest.CaptureFixture[str]
) -> None:
    topic = wanted[0]
    await agree(kafka_brokers, [topic], change=True)
    more = dataclasses.replace(topic, partitions=6)

    for _ in range(2):
        capsys.readouterr()
        assert await agree(kafka_brokers, [more], change=True) == 1
        said = capsys.readouterr().out
        assert "partitions 3 -> 6 (not changed" in said and "replay" in said


async def test_a_broker_that_is_not_there_is_said(
    wanted: list[Wanted], capsys: pytest.CaptureFixture[str]
) -> None:
    assert await agree(f"127.0.0.1:{free_port()}", wanted, change=True) == 75
    assert "KafkaConnectionError" in capsys.readouterr().err
