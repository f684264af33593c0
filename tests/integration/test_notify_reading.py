"""Digests wait for a planner that has not read the journal; what waited for days is not said twice;
a doubt ends with LINE's count."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

import pytest
import pytest_asyncio

from deploy.line_simulator.faults import Kind
from services.notify.reading import tell_reading
from tests.support.sending import Post, Store, a_post, a_store

pytestmark = pytest.mark.asyncio(loop_scope="module")
PARTITIONS = 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    async with a_store(database_url, "notify_reading") as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def post(store: Store) -> AsyncIterator[Post]:
    url, pool = store
    async with a_post(pool, url) as made:
        await pool.execute("truncate notify.reading")
        yield made


async def told(post: Post, behind_s: Mapping[int, float]) -> None:
    """A planner tells once how far its partitions are behind."""
    seen = asyncio.Event()

    def behind() -> Mapping[int, float]:
        if asked:
            seen.set()
        asked.append(1)
        return behind_s

    asked: list[int] = []
    telling = asyncio.create_task(tell_reading(post.pool, PARTITIONS, behind))
    await seen.wait()
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling


@pytest.mark.parametrize("behind", [{0: 0.0, 1: 60.0}, {0: 0.0}])
async def test_a_digest_waits_until_every_partition_is_read(
    post: Post, behind: dict[int, float]
) -> None:
    user = await post.friend("wang")
    await post.notice()
    await told(post, behind)

    await post.run()
    assert post.phone(user) == [] and await post.deliveries("state") == [("ready",)]

    await told(post, {0: 0.0, 1: 0.1})
    await post.run()
    assert len(post.phone(user)) == 1


async def test_a_message_in_doubt_costs_what_line_counted_in_the_end(post: Post) -> None:
    await post.friend("wang")
    await post.friend("chen")
    cases = await post.notice()
    # One is taken, the other is not; of neither LINE says so.
    post.line.faults.add(Kind.RESET_AFTER, times=1)
    post.line.faults.add(Kind.RESET_BEFORE, times=1)
    await post.run()
    await post.matched(*cases)
    post.later(seconds=61)
    await post.run()

    async with post.sender(GOUJI_QUOTA_COUNTED_S="600") as sender:
        assert await sender.reconcile()
        assert await post.used() == 2, "LINE may not have counted it yet"
        post.later(seconds=601)
        for _ in range(2):
            assert await sender.reconcile()
            assert await post.used() == 1


async def test_what_waited_until_a_newer_notice_says_the_same_is_not_said(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice(due_in=3)
    async with post.sender() as sender:
        await sender.prepare()
    post.later(hours=48)
    # One day before the deadline: another notice of the same cases.
    await post.pool.execute(
        "insert into notify.notices select (jsonb_populate_record(n, jsonb_build_object("
        "'notice_id', 'newer', 'state', 'planned', 'digest_id', null, 'planned_on',"
        " planned_on + 2))).* from notify.notices n"
    )
    await post.pool.execute(
        "insert into notify.notice_cases select 'newer', case_id from notify.notice_cases"
    )

    await post.run()

    assert len(post.phone(user)) == 1
    assert sorted(await post.told()) == [("cancelled", "line", "superseded"), ("sent", "line", "")]
