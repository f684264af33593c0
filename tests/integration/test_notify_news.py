"""News on a real database: whom it reaches, what it costs, sent once, as a whole or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.notify import news
from services.notify.budget import Budget, Limits
from services.notify.business_clock import Moment
from services.notify.database import Connection
from services.notify.line_channel import users_of
from services.notify.mail_links import Links
from services.notify.news import Post
from tests.support.agency_api import (
    ELSEWHERE,
    LINK_KEY,
    OURS,
    THEIRS,
    Agency,
    agency_api,
)
from tests.support.notices import new_database

WORDS = {"title": "補正期開始", "body": "第一行\n第二行", "url": "https://x.test/news"}
DELIVERIES = "select * from notify.deliveries where purpose = 'news' order by channel, recipient"


@pytest.fixture(scope="module")
def url(database_url: str) -> str:
    return asyncio.run(new_database(database_url, "notify_news"))


@pytest.fixture
async def agency(url: str) -> AsyncIterator[Agency]:
    async with agency_api(url) as caller:
        yield await caller.signed_in()


async def a_draft(agency: Agency, audience: str = "all", **more: Any) -> str:
    body = {**WORDS, "audience": audience, **more}
    made = await agency.post("/v1/news", 201, **body)
    assert made["state"] == "draft"
    return str(made["news_id"])


def post(agency: Agency) -> Post:
    links = Links("http://127.0.0.1:8081", LINK_KEY)
    return Post(agency.sealer, links, Budget(Limits(3000, 0.1)))


async def now(agency: Agency, connection: Connection, hours: float = 0) -> Moment:
    month = (await agency.get("/v1/budget"))["month"]
    at = datetime.now(UTC) + timedelta(hours=hours)
    moment = Moment(at, None, 600)
    assert hours or moment.month == month
    return moment


async def due(agency: Agency, hours: float = 0) -> int:
    async with agency.pool.acquire() as connection, connection.transaction():
        moment = await now(agency, connection, hours)
        return await news.due_news(connection, post(agency), moment)


async def test_news_to_all_is_one_broadcast_that_costs_every_follower(agency: Agency) -> None:
    followers = {await agency.a_follower() for _ in range(3)}
    await agency.a_follower(is_following=False)
    news_id = await a_draft(agency)

    sent = await agency.post(f"/v1/news/{news_id}/send")

    assert (sent["state"], sent["recipients"]) == ("sending", 3)
    (one,) = await agency.rows(DELIVERIES)
    assert (one["channel"], one["recipient"], one["cost"]) == ("line", "*", 3)
    assert (one["state"], one["urgent"], one["news_id"]) == ("ready", False, news_id)
    assert (await agency.get("/v1/budget"))["used"] == 3
    (batch,) = await agency.rows("select user_ids from notify.news_batches")
    assert set(batch["user_ids"]) == followers
    assert await agency.decided(news_id) == ["news.write", "news.send"]


async def test_what_is_sent_is_what_the_preview_showed(agency: Agency) -> None:
    await agency.a_bound_user(is_following=False, email="a@clinic.test")
    await agency.a_follower()
    news_id = await a_draft(agency)

    shown = await agency.get(f"/v1/news/{news_id}/preview")
    assert await agency.rows(DELIVERIES) == [] and (await agency.get("/v1/budget"))["used"] == 0
    await agency.post(f"/v1/news/{news_id}/send")

    by_mail, by_line = await agency.rows(DELIVERIES)
    assert json.loads(by_line["body"]) == shown["line_messages"]
    mail = msgspec.json.decode(agency.sealer.open(by_mail["body"], by_mail["delivery_id"]))
    assert mail["subject"] == shown["mail"]["subject"] and "第二行" in mail["text"]
    assert f"/mail/unsubscribe/{by_mail['recipient']}." in mail["html"]
    assert (shown["users"], shown["mails"], shown["cost"], shown["fits"]) == (1, 1, 1, True)
    assert shown["left"] == 2700


async def test_narrowed_news_go_in_batches_of_five_hundred(agency: Agency) -> None:
    user_id = await agency.a_bound_user()
    application = await agency.one("select application_id from notify.applications")
    await agency.pool.execute(
        "insert into notify.users (user_id, user_ref, is_following)"
        " select 'U' || md5(no::text), 'u' || md5('r' || no), true from generate_series(1, 1200) no"
    )
    await agency.pool.execute(
        "insert into notify.bindings (binding_id, user_id, facility_id, application_id)"
        " select 'b' || user_ref, user_id, $1, $2 from notify.users where user_id <> $3",
        OURS,
        application,
        user_id,
    )
    news_id = await a_draft(agency, "bound", county="01")

    await agency.post(f"/v1/news/{news_id}/send")

    rows = await agency.rows(DELIVERIES)
    assert [row["recipient"] for row in rows] == [f"many:{news_id}:{no}" for no in (1, 2, 3)]
    assert [row["cost"] for row in rows] == [500, 500, 201]
    async with agency.pool.acquire() as connection:
        batches = [await users_of(connection, row["recipient"]) for row in rows]
    assert len({user for batch in batches for user in batch}) == 1201
    assert len({row["retry_key"] for row in rows}) == 3


async def test_news_are_narrowed_by_programme_and_by_county(agency: Agency) -> None:
    ours, theirs = await agency.a_bound_user(OURS), await agency.a_bound_user(THEIRS)
    elsewhere = await agency.a_bound_user(ELSEWHERE)
    await agency.a_follower()
    await agency.a_case("k1", OURS, "adult")
    await agency.a_case("k2", ELSEWHERE, "adult")
    await agency.a_case("k3", THEIRS, "child")
    for narrowed, expected in (
        ({}, {ours, theirs, elsewhere}),
        ({"programme": "adult"}, {ours, elsewhere}),
        ({"county": "01"}, {ours, theirs}),
        ({"programme": "adult", "county": "01"}, {ours}),
    ):
        news_id = await a_draft(agency, "bound", **narrowed)
        await agency.post(f"/v1/news/{news_id}/send")
        reached = await agency.one(
            "select user_ids from notify.news_batches where news_id = $1", news_id
        )
        assert set(reached) == expected, narrowed


async def test_one_mail_an_address_and_none_where_line_reaches_its_owner(agency: Agency) -> None:
    await agency.a_bound_user(OURS, is_following=False, email="same@clinic.test")
    await agency.a_bound_user(THEIRS, is_following=False, email="same@clinic.test")
    await agency.a_bound_user(ELSEWHERE, is_following=True, email="follows@clinic.test")
    for email, change in (
        ("unsubscribed@clinic.test", "confirmed_at = now(), unsubscribed_at = now()"),
        ("bounced@clinic.test", "confirmed_at = now(), bounced_at = now()"),
        ("unconfirmed@clinic.test", "confirmed_at = null"),
        ("fine@clinic.test", "confirmed_at = now()"),
    ):
        added = await agency.post("/v1/contacts", 201, facility_id=OURS, email=email)
        await agency.pool.execute(
            f"update notify.contacts set {change} where contact_id = $1", added["contact_id"]
        )
    shown = await agency.get(f"/v1/news/{await a_draft(agency)}/preview")
    assert (shown["users"], shown["mails"]) == (1, 2)


# ── budget


async def test_news_over_the_budget_are_refused_before_anything_is_queued(agency: Agency) -> None:
    for _ in range(3):
        await agency.a_follower()
    month = (await agency.get("/v1/budget"))["month"]
    # 3000 less the reserve of 300, less these: 2 are left.
    await agency.pool.execute("insert into notify.budgets (month, used) values ($1, 2698)", month)
    news_id = await a_draft(agency)

    answer = await agency.ask("POST", f"/v1/news/{news_id}/send")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "OVER_BUDGET")
    assert (problem["cost"], problem["left"]) == (3, 2)
    assert (await agency.get(f"/v1/news/{news_id}/preview"))["fits"] is False
    assert (await agency.get(f"/v1/news/{news_id}"))["state"] == "draft"
    for table in ("deliveries", "news_batches"):
        assert await agency.one(f"select count(*) from notify.{table}") == 0
    assert (await agency.get("/v1/budget"))["used"] == 2698
    assert await agency.decided(news_id) == ["news.write"]


async def test_the_budget_tells_what_is_left_waits_and_was_refused(agency: Agency) -> None:
    for _ in range(2):
        await agency.a_follower()
    await agency.post(f"/v1/news/{await a_draft(agency)}/send")
    month = (await agency.get("/v1/budget"))["month"]
    await agency.pool.execute("update notify.budgets set reported = 7, monthly = 200")
    await agency.pool.execute(
        "insert into notify.deliveries (delivery_id, facility_id, purpose, day, channel,"
        " recipient, urgent, cost, body, retry_key, state, reason) select 'dx', '',"
        " 'answer', max(day), 'line', 'x', false, 1, '', gen_random_uuid(), 'failed', 'over_budget'"
        " from notify.deliveries"
    )
    told = await agency.get("/v1/budget", month=month)
    assert (told["own_limit"], told["line_limit"], told["allowed"]) == (3000, 200, 200)
    assert (told["used"], told["waiting"], told["reported"]) == (2, 2, 7)
    assert (told["left"], told["left_urgent"], told["refused"]) == (178, 198, 1)
    assert (await agency.get("/v1/budget", month=202001))["used"] == 0
    wrong = await agency.refused("GET", "/v1/budget", params={"month": 202613})
    assert wrong == (422, "MONTH_INVALID")


# ── once


async def test_two_who_send_the_same_news_at_once_send_it_once(agency: Agency) -> None:
    await agency.a_follower()
    news_id = await a_draft(agency)
    answers = await asyncio.gather(
        *(agency.ask("POST", f"/v1/news/{news_id}/send") for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await agency.rows(DELIVERIES)) == 1
    assert (await agency.get("/v1/budget"))["used"] == 1


async def test_a_crash_before_the_commit_has_sent_nothing_and_after_it_nothing_twice(
    agency: Agency,
) -> None:
    await agency.a_follower()
    news_id = await a_draft(agency)
    async with agency.pool.acquire() as connection:
        moment = await now(agency, connection)
        change = connection.transaction()
        await change.start()
        await news.send(connection, post(agency), news_id, moment)
        await change.rollback()
    assert await agency.rows(DELIVERIES) == []
    assert (await agency.get(f"/v1/news/{news_id}"))["state"] == "draft"

    await agency.post(f"/v1/news/{news_id}/send")
    assert await agency.refused("POST", f"/v1/news/{news_id}/send") == (409, "NEWS_STATE")
    assert len(await agency.rows(DELIVERIES)) == 1


# ── later


async def test_scheduled_news_go_out_when_their_time_has_come_and_once(agency: Agency) -> None:
    await agency.a_follower()
    news_id = await a_draft(agency)
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert (await agency.post(f"/v1/news/{news_id}/schedule", send_at=at))["state"] == "scheduled"

    assert await due(agency) == 0
    assert sum(await asyncio.gather(*(due(agency, 1.1) for _ in range(3)))) == 1

    assert len(await agency.rows(DELIVERIES)) == 1
    assert (await agency.get(f"/v1/news/{news_id}"))["state"] == "sending"
    await agency.pool.execute("update notify.deliveries set state = 'sent'")
    await due(agency)
    closed = await agency.get(f"/v1/news/{news_id}")
    assert (closed["state"], closed["sent_at"] is not None) == ("sent", True)


async def test_scheduled_news_that_cannot_be_sent_go_back_to_draft_with_their_problem(
    agency: Agency,
) -> None:
    nobody = await a_draft(agency, "bound")
    at = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    await agency.post(f"/v1/news/{nobody}/schedule", send_at=at)
    await due(agency, 1)
    told = await agency.get(f"/v1/news/{nobody}")
    assert (told["state"], told["problem"]) == ("draft", "nobody")

    await agency.a_follower()
    dear = await a_draft(agency)
    await agency.post(f"/v1/news/{dear}/schedule", send_at=at)
    async with agency.pool.acquire() as connection, connection.transaction():
        moment = await now(agency, connection, 1)
        await agency.pool.execute(
            "insert into notify.budgets (month, used) values ($1, 2700)", moment.month
        )
        assert await news.due_news(connection, post(agency), moment) == 0
    told = await agency.get(f"/v1/news/{dear}")
    assert (told["state"], told["problem"]) == ("draft", "over_budget")
    assert await agency.rows(DELIVERIES) == []


async def test_what_was_scheduled_can_be_unscheduled_edited_and_called_off(agency: Agency) -> None:
    news_id = await a_draft(agency)
    path = f"/v1/news/{news_id}"
    past = {"send_at": "2020-01-01T00:00:00+08:00"}
    assert await agency.refused("POST", f"{path}/schedule", json=past) == (422, "SEND_AT_PAST")
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await agency.post(f"{path}/schedule", send_at=at)
    anew = {**WORDS, "title": "更正", "audience": "all"}
    assert await agency.refused("PUT", path, json=anew) == (409, "NEWS_STATE")
    await agency.post(f"{path}/unschedule")
    edited = await agency.ask("PUT", path, json=anew)
    assert edited.json()["title"] == "更正"
    assert (await agency.post(f"{path}/cancel"))["state"] == "cancelled"
    assert await agency.refused("POST", f"{path}/send") == (409, "NEWS_STATE")
    verbs = ["write", "schedule", "unschedule", "edit", "cancel"]
    assert await agency.decided(news_id) == [f"news.{verb}" for verb in verbs]


async def test_news_called_off_on_their_way_hold_back_what_nobody_called_for(
    agency: Agency,
) -> None:
    await agency.a_follower()
    await agency.a_bound_user(is_following=False)
    news_id = await a_draft(agency)
    await agency.post(f"/v1/news/{news_id}/send")
    await agency.pool.execute(
        "update notify.deliveries set state = 'sent', first_call_at = now() where channel = 'email'"
    )
    called_off = await agency.post(f"/v1/news/{news_id}/cancel")

    assert called_off["state"] == "sending"  # the mail went, so it is no news that never was
    assert (await agency.get("/v1/budget"))["used"] == 0
    counts = (await agency.get(f"/v1/news/{news_id}/deliveries"))["counts"]
    assert [(one["channel"], one["state"], one["recipients"]) for one in counts] == [
        ("email", "sent", 1),
        ("line", "cancelled", 1),
    ]


async def test_who_got_it_is_told_by_our_names(agency: Agency) -> None:
    followers = [await agency.a_follower() for _ in range(5)]
    await agency.a_bound_user(is_following=False)
    news_id = await a_draft(agency)
    await agency.post(f"/v1/news/{news_id}/send")
    # Whoever leaves or comes later changes nothing about who was written to.
    await agency.pool.execute(
        "update notify.users set is_following = false where user_id = $1", followers[0]
    )
    await agency.a_follower()

    path = f"/v1/news/{news_id}/recipients"
    first = await agency.get(path, limit=4)
    rest = await agency.get(path, limit=4, cursor=first["next_cursor"])

    items = first["items"] + rest["items"]
    refs = await agency.rows("select user_ref from notify.users where user_id = any($1)", followers)
    by_line = {one["recipient_ref"] for one in items if one["channel"] == "line"}
    assert by_line == {row["user_ref"] for row in refs}
    assert [one["state"] for one in items] == ["ready"] * 6 and rest["next_cursor"] is None


async def test_news_that_reach_nobody_or_cannot_be_shown_are_refused(agency: Agency) -> None:
    news_id = await a_draft(agency, "bound")
    assert await agency.refused("POST", f"/v1/news/{news_id}/send") == (409, "NEWS_NOBODY")
    for path in ("send", "cancel", "unschedule"):
        assert await agency.refused("POST", f"/v1/news/n0/{path}") == (404, "NEWS_UNKNOWN")
    for path in ("", "/preview", "/deliveries", "/recipients"):
        assert await agency.refused("GET", f"/v1/news/n0{path}") == (404, "NEWS_UNKNOWN")
    for wrong in (
        {"audience": "all", "county": "01"},
        {"audience": "bound", "county": "1"},
        {"audience": "bound", "programme": "dental"},
        {"audience": "all", "url": "http://x.test"},
        {"audience": "all", "body": " "},
        {"audience": "all", "title": "長" * 61},
        {"audience": "everybody"},
    ):
        body = {**WORDS, **wrong}
        answer = await agency.refused("POST", "/v1/news", json=body)
        assert answer == (422, "REQUEST_INVALID"), wrong
