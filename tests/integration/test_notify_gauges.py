"""What the sender shows of queues that others keep: on a real Postgres."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.notify.business_clock import Moment
from services.notify.sender_metrics import look_at_queues
from tests.support.sending import TODAY, Post, Store, a_post, a_store

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    async with a_store(database_url, "notify_gauges") as store:
        yield store


@pytest_asyncio.fixture(loop_scope="module")
async def post(store: Store) -> AsyncIterator[Post]:
    url, pool = store
    async with a_post(pool, url) as post:
        yield post


async def shown(post: Post) -> tuple[float, float]:
    """Ages of the journal and of the oldest event, seconds."""
    await look_at_queues(post.pool, post.meter, Moment(post.now, TODAY, 600))
    values = dict(
        line.rsplit(" ", 1) for line in post.meter.page().decode().splitlines() if line[0] != "#"
    )
    return (
        float(values["gouji_notify_journal_age_seconds"]),
        float(values["gouji_line_webhook_oldest_event_seconds"]),
    )


async def test_the_ages_of_the_journal_and_of_the_webhook_are_those_of_the_oldest(
    post: Post,
) -> None:
    await post.pool.execute("truncate notify.reading, notify.webhook_events")
    assert await shown(post) == (0.0, 0.0)
    await post.pool.execute(
        "insert into notify.reading values (0, now()), (1, now() - interval '90 s')"
    )
    await post.pool.execute(
        "insert into notify.webhook_events (webhook_event_id, user_id, kind, timestamp_ms,"
        " is_redelivery, body_sealed, received_at, done_at) values"
        " ('e1', 'u', 'follow', 1, false, '', now() - interval '900 s', now()),"
        " ('e2', 'u', 'follow', 2, false, '', now() - interval '70 s', null)"
    )
    journal, event = await shown(post)
    assert 90 <= journal < 100 and 70 <= event < 80
    await post.pool.execute("update notify.reading set until = '-infinity' where partition = 1")
    assert (await shown(post))[0] > 1e9
