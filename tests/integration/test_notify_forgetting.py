"""What is deleted after its days, and what is kept: on a real Postgres."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from services.notify import chats, forgetting
from services.notify.forgetting import Keep, forget
from tests.support.sending import CLINIC, Post, Store, a_post, a_store

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEEP = Keep(calls=90, messages=200, people=300, left=180, unconfirmed=30)
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


async def test_who_blocked_the_account_unbound_is_forgotten_with_everything(post: Post) -> None:
    bound = await post.friend("wang", email="wang@clinic.invalid", follows=False)
    gone = await post.friend("chen", email="chen@clinic.invalid", follows=False)
    back = await post.friend("lin", email="lin@clinic.invalid")
    async with post.pool.acquire() as connection:
        await connection.execute("update notify.users set first_seen_at = $1", post.now)
        chat = await chats.begin(connection, gone, post.now)
        await chats.note(connection, post.sealer, chat, chats.USER, "請問期限？", post.now)
        await connection.execute(
            "update notify.bindings set unbound_at = $2 where user_id = any($1)",
            [gone, back],
            post.now,
        )

    await after(post, 179)
    assert (await rows(post, "users", "bindings")) == {"users": 3, "bindings": 3}
    await after(post, 181)
    users = await post.pool.fetch("select user_id from notify.users")
    assert {row["user_id"] for row in users} == {bound, back}
    assert (await rows(post, "chats", "chat_lines", "bindings", "applications")) == {
        "bindings": 2,
        "applications": 2,
    }


async def test_an_application_that_nobody_confirmed_goes_with_its_address(post: Post) -> None:
    user = await post.friend("wang", email="wang@clinic.invalid")
    await post.contact("desk@clinic.invalid", confirmed=False)  # the agency's own entry stays
    for place, confirmed in (("a1", False), ("a2", True)):
        contact = await post.contact(f"{place}@applicant.invalid", confirmed=False)
        await post.pool.execute(
            "insert into notify.users (user_id, user_ref, is_following) values ($1, $1, true)",
            f"{user}{place}",
        )
        await post.pool.execute(
            "insert into notify.applications (application_id, user_id, facility_id, facility_name,"
            " contact_sealed, seal_key_id, consented_at, submitted_at, contact_id,"
            " email_confirmed_at) values ($1, $2, '', '', '', 'k', $3, $3, $4, $5)",
            place,
            f"{user}{place}",
            post.now,
            contact,
            post.now if confirmed else None,
        )

    await after(post, 29)
    assert await rows(post, "applications", "contacts") == {"applications": 3, "contacts": 4}
    await after(post, 31)
    assert await rows(post, "applications", "contacts") == {"applications": 2, "contacts": 3}
    left = await post.pool.fetchval(
        "select count(*) from notify.applications where state = $1", "submitted"
    )
    assert left == 1
