"""What is deleted after its days, and what is kept: on a real Postgres."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from services.notify import chats, forgetting
from services.notify.forgetting import Keep, forget
from tests.support.sending import CLINIC, Post, Store, a_post, a_store

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEEP = Keep(calls=90, messages=200, people=300)
MESSAGES = ("deliveries", "delivery_notices", "digests", "notices", "notice_cases")
PEOPLE = ("chats", "chat_lines", "applications", "bindings", "contacts")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    async with a_store(database_url, "notify_forgetting") as store:
        yield store


@pytest_asyncio.fixture(loop_scope="module")
async def post(store: Store) -> AsyncIterator[Post]:
    url, pool = store
    async with a_post(pool, url) as post:
        yield post


async def rows(post: Post, *tables: str) -> dict[str, int]:
    counts = {
        table: await post.pool.fetchval(f"select count(*) from notify.{table}") for table in tables
    }
    return {table: count for table, count in counts.items() if count}


async def after(post: Post, days: int) -> None:
    await forget(post.pool, KEEP, post.now + timedelta(days=days))


async def test_messages_calls_and_facts_go_each_after_its_days(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)  # in several steps
    for name, facility in (("wang", CLINIC), ("chen", "3501340015")):
        await post.friend(name, facility)
        await post.notice(2, facility=facility)
    await post.run()
    await post.pool.execute("update notify.facts set published_at = $1", post.now)
    await post.pool.execute("update notify.line_calls set at = $1", post.now)
    before = await rows(post, *MESSAGES)

    await after(post, 29)
    assert await rows(post, "facts", "line_calls") == {"facts": 2, "line_calls": 2}
    await after(post, 89)
    assert await rows(post, "facts", "line_calls") == {"line_calls": 2}
    await after(post, 199)
    assert await rows(post, *MESSAGES, "line_calls") == before
    await after(post, 201)
    assert await rows(post, *MESSAGES) == {}


async def test_what_is_parked_or_still_waits_stays_with_what_it_says(post: Post) -> None:
    await post.friend("wang")
    await post.notice(2)
    await post.run()
    await post.pool.execute("update notify.deliveries set state = 'parked'")
    await post.notice(1, kind="upload_due")
    before = await rows(post, *MESSAGES)

    await after(post, 1000)

    assert await rows(post, *MESSAGES) == before


async def test_who_left_is_forgotten_and_who_is_bound_is_not(post: Post) -> None:
    stays = await post.friend("wang", email="wang@clinic.invalid")
    leaves = await post.friend("chen", email="chen@clinic.invalid")
    async with post.pool.acquire() as connection:
        for user, is_over in ((stays, False), (leaves, True)):
            chat = await chats.begin(connection, user, post.now)
            await chats.note(connection, post.sealer, chat, chats.USER, "請問期限？", post.now)
            if is_over:
                await chats.close(connection, chat, post.now)
        await connection.execute("update notify.applications set decided_at = $1", post.now)
        await connection.execute(
            "update notify.bindings set unbound_at = $2 where user_id = $1", leaves, post.now
        )
        await connection.execute(
            "update notify.contacts k set removed_at = $2 from notify.bindings b"
            " where b.contact_id = k.contact_id and b.user_id = $1",
            leaves,
            post.now,
        )

    await after(post, 299)
    assert await rows(post, *PEOPLE) == dict.fromkeys(PEOPLE, 2)
    await after(post, 301)
    assert await rows(post, *PEOPLE) == dict.fromkeys(PEOPLE, 1)
    assert await post.pool.fetchval("select user_id from notify.bindings") == stays
