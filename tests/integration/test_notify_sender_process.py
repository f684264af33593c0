"""The sender as a process: killed in the middle of a call, two at once, and its facts on Kafka."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from deploy.line_simulator.faults import Kind
from deploy.mail_inbox import mails
from pipeline.producer import Producer
from pipeline.topics import ROOT
from services.notify.database import opened
from services.notify.relay import TOPIC, relay_some
from tests.support.contracts import CODEC
from tests.support.kafka import committed, make_topics, until
from tests.support.notices import new_database
from tests.support.sending import TEN, TODAY, Post, a_post

pytestmark = pytest.mark.asyncio(loop_scope="module")
PARTITIONS, OTHER = 4, "3501340015"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def post(brokers: str, database_url: str) -> AsyncIterator[Post]:
    await make_topics(brokers, {TOPIC: {}}, PARTITIONS)
    url = await new_database(database_url, "notify_sender_process")
    pool = await opened(url, 4)
    async with a_post(pool, url) as post:
        # Windows are open all day: the wall clock of the process is not ours to set.
        await pool.execute(
            "insert into notify.milestones (cause, day) values ('day-closed/x', $1)", TODAY - 1
        )
        yield post
    await pool.close()


class Process:
    """One sender; its metrics port is read from its log."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process, self._log = process, log

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)

    def end(self) -> int:
        """By SIGTERM; its exit code."""
        self.process.terminate()
        return self.process.wait(20)

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._log.read_text().splitlines() if line]

    def port(self) -> int | None:
        found = (line["port"] for line in self.lines() if line["event"] == "metrics")
        port = next(found, None)
        return port if isinstance(port, int) else None


@asynccontextmanager
async def a_process(
    post: Post, brokers: str, folder: Path, name: str = "sender"
) -> AsyncIterator[Process]:
    log = folder / f"{name}.log"
    settings = post.environment(
        KAFKA_BROKERS=brokers,
        GOUJI_PARTITIONS=str(PARTITIONS),
        GOUJI_BUSINESS_DAY="after-last-closed",
        GOUJI_GATHER_S="0.01",
        GOUJI_CALL_LEASE_S="1",
        GOUJI_MAIL_ANSWER_S="5",
        GOUJI_LINE_TIMEOUT_S="10",
        GOUJI_RETRY_FIRST_S="0.1",
    )
    with log.open("wb") as where:
        command = (sys.executable, "-m", "services.notify", "sender")
        process = Process(
            subprocess.Popen(command, env={**os.environ, **settings}, cwd=ROOT, stderr=where), log
        )
    try:
        yield process
    finally:
        process.kill()


def pushes(post: Post) -> list[int]:
    """The answers so far."""
    return [call.status for call in post.line.calls if call.endpoint == "message/push"]


async def ended(post: Post, state: str, number: int) -> None:
    async def have() -> bool:
        query = "select count(*) from notify.deliveries where state = $1"
        return bool(await post.pool.fetchval(query, state) == number)

    await until(have, 30)


async def test_killed_between_call_and_commit_line_hears_the_key_again_and_mail_a_person(
    post: Post, brokers: str, tmp_path: Path
) -> None:
    user, _ = await post.friend("wang"), await post.contact("desk@clinic.invalid", OTHER)
    post.line.faults.add(Kind.TIMEOUT_AFTER, "message/push", times=1, seconds=60)
    post.inbox.fail(mails.SLOW, times=1)
    post.inbox.mailbox.slow_s = 60
    await post.notice(3)
    await post.notice(facility=OTHER)

    async with a_process(post, brokers, tmp_path) as first:
        await until(lambda: len(pushes(post)) == len(post.inbox.mails) == 1, 30)
        assert await post.deliveries("state") == [("calling",), ("calling",)]
        first.kill()
    # Their leases are over.
    await post.pool.execute("update notify.deliveries set not_before = $1", TEN)
    async with a_process(post, brokers, tmp_path, "second") as second:
        await ended(post, "sent", 1)
        await ended(post, "parked", 1)
        assert second.end() == 0

    assert len(post.phone(user)) == 1 and len(post.inbox.mails) == 1
    assert pushes(post)[1:] == [409]
    rows = await post.deliveries("channel", "state", "attempts", "accepted_request_id")
    assert sorted(rows) == [
        ("email", "parked", 1, ""), ("line", "sent", 2, post.line.received(user)[0].request_id),
    ]  # fmt: skip
    assert post.line.violations == []


async def test_two_processes_send_everything_once_and_tell_it(
    post: Post, brokers: str, tmp_path: Path
) -> None:
    facilities = [f"35014{number:05}" for number in range(40)]
    users = [await post.friend(facility, facility) for facility in facilities]
    post.line.faults.add(Kind.ERROR_AFTER, probability=0.2)
    post.line.faults.add(Kind.RESET_AFTER, probability=0.2)
    for facility in facilities:
        await post.notice(facility=facility)

    async with (
        a_process(post, brokers, tmp_path, "one") as one,
        a_process(post, brokers, tmp_path, "two") as two,
    ):
        await ended(post, "sent", 41)
        await until(lambda: _all_published(post), 20)
        port = one.port()
        assert port is not None
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            ready, metrics = await http.get("/readyz"), (await http.get("/metrics")).text
        assert ready.status_code == 200
        assert 'gouji_line_answers_total{endpoint="message/push"' in metrics
        assert "gouji_notify_oldest_delivery_seconds " in metrics
        # One of them publishes; when it is gone, the other.
        (relay,) = [process for process in (one, two) if _relays(process)]
        relay.kill()
        other = two if relay is one else one
        await until(lambda: _relays(other), 20)
        assert other.end() == 0

    post.line.faults.clear()
    assert [len(post.phone(user)) for user in users] == [1] * 40
    assert post.line.violations == []
    on_topic = [CODEC.decode(value) for _, value in (await committed(brokers, [TOPIC], 4))[TOPIC]]
    assert {fact.event_id for fact in on_topic} == {fact.event_id for fact in await post.facts()}
    no_person = b"".join(CODEC.encode(fact) for fact in on_topic)
    assert not any(user.encode() in no_person for user in users)


async def _all_published(post: Post) -> bool:
    waiting = "select count(*) from notify.facts where published_at is null"
    return bool(await post.pool.fetchval(waiting) == 0)


async def test_facts_keep_their_order_and_a_repeat_is_the_same(post: Post, brokers: str) -> None:
    for number in range(1200):
        await post.pool.execute(
            "insert into notify.facts (event_id, key, value) values ($1, $2, $3)",
            f"order/{number}", f"facility-{number % 7}", str(number).encode(),
        )  # fmt: skip

    async def relay() -> list[int]:
        async with Producer(brokers) as producer, post.pool.acquire() as connection:
            return [await relay_some(connection, producer, PARTITIONS, TEN) for _ in range(4)]

    assert await relay() == [500, 500, 200, 0]
    await post.pool.execute("update notify.facts set published_at = null where number % 2 = 0")
    await relay()

    seen: dict[bytes, list[int]] = {}
    for key, value in (await committed(brokers, [TOPIC], 4))[TOPIC]:
        if key.startswith(b"facility-"):
            seen.setdefault(key, []).append(int(value))
    for numbers in seen.values():
        first = list(dict.fromkeys(numbers))
        assert first == sorted(first)
    assert len({number for numbers in seen.values() for number in numbers}) == 1200


def _relays(process: Process) -> bool:
    return any(line["event"] == "relay begins" for line in process.lines())
