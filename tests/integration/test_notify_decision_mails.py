"""A decision about an application: by LINE, else by mail, once; on a real Postgres."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.line_simulator.faults import Kind
from deploy.line_simulator.phones import user_id
from services.notify import applications
from services.notify.applications import Filled
from services.notify.sealed import Contact
from tests.support.sending import CLINIC, LINK_KEY, Post, Store, a_post, a_store

pytestmark = pytest.mark.asyncio(loop_scope="module")
_ADDRESS = "wang@clinic.invalid"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    async with a_store(database_url, "notify_decision_mails") as store:
        yield store


@pytest_asyncio.fixture(loop_scope="module")
async def post(store: Store) -> AsyncIterator[Post]:
    url, pool = store
    async with a_post(pool, url) as post:
        yield post


async def decided(
    post: Post, reason: str = "", *, follows: bool = True, confirmed: bool = True
) -> str:
    """Apply and be approved, or refused with a reason; LINE's user id."""
    user = user_id("wang")
    post.line.channel.phones.get(user, "wang").following = follows
    filled = Filled(CLINIC, "好好診所", Contact("王小明", _ADDRESS, "0223456789"))
    async with post.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "insert into notify.users (user_id, user_ref, is_following) values ($1, 'u', $2)",
            user,
            follows,
        )
        made = await applications.submit(connection, post.sealer, LINK_KEY, user, filled, post.now)
        assert made is not None
        name = made.application_id
        if confirmed:
            await applications.confirm_email(connection, name, post.now)
        if reason:
            await applications.refuse(connection, post.sealer, name, "k", reason, post.now)
        else:
            await applications.approve(connection, post.sealer, name, "k", post.now)
    return user


async def run(post: Post) -> None:
    for _ in range(3):
        await post.run()
        post.later(seconds=120)


async def test_who_follows_is_told_by_line_and_not_by_mail(post: Post) -> None:
    user = await decided(post)
    await run(post)
    assert "審核通過" in post.phone(user)[0] and post.inbox.mails == []


@pytest.mark.parametrize(("reason", "title"), [("", "審核通過"), ("代碼不符", "審核結果")])
async def test_who_blocked_the_account_is_told_by_one_mail(
    post: Post, reason: str, title: str
) -> None:
    user = await decided(post, reason, follows=False)
    await run(post)
    (mail,) = post.inbox.mails
    assert post.phone(user) == []
    assert mail.subject == f"{title}－預保行政助手通" and mail.address == _ADDRESS
    assert CLINIC in mail.text and reason in mail.text
    assert await post.used() == 0


async def test_when_the_months_messages_are_used_up_the_decision_is_mailed(post: Post) -> None:
    user = await decided(post)
    post.line.faults.add(Kind.MONTHLY_LIMIT)
    await run(post)
    assert post.phone(user) == [] and len(post.inbox.mails) == 1


async def test_an_address_that_nobody_confirmed_is_not_written_to(post: Post) -> None:
    await decided(post, "代碼不符", follows=False, confirmed=False)
    await run(post)
    assert post.inbox.mails == []
    assert await post.deliveries("state", "reason") == [("failed", "blocked")]


async def test_what_may_have_arrived_by_line_is_not_mailed(post: Post) -> None:
    await decided(post)
    post.line.faults.add(Kind.RESET_BEFORE)
    await post.run()
    post.later(hours=25)
    await post.run()
    assert post.inbox.mails == [] and await post.deliveries("state") == [("parked",)]
