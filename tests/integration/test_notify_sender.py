"""Planned notices to phones and mailboxes, once: on a real Postgres, against the strict LINE."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.line_simulator.faults import Kind
from deploy.mail_inbox import mails
from services.notify.bot_words import staff
from services.notify.outbox import queue_answer
from tests.support.sending import CLINIC, TODAY, Post, Store, a_post, a_store

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    async with a_store(database_url, "notify_sender") as store:
        yield store


@pytest_asyncio.fixture(loop_scope="module")
async def post(store: Store) -> AsyncIterator[Post]:
    url, pool = store
    async with a_post(pool, url) as post:
        yield post


async def test_a_notice_reaches_the_phone_once(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice(3)

    await post.run()
    await post.run()

    (message,) = post.phone(user)
    assert "3 件" in message and CLINIC not in message
    assert await post.told() == [("sent", "line", "")]
    (fact,) = await post.facts()
    assert (fact.count, fact.day, fact.facility_id) == (3, TODAY, CLINIC)
    assert await post.used() == 1
    call = await post.pool.fetchrow("select * from notify.line_calls")
    assert call is not None
    assert (call["method"], call["endpoint"], call["status"]) == ("POST", "message/push", 200)
    assert call["request_id"] and call["delivery_id"]


@pytest.mark.parametrize(
    "fault",
    [Kind.TIMEOUT_AFTER, Kind.ERROR_AFTER, Kind.RESET_AFTER, Kind.TIMEOUT_BEFORE,
     Kind.ERROR_BEFORE, Kind.RESET_BEFORE, Kind.RATE_LIMIT, Kind.AT_ONCE, Kind.MONTHLY_LIMIT],
)  # fmt: skip
async def test_whatever_happens_to_a_call_one_message_arrives(post: Post, fault: Kind) -> None:
    user = await post.friend("wang")
    await post.notice()
    post.line.faults.add(fault, times=1, seconds=1.5)

    await post.run()
    (early,) = await post.deliveries("state")
    for _ in range(3):
        post.later(seconds=61)
        await post.run()

    assert early == ("ready",)
    assert len(post.phone(user)) == 1
    assert await post.told() == [("sent", "line", "")]
    keys = {message.retry_key for message in post.line.received(user)}
    assert keys == {str(key) for (key,) in await post.deliveries("retry_key")}
    assert post.inbox.mails == []


async def test_what_was_accepted_before_is_a_success_and_keeps_its_id(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice()
    post.line.faults.add(Kind.RESET_AFTER, times=1)

    await post.run()
    post.later(seconds=61)
    await post.run()

    (row,) = await post.deliveries("state", "accepted_request_id", "attempts", "uncertain")
    assert row == ("sent", post.line.received(user)[0].request_id, 2, False)


@pytest.mark.parametrize("fault", [Kind.TO_ONE_USER, Kind.MONTHLY_LIMIT])
async def test_a_final_refusal_goes_by_mail(post: Post, fault: Kind) -> None:
    user = await post.friend("wang", email="wang@clinic.invalid")
    await post.notice(2)
    post.line.faults.add(fault)

    await post.run()
    post.later(seconds=61)
    await post.run()

    assert post.phone(user) == []
    (mail,) = post.inbox.of("wang@clinic.invalid")
    assert "2 件" in mail.text and "2 件" in mail.subject and "<html" in mail.html
    assert [fact for fact, _, _ in await post.told()] == ["failed", "sent"]
    assert await post.used() == 0


async def test_a_call_that_is_wrong_is_never_made_again(post: Post) -> None:
    await post.friend("wang")
    await post.notice()

    await post.run(GOUJI_LINE_CHANNEL_TOKEN="expired")
    post.later(hours=1)
    await post.run(GOUJI_LINE_CHANNEL_TOKEN="expired")

    assert await post.deliveries("state", "reason", "attempts") == [("failed", "refused", 1)]


async def test_a_block_between_plan_and_call_falls_back(post: Post) -> None:
    user = await post.friend("wang", email="wang@clinic.invalid")
    await post.notice()
    async with post.sender() as sender:
        await sender.prepare()
        await post.pool.execute("update notify.users set is_following = false")
        await sender.deliver()

    assert post.phone(user) == [] and len(post.inbox.of("wang@clinic.invalid")) == 1
    assert await post.told() == [("cancelled", "line", "blocked"), ("sent", "email", "")]
    assert await post.used() == 0


async def test_a_case_matched_between_plan_and_call_is_not_told(post: Post) -> None:
    user = await post.friend("wang")
    cases = await post.notice(2)
    async with post.sender() as sender:
        await sender.prepare()
        await post.matched(*cases)
        await sender.deliver()

    assert post.phone(user) == [] and post.line.calls == []
    assert await post.told() == [("cancelled", "line", "resolved")]
    assert await post.used() == 0


async def test_a_part_matched_between_plan_and_call_changes_the_words(post: Post) -> None:
    user = await post.friend("wang")
    cases = await post.notice(3)
    async with post.sender() as sender:
        await sender.prepare()
        await post.matched(cases[0])
        await sender.deliver()

    assert "2 件" in post.phone(user)[0]
    assert [fact.count for fact in await post.facts()] == [2]


@pytest.mark.parametrize("fault", [Kind.RATE_LIMIT, Kind.RESET_AFTER, Kind.RESET_BEFORE])
async def test_a_case_matched_between_attempts_ends_them(post: Post, fault: Kind) -> None:
    user = await post.friend("wang")
    cases = await post.notice()
    post.line.faults.add(fault, times=1)

    await post.run()
    await post.matched(*cases)
    calls = len(post.line.calls)
    post.later(seconds=61)
    await post.run()

    assert len(post.line.calls) == calls
    assert len(post.phone(user)) == (1 if fault == Kind.RESET_AFTER else 0)
    assert await post.told() == [("cancelled", "line", "resolved")]
    # What LINE may have counted is not given back.
    used = await post.used()
    assert used == (0 if fault == Kind.RATE_LIMIT else 1)


async def test_a_part_matched_while_the_fate_is_unknown_is_told_by_mail_only(post: Post) -> None:
    user = await post.friend("wang", email="wang@clinic.invalid")
    cases = await post.notice(3)
    post.line.faults.add(Kind.RESET_AFTER, times=1)

    await post.run()
    await post.matched(cases[0])
    post.later(seconds=61)
    await post.run()

    assert len(post.phone(user)) == 1
    (mail,) = post.inbox.of("wang@clinic.invalid")
    assert "2 件" in mail.text
    assert await post.told() == [("cancelled", "line", "uncertain"), ("sent", "email", "")]


async def test_a_part_matched_after_a_refusal_changes_the_words_and_the_key(post: Post) -> None:
    user = await post.friend("wang")
    cases = await post.notice(3)
    post.line.faults.add(Kind.RATE_LIMIT, times=1)

    await post.run()
    (before,) = await post.deliveries("retry_key")
    await post.matched(cases[0])
    post.later(seconds=61)
    await post.run()

    (after,) = await post.deliveries("retry_key")
    assert "2 件" in post.phone(user)[0] and before != after


async def test_a_fate_that_stays_unknown_for_a_day_is_parked(post: Post) -> None:
    user = await post.friend("wang", email="wang@clinic.invalid")
    await post.notice()
    post.line.faults.add(Kind.RESET_BEFORE)

    await post.run()
    post.later(hours=23.8)
    await post.run()
    assert len(post.line.calls) == 2
    post.line.faults.clear()
    post.later(hours=0.2)
    await post.run()

    assert post.phone(user) == [] and post.inbox.mails == [] and len(post.line.calls) == 2
    assert await post.told() == [("parked", "line", "fate_unknown")]


async def test_an_answer_rests_sealed_and_arrives_as_it_was_written(post: Post) -> None:
    user = await post.friend("wang")
    async with post.pool.acquire() as connection, connection.transaction():
        words = staff.line("請看補正教學")
        await queue_answer(connection, post.sealer, user, CLINIC, words, post.now)
    body = await post.pool.fetchval("select body from notify.deliveries")
    assert "請看補正教學".encode() not in body and b"text" not in body

    await post.run()

    (message,) = post.phone(user)
    assert "請看補正教學" in message and await post.used() == 1


async def test_two_senders_at_once_send_once(post: Post) -> None:
    facilities = [f"35013{number:05}" for number in range(30)]
    users = [await post.friend(facility, facility) for facility in facilities]
    for facility in facilities:
        await post.notice(facility=facility)

    async with post.sender() as one, post.sender() as other:
        await asyncio.gather(one.prepare(), other.prepare())
        await asyncio.gather(one.deliver(), other.deliver(), one.prepare(), other.prepare())

    assert [len(post.phone(user)) for user in users] == [1] * len(users)
    assert await post.told() == [("sent", "line", "")] * len(facilities)
    assert len(post.line.calls) == len(facilities)


async def test_an_address_that_does_not_exist_is_marked_and_not_tried_again(post: Post) -> None:
    await post.contact("gone@clinic.invalid")
    await post.notice()
    post.inbox.fail(mails.REFUSE, "gone@clinic.invalid")

    await post.run()
    post.later(hours=24)
    await post.notice(planned_on=TODAY + 1)
    await post.run()

    assert await post.pool.fetchval("select bounce from notify.contacts") == "refused"
    assert [(fact, reason) for fact, _, reason in await post.told()] == [
        ("failed", "bounced"), ("cancelled", "superseded"), ("failed", "no_recipient"),
    ][::2]  # fmt: skip


@pytest.mark.parametrize(
    "fault", [mails.REFUSE_LATER, mails.DROP_AT_DATA, mails.CONTENT_LATER, mails.DENY]
)
async def test_a_mail_that_was_certainly_not_taken_is_sent_again(post: Post, fault: str) -> None:
    await post.contact("desk@clinic.invalid")
    await post.notice()
    post.inbox.fail(fault, times=1)

    await post.run()
    assert post.inbox.mails == []
    post.later(seconds=7)  # the first pause of 5 seconds, and up to a quarter more
    await post.run()

    assert len(post.inbox.of("desk@clinic.invalid")) == 1
    assert await post.told() == [("sent", "email", "")]


@pytest.mark.parametrize("fault", [mails.DROP_AFTER_DOT, mails.DROP_IN_CONTENT, mails.SLOW])
async def test_a_mail_that_may_have_been_taken_is_parked(post: Post, fault: str) -> None:
    await post.contact("desk@clinic.invalid")
    await post.notice()
    post.inbox.fail(fault, times=1)

    await post.run()
    post.later(hours=1)
    await post.run()

    assert len(post.inbox.mails) == (0 if fault == mails.DROP_IN_CONTENT else 1)
    assert await post.told() == [("parked", "email", "fate_unknown")]
