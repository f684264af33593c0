"""Real processes on a real broker: killed, stopped, rebalanced; nothing lost, nothing twice."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from deploy.local.kafka import Broker
from tests.support.kafka import produce, until
from tests.support.workers import Joined


@pytest.fixture
async def joined(kafka_brokers: str, tmp_path: Path) -> AsyncIterator[Joined]:
    group = Joined(kafka_brokers, tmp_path)
    await group.make_topics()
    yield group
    group.stop()


async def test_a_killed_worker_loses_nothing_and_repeats_nothing(joined: Joined) -> None:
    for attempt in range(3):
        member = joined.start("one", GOUJI_INSTANCE="one")
        feeding = asyncio.create_task(joined.feed(3000))

        async def moving(already: int = attempt * 3000) -> bool:
            return len(await joined.said()) > already

        await until(moving)
        member.send_signal(signal.SIGKILL)
        member.wait()
        await feeding
    joined.start("one", GOUJI_INSTANCE="one")
    await joined.all_said()


async def test_partitions_move_to_a_second_worker_and_back(joined: Joined) -> None:
    joined.start("one")
    await joined.feed(500)
    await joined.all_said()
    second = joined.start("two")
    await until(lambda: joined.owned("one") != [0, 1] and joined.owned("two") is not None)
    assert sorted([joined.owned("one"), joined.owned("two")], key=str) == [[0], [1]]
    await joined.feed(2000)
    await joined.all_said()
    second.send_signal(signal.SIGTERM)
    await joined.feed(2000)
    await joined.all_said()
    assert second.wait() == 0 and joined.owned("one") == [0, 1]


async def test_a_stop_commits_and_leaves_the_group_at_once(joined: Joined) -> None:
    first = joined.start("one", GOUJI_SESSION_S="30", GOUJI_COMMIT_AGE_S="20")
    await until(lambda: joined.owned("one") == [0, 1])
    await joined.feed(100)

    async def taken() -> bool:
        _, page = await joined.get("one", "/metrics")
        counts = [line.split()[-1] for line in page.splitlines() if "gouji_rows_total{" in line]
        return sum(map(float, counts)) == 200

    await until(taken)
    assert await joined.said() == [], "nothing is committed yet"
    first.send_signal(signal.SIGTERM)
    assert first.wait() == 0
    await joined.all_said()
    began = monotonic()
    joined.start("two", GOUJI_SESSION_S="30")
    await until(lambda: joined.owned("two") == [0, 1])
    assert monotonic() - began < 25, "the group did not wait for a session to end"


async def test_a_static_member_takes_its_partitions_back_before_its_session_ends(
    joined: Joined,
) -> None:
    settings = {"GOUJI_SESSION_S": "40", "GOUJI_INSTANCE": "one"}
    member = joined.start("one", **settings)
    await joined.feed(300)
    await joined.all_said()
    member.send_signal(signal.SIGKILL)
    member.wait()
    began = monotonic()
    await joined.feed(300)
    joined.start("one", **settings)
    await joined.all_said()
    assert monotonic() - began < 35


async def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(joined: Joined) -> None:
    joined.start("one")
    await produce(joined.brokers, [(joined.left, 0, b"k", b"\xff no list of rows")])
    await joined.feed(100)
    await joined.all_said()
    (letter,) = await joined.letters()
    assert letter["event_id"] == f"{joined.group}/{joined.left}/0/0"
    assert letter["reason"] == "Undecodable" and "no list" not in str(letter)


async def test_the_endpoint_shows_lag_and_age_of_each_partition(joined: Joined) -> None:
    joined.start("one")
    await joined.feed(100)
    await joined.all_said()
    assert (await joined.get("one", "/readyz"))[0] == 200
    assert (await joined.get("one", "/healthz"))[0] == 200

    async def settled() -> bool:
        _, page = await joined.get("one", "/metrics")
        labels = [f'{{partition="{n}",stage="{joined.group}"}} 0.0' for n in (0, 1)]
        names = ("gouji_lag_seconds", "gouji_commit_age_seconds")
        return all(name + label in page for name in names for label in labels)

    await until(settled)


async def test_a_broker_that_stops_and_starts_is_waited_for(kafka: Broker, tmp_path: Path) -> None:
    group = Joined(kafka.address, tmp_path)
    try:
        await group.make_topics()
        started = 0

        def keep_one_running() -> None:
            """As a supervisor does."""
            nonlocal started
            if not group.members or group.members[-1].poll() is not None:
                started += 1
                group.start("one", GOUJI_INSTANCE="one")

        keep_one_running()
        await group.feed(1000)
        await group.all_said()
        kafka.stop()
        kafka.start()
        await group.feed(1000)

        async def all_there() -> bool:
            keep_one_running()
            return len(await group.said()) >= 2000

        await until(all_there, 120)
        await group.all_said()
        assert started < 20
    finally:
        group.stop()
