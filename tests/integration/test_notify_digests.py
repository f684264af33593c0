"""Who hears a digest, when, by which channel: on a real Postgres, against the strict LINE."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.line_simulator.faults import Kind
from services.notify.bounces import take_report
from tests.support.kafka import until
from tests.support.sending import CLINIC, LAB, TODAY, Post, Store, a_post, a_store

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    async with a_store(database_url, "notify_digests") as store:
        yield store


@pytest_asyncio.fixture(loop_scope="module")
async def post(store: Store) -> AsyncIterator[Post]:
    url, pool = store
    async with a_post(pool, url) as post:
        yield post


async def test_an_address_the_agency_entered_itself_outlives_the_senders_start(post: Post) -> None:
    kept = await post.contact("chief@agency.invalid", facility="")
    await post.pool.execute("update notify.contacts set created_at = now() - interval '1 h'")
    await post.run(GOUJI_AGENCY_MAIL="one@agency.invalid")
    await post.run(GOUJI_AGENCY_MAIL="two@agency.invalid")
    live = "select contact_id from notify.contacts where removed_at is null order by created_at"
    rows = await post.pool.fetch(live)
    assert len(rows) == 2 and kept in [row["contact_id"] for row in rows]


async def test_who_blocked_the_account_hears_by_mail(post: Post) -> None:
    user = await post.friend("wang", email="wang@clinic.invalid", follows=False)
    await post.notice()

    await post.run()

    assert post.phone(user) == [] and len(post.inbox.of("wang@clinic.invalid")) == 1
    assert post.line.calls == []


async def test_over_budget_ordinary_digests_go_by_mail_and_urgent_ones_use_the_reserve(
    post: Post,
) -> None:
    names, users = "abcd", {}
    for number, name in enumerate(names):
        facility = f"350134000{number}"
        users[name] = await post.friend(name, facility, f"{name}@clinic.invalid")
        await post.notice(facility=facility, urgent=name == "d")

    await post.run(GOUJI_LINE_BUDGET="4", GOUJI_LINE_RESERVE="0.5")

    by_phone = {name for name in names if post.phone(users[name])}
    by_mail = {mail.address[0] for mail in post.inbox.mails}
    assert "d" in by_phone and len(by_phone) == 1 + 1 and by_mail == set(names) - by_phone
    assert await post.used() == 2


async def test_a_case_matched_before_the_digest_cancels_its_notice(post: Post) -> None:
    await post.friend("wang")
    await post.matched(*await post.notice(2))

    await post.run()

    assert await post.told() == [("cancelled", "", "resolved")]
    assert await post.pool.fetchval("select count(*) from notify.digests") == 0


async def test_quiet_hours_and_the_hour_of_digests_are_kept_except_for_urgent_notices(
    post: Post,
) -> None:
    user, other = await post.friend("wang"), await post.friend("lin", "3501340015")
    await post.notice()
    await post.notice(facility="3501340015", urgent=True)
    post.later(hours=12)  # 22:00

    await post.run()
    assert post.phone(user) == [] and len(post.phone(other)) == 1
    post.later(hours=10.5)  # 08:30
    await post.run()
    assert post.phone(user) == []
    post.later(hours=1)  # 09:30
    await post.run()
    assert len(post.phone(user)) == 1


async def test_what_was_not_through_before_quiet_hours_waits_for_the_morning(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice(due_in=9)
    post.line.faults.add(Kind.RATE_LIMIT, times=1)

    await post.run()
    post.later(hours=11)  # 21:00
    await post.run()
    assert post.phone(user) == []
    post.later(hours=11.5)  # 08:30
    await post.run()

    # The words were frozen on the day before: what they say of days left is put right.
    assert len(post.phone(user)) == 1 and "8 天" in str(post.line.received(user)[0].message)


async def test_one_digest_a_day(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice(1)
    await post.run()
    await post.notice(2, programme="child")
    await post.notice(4, kind="case_overdue", due_in=None)

    await post.run()
    assert len(post.phone(user)) == 1
    post.later(hours=24)
    await post.run()

    assert len(post.phone(user)) == 2
    assert [fact.count for fact in await post.facts()] == [1, 4, 2]


async def test_notices_are_gathered(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice(age_s=60)

    await post.run()
    assert post.phone(user) == []
    post.later(seconds=600)
    await post.run()

    assert len(post.phone(user)) == 1


async def test_only_the_newest_reminder_of_a_deadline_goes_out(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice(2, planned_on=TODAY - 1)
    await post.notice(2, planned_on=TODAY)
    await post.notice(1, due_in=-1, planned_on=TODAY - 2)

    await post.run()

    assert len(post.phone(user)) == 1
    assert sorted(await post.told()) == [
        ("cancelled", "", "out_of_date"), ("cancelled", "", "superseded"), ("sent", "line", ""),
    ]  # fmt: skip


async def test_a_laboratory_gets_its_copy(post: Post) -> None:
    clinic, lab = await post.friend("wang"), await post.friend("lab", LAB)
    await post.notice(2)
    await post.notice(5, facility=LAB, audience="lab")

    await post.run()

    assert "2 件" in post.phone(clinic)[0] and "5 件" in post.phone(lab)[0]


async def test_a_facility_that_is_a_laboratory_besides_hears_once(post: Post) -> None:
    """By each channel, of both; and what it has mended leaves, while the copy stays."""
    user = await post.friend("wang")
    await post.contact("office@clinic.invalid")
    mine = await post.notice(2)
    await post.notice(5, audience="lab")
    async with post.sender() as sender:
        await sender.prepare()
        await post.matched(*mine)
        await sender.deliver()

    assert len(post.phone(user)) == 1 and len(post.inbox.mails) == 1
    for text in (post.phone(user)[0], post.inbox.mails[0].subject):
        assert "補正期限將至 5 件" in text and "2 件" not in text
    told = sorted(await post.told())
    assert told == [
        ("cancelled", "email", "resolved"), ("cancelled", "line", "resolved"),
        ("sent", "email", ""), ("sent", "line", ""),
    ]  # fmt: skip


async def test_both_roles_stand_in_one_message(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice(2)
    await post.notice(5, audience="lab")

    await post.run()
    await post.notice(1, audience="lab", programme="child")
    await post.run()

    assert len(post.phone(user)) == 1
    assert "補正期限將至 2 件，代檢補正期限將至 5 件" in post.phone(user)[0]
    assert await post.pool.fetchval("select count(*) from notify.digests") == 1


async def test_the_agency_hears_by_mail(post: Post) -> None:
    await post.notice(0, kind="daily_summary", facility="", audience="agency", programme="",
                      due_in=None)  # fmt: skip

    await post.run(GOUJI_AGENCY_MAIL="one@agency.invalid, two@agency.invalid")

    assert sorted(mail.address for mail in post.inbox.mails) == [
        "one@agency.invalid", "two@agency.invalid",
    ]  # fmt: skip


async def test_nobody_to_tell_is_a_failure_that_is_told(post: Post) -> None:
    await post.notice()

    await post.run()

    assert await post.told() == [("failed", "", "no_recipient")]


@pytest.mark.parametrize("why", ["unsubscribed_at", "bounced_at", "removed_at"])
async def test_an_address_that_is_not_wanted_gets_nothing(post: Post, why: str) -> None:
    contact = await post.contact("desk@clinic.invalid")
    await post.notice()
    async with post.sender() as sender:
        await sender.prepare()
        await post.pool.execute(
            f"update notify.contacts set {why} = now() where contact_id = $1", contact
        )
        await sender.deliver()
        post.later(hours=24)
        await post.notice(planned_on=TODAY + 1)
        await sender.prepare()
        await sender.deliver()

    assert post.inbox.mails == []
    assert [fact for fact, _, _ in await post.told()] == ["cancelled", "failed"]


async def test_what_line_counts_is_the_budget(post: Post) -> None:
    user = await post.friend("wang", email="wang@clinic.invalid")
    post.line.quota.limit = 10
    post.line.quota.spend(10, post.line.channel.clock.now_ms())
    await post.notice()

    async with post.sender() as sender:
        assert await sender.reconcile()
        await sender.prepare()
        await sender.deliver()

    assert post.phone(user) == [] and len(post.inbox.mails) == 1
    row = await post.pool.fetchrow("select used, reported, monthly from notify.budgets")
    assert row is not None and tuple(row) == (10, 10, 10)


async def test_a_report_of_a_mail_server_stops_its_address(post: Post) -> None:
    contact = await post.contact("gone@clinic.invalid")
    await post.notice()
    await post.run()
    (mail,) = post.inbox.mails
    report = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {mail.message_id}\r\n\r\n--b--"
    )

    async with post.pool.acquire() as connection:
        outcome = await take_report(connection, report.encode(), post.now)
        stranger = report.replace("<d", "<d0", 1).encode()
        unknown = await take_report(connection, stranger, post.now)

    assert (outcome.result, unknown.result) == ("marked", "unreadable")
    row = await post.pool.fetchrow("select contact_id, bounced_at, bounce from notify.contacts")
    assert row is not None and tuple(row) == (contact, post.now, "5.1.1")


async def test_news_goes_to_many_in_one_call(post: Post) -> None:
    users = [await post.friend(name) for name in ("a", "b", "c")]
    await post.pool.execute(
        "insert into notify.news (news_id, title, body, url, audience, programme, county, state,"
        " send_at, created_by) values ('n1', '標題', '內文', '', 'bound', '', '', 'scheduled',"
        " $1, 'test')",
        post.now,
    )

    async with post.sender() as sender:
        assert await sender.send_news() == 1
        assert await sender.send_news() == 0
        await sender.deliver()

    assert [len(post.phone(user)) for user in users] == [1, 1, 1]
    assert [call.endpoint for call in post.line.calls] == ["message/multicast"]
    assert await post.used() == 3


async def test_a_digest_that_another_process_is_making_is_left_to_it(post: Post) -> None:
    user = await post.friend("wang")
    await post.notice()
    blocked = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    async with post.sender() as sender, post.pool.acquire() as other:
        async with other.transaction():
            await other.execute(
                "insert into notify.digests values ('g1', $1, $2, false)", CLINIC, TODAY
            )
            preparing = asyncio.create_task(sender.prepare())
            await until(lambda: _is_true(post, blocked), 10)
        await preparing
        await sender.deliver()

    assert post.phone(user) == [] and await post.deliveries("state") == []
    assert await post.pool.fetchval("select state from notify.notices") == "planned"


async def _is_true(post: Post, query: str) -> bool:
    return bool(await post.pool.fetchval(query))
