"""Compares topics with a cluster and makes them agree, except where that could lose or mix data."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    LeaderNotAvailableError,
    UnknownTopicOrPartitionError,
    for_code,
)

from pipeline.errors import BrokerUnavailable
from pipeline.topics import Wanted

SETTLED_TRIES, SETTLED_PAUSE_S = 150, 0.1
_SET_ON_THE_TOPIC = 1  # config source DYNAMIC_TOPIC_CONFIG
_ADVICE = {
    "partitions": (
        "not changed: keys would move to other partitions, away from their state. "
        "To change it, stop the services, make new topics, and replay."
    ),
    "replication": "not changed: move replicas with kafka-reassign-partitions.",
}


@dataclass(frozen=True)
class Found:
    """How a topic is on the cluster: counts, all settings, and those set on the topic itself."""

    partitions: int
    replication: int
    settings: Mapping[str, str]
    own_settings: Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """One difference of a topic; ``what`` is topic, partitions, replication or a setting."""

    topic: str
    what: str
    found: str
    wanted: str

    @property
    def advice(self) -> str | None:
        """What to do, where we must not do it ourselves."""
        return _ADVICE.get(self.what)


def differences(wanted: Wanted, found: Found | None) -> Iterator[Difference]:
    """In what the cluster's topic differs from the wanted one; nothing when they agree."""
    if found is None:
        yield Difference(wanted.name, "topic", "missing", f"{wanted.partitions} partitions")
        return
    counts = (
        ("partitions", found.partitions, wanted.partitions),
        (
            "replication",
            found.replication,
            wanted.replication,
        ),
    )
    for what, is_now, should_be in counts:
        if is_now != should_be:
            yield Difference(wanted.name, what, str(is_now), str(should_be))
    for name, value in wanted.settings.items():
        if found.settings.get(name) != value:
            yield Difference(wanted.name, name, found.settings.get(name, ""), value)


def _checked(code: int, topic: str) -> None:
    if code:
        raise for_code(code)(topic)


async def _look(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, Found]:
    """The topics of these names that exist."""
    # Asking for a topic by name would make it, where a cluster makes topics by itself.
    existing = [name for name in await admin.list_topics() if name in set(names)]
    if not existing:
        return {}
    counts: dict[str, tuple[int, int]] = {}
    for topic in await admin.describe_topics(existing):
        _checked(topic["error_code"], topic["topic"])
        partitions = topic["partitions"]
        counts[topic["topic"]] = len(partitions), len(partitions[0]["replicas"])
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in existing]
    found = {}
    for response in await admin.describe_configs(asked):
        for code, _, _, name, entries in response.resources:
            _checked(code, name)
            every = {entry[0]: entry[1] for entry in entries}
            own = {entry[0]: entry[1] for entry in entries if entry[3] == _SET_ON_THE_TOPIC}
            found[name] = Found(*counts[name], every, own)
    return found


async def _make(admin: AIOKafkaAdminClient, topic: Wanted) -> None:
    response = await admin.create_topics(
        [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=topic.replication,
                topic_configs=dict(topic.settings),
            )
        ]
    )
    for name, code, *_ in response.topic_errors:
        _checked(code, name)


async def _alter(admin: AIOKafkaAdminClient, topic: Wanted, found: Found) -> None:
    # AlterConfigs replaces all that was set on the topic, so what others set goes along unchanged.
    settings: dict[str, Any] = {**found.own_settings, **topic.settings}
    responses = await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic.name, settings)]
    )
    for response in responses:
        for code, _, _, name in response.resources:
            _checked(code, name)


def _changeable(wanted: Sequence[Wanted], found: Mapping[str, Found]) -> bool:
    """Whether anything differs that we may change."""
    every = (one for topic in wanted for one in differences(topic, found.get(topic.name)))
    return any(one.advice is None for one in every)


async def _settled(admin: AIOKafkaAdminClient, wanted: Sequence[Wanted]) -> None:
    """Wait until the brokers show what was done: a service that starts next must find its topics.

    Raises KafkaTimeoutError.
    """
    for _ in range(SETTLED_TRIES):
        try:
            if not _changeable(wanted, await _look(admin, [topic.name for topic in wanted])):
                return
        except (UnknownTopicOrPartitionError, LeaderNotAvailableError):
            pass  # some brokers know it, some do not yet
        await asyncio.sleep(SETTLED_PAUSE_S)
    raise KafkaTimeoutError("the brokers do not show what they accepted")


async def _agree(admin: AIOKafkaAdminClient, wanted: Sequence[Wanted], change: bool) -> int:
    found = await _look(admin, [topic.name for topic in wanted])
    left = 0
    for topic in wanted:
        there = found.get(topic.name)
        differing = list(differences(topic, there))
        changeable = [one for one in differing if one.advice is None]
        if change and there is None:
            await _make(admin, topic)
        elif change and there is not None and changeable:
            await _alter(admin, topic, there)
        for one in differing:
            done = change and one.advice is None
            left += not done
            print(f"{one.topic}: {one.what} {one.found} -> {one.wanted}", end="")
            print(f" ({'done' if done else one.advice or 'differs'})")
    if change:
        await _settled(admin, wanted)
    if not left:
        print(f"{len(wanted)} topics agree with schemas/topics.toml")
    return 1 if left else 0


async def agree(brokers: str, wanted: Sequence[Wanted], *, change: bool) -> int:
    """Print what differs and, with ``change``, make it so. 0 when all agree afterwards, else 1.

    75 when no broker answers. Partition and replica counts are never changed, only named.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers, request_timeout_ms=15_000)
    try:
        await admin.start()
        return await _agree(admin, wanted, change)
    except KafkaError as problem:
        print(f"{brokers}: {type(problem).__name__} {problem}", file=sys.stderr)
        return BrokerUnavailable.exit_code
    finally:
        await admin.close()
