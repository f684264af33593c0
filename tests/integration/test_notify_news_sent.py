"""News from the desk to phones and mailboxes, once: the sender against the strict LINE."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from deploy.line_simulator.faults import Kind
from services.notify.database import opened
from tests.support.notices import new_database
from tests.support.sending import Post, a_post

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(database_url: str) -> AsyncIterator[tuple[str, "asyncpg.Pool[asyncpg.Record]"]]:
    url = await new_database(database_url, "notify_news_sent")
    pool = await opened(url, 12)
    yield url, pool
    await pool.close()


@pytest_asyncio.fixture(loop_scope="module")
async def post(database: tuple[str, "asyncpg.Pool[asyncpg.Record]"]) -> AsyncIterator[Post]:
    url, pool = database
    async with a_post(pool, url) as post:
        yield post


async def scheduled(post: Post, audience: str, hours: float = 0) -> None:
    await post.pool.execute(
        "insert into notify.news (news_id, title, body, url, audience, programme, county, state,"
        " send_at, created_by) values ('n1', '補正期開始', '請留意期限', '', $1, '', '',"
        " 'scheduled', $2, 'test')",
        audience,
        post.now + timedelta(hours=hours),
    )


async def run(post: Post, **settings: str) -> None:
    async with post.sender(**settings) as sender:
        await sender.send_news()
        await sender.deliver()


async def news(post: Post, *columns: str) -> Any:
    row = await post.pool.fetchrow(f"select {', '.join(columns)} from notify.news")
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize("audience", ["all", "bound"])
@pytest.mark.parametrize("fault", [None, Kind.TIMEOUT_AFTER, Kind.ERROR_AFTER, Kind.RESET_BEFORE])
async def test_news_reach_every_phone_once_whatever_happens_to_the_call(
    post: Post, audience: str, fault: Kind | None
) -> None:
    users = [await post.friend(name) for name in ("wang", "lin", "chen")]
    blocked = await post.friend("hsu", email="hsu@clinic.test", follows=False)
    await scheduled(post, audience)
    if fault is not None:
        post.line.faults.add(fault, times=1, seconds=0.5)

    for _ in range(4):
        await run(post)
        post.later(seconds=61)

    for user in users:
        (shown,) = post.phone(user)
        assert "補正期開始" in shown
    assert post.phone(blocked) == []
    (mail,) = post.inbox.mails
    assert "補正期開始" in msgspec.json.encode(mail.subject).decode()
    assert await news(post, "state", "recipients") == ("sent", 4)
    assert await post.pool.fetchval("select used from notify.budgets") == 3
    assert post.line.violations == []


async def test_news_wait_for_their_time_and_for_the_end_of_quiet_hours(post: Post) -> None:
    user = await post.friend("wang")
    await scheduled(post, "all", hours=12)  # 22:00 in Taipei
    await run(post)
    assert await news(post, "state") == ("scheduled",)

    post.later(hours=12)
    await run(post)
    assert (await news(post, "state"), post.phone(user)) == (("sending",), [])

    post.later(hours=10.1)  # 08:06
    await run(post)
    await run(post)
    assert len(post.phone(user)) == 1
    assert await news(post, "state") == ("sent",)


async def test_news_over_the_budget_go_back_to_the_desk_and_reach_nobody(post: Post) -> None:
    users = [await post.friend(name) for name in ("wang", "lin", "chen")]
    await scheduled(post, "all")
    await run(post, GOUJI_LINE_BUDGET="3", GOUJI_LINE_RESERVE="0.1")
    assert await news(post, "state", "problem") == ("draft", "over_budget")
    assert [post.phone(user) for user in users] == [[], [], []]
    assert await post.pool.fetchval("select count(*) from notify.deliveries") == 0
