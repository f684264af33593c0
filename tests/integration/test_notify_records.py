"""What was told, what is parked, who decided: the agency's records, on a real database."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from claims.periods import from_iso
from claims.reminder_events import Reminders
from pipeline.codec import Codec
from pipeline.schemas import Schemas
from services.notify.database import SCHEMAS
from tests.support.agency_api import OURS, THEIRS, Agency, agency_api
from tests.support.notices import new_database

DAY = from_iso("2026-03-10")
CODEC = Codec(Schemas.read(SCHEMAS), (Reminders,))


@pytest.fixture(scope="module")
def url(database_url: str) -> str:
    return asyncio.run(new_database(database_url, "notify_records"))


@pytest.fixture
async def agency(url: str) -> AsyncIterator[Agency]:
    async with agency_api(url) as caller:
        yield await caller.signed_in()


async def a_digest(agency: Agency, user_id: str, state: str, name: str = "d1") -> str:
    """One delivery of a digest that says one notice; its delivery_id."""
    async with agency.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "insert into notify.notices (notice_id, kind, audience, facility_id, programme,"
            " subject, due_on, while_states, urgent, count, facts, planned_on, state, digest_id)"
            " values ($1, 'correction_due', 'claiming', $2, 'adult', '', $4, '{}', false, 5, '{}',"
            " $3, 'taken', $1) on conflict do nothing",
            f"n-{name}",
            OURS,
            DAY,
            DAY + 3,
        )
        await connection.execute(
            "insert into notify.digests (digest_id, facility_id, day, urgent)"
            " values ($1, $2, $3, false) on conflict do nothing",
            "g1",
            OURS,
            DAY,
        )
        await connection.execute(
            "insert into notify.deliveries (delivery_id, digest_id, facility_id, purpose,"
            " day, channel, recipient, urgent, cost, body, retry_key, state, attempts, uncertain,"
            " first_call_at, reason) values ($1, 'g1', $2, 'digest', $3, 'line', $4,"
            " false, 1, '[]', $5, $6, 3, true, now() - interval '25 hours', 'fate_unknown')",
            name,
            OURS,
            DAY,
            user_id,
            uuid.UUID(int=1),
            state,
        )
        await connection.execute(
            "insert into notify.delivery_notices values ($1, $2, 4)", name, f"n-{name}"
        )
    return name


async def facts(agency: Agency) -> list[Reminders]:
    rows = await agency.rows("select value from notify.facts order by number")
    return [CODEC.decode(row["value"]) for row in rows]


async def test_a_facility_can_be_told_what_it_was_told_by_which_channel_and_when(
    agency: Agency,
) -> None:
    user_id = await agency.a_bound_user()
    await a_digest(agency, user_id, "sent")
    ref = await agency.one("select user_ref from notify.users")

    told = await agency.get(f"/v1/told/{OURS}", day_from="2026-03-01", day_to="2026-03-31")

    (notice,), (delivery,) = told["notices"], told["deliveries"]
    assert (notice["kind"], notice["count"]) == ("correction_due", 5)
    assert (notice["planned_on"], notice["due_on"]) == ("2026-03-10", "2026-03-13")
    assert (delivery["channel"], delivery["recipient_ref"]) == ("line", ref)
    assert (delivery["state"], delivery["day"]) == ("sent", "2026-03-10")
    assert delivery["notices"] == [notice["notice_id"]]
    for facility_id, first in ((THEIRS, "2026-03-01"), (OURS, "2026-03-11")):
        other = await agency.get(f"/v1/told/{facility_id}", day_from=first, day_to="2026-03-31")
        assert (other["notices"], other["deliveries"]) == ([], [])


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-03-02", "2026-03-01", "DAYS_INVALID"),
        ("2026-01-01", "2026-12-31", "DAYS_INVALID"),
        ("115-03-01", "2026-03-01", "REQUEST_INVALID"),
    ],
)
async def test_days_that_are_no_span_are_refused(
    agency: Agency, first: str, last: str, code: str
) -> None:
    query = {"day_from": first, "day_to": last}
    assert await agency.refused("GET", f"/v1/told/{OURS}", params=query) == (422, code)


async def test_a_parked_message_that_arrived_after_all_is_told_as_sent(agency: Agency) -> None:
    name = await a_digest(agency, await agency.a_bound_user(), "parked")
    (parked,) = (await agency.get("/v1/parked"))["items"]
    assert (parked["delivery_id"], parked["reason"]) == (name, "fate_unknown")

    await agency.post(f"/v1/parked/{name}/resolve", decision="sent")

    (row,) = await agency.rows("select state, reason from notify.deliveries")
    assert row == {"state": "sent", "reason": "by_hand"}
    (fact,) = await facts(agency)
    assert (fact.fact, fact.delivery_id, fact.count) == ("sent", name, 4)
    assert (await agency.get("/v1/parked"))["items"] == []
    assert await agency.decided(name) == ["parked.sent"]


async def test_a_parked_message_is_sent_again_under_a_new_key_and_costs_again(
    agency: Agency,
) -> None:
    name = await a_digest(agency, await agency.a_bound_user(), "parked")

    await agency.post(f"/v1/parked/{name}/resolve", decision="again")

    (row,) = await agency.rows("select * from notify.deliveries")
    assert (row["state"], row["uncertain"], row["first_call_at"]) == ("ready", False, None)
    assert row["retry_key"] != uuid.UUID(int=1) and row["attempts"] == 3
    assert (await agency.get("/v1/budget"))["used"] == 1
    assert await facts(agency) == []
    assert await agency.decided(name) == ["parked.again"]


async def test_a_parked_message_is_dropped_once(agency: Agency) -> None:
    name = await a_digest(agency, await agency.a_bound_user(), "parked")
    path = f"/v1/parked/{name}/resolve"
    answers = await asyncio.gather(
        *(agency.ask("POST", path, json={"decision": "drop"}) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    (fact,) = await facts(agency)
    assert (fact.fact, fact.reason) == ("cancelled", "dropped")
    assert await agency.decided(name) == ["parked.drop"]


async def test_only_what_is_parked_can_be_decided(agency: Agency) -> None:
    name = await a_digest(agency, await agency.a_bound_user(), "calling")
    for one in (name, "d0"):
        path = f"/v1/parked/{one}/resolve"
        answer = await agency.refused("POST", path, json={"decision": "again"})
        assert answer == (404, "PARKED_UNKNOWN")
    wrong = await agency.refused("POST", f"/v1/parked/{name}/resolve", json={"decision": "maybe"})
    assert wrong == (422, "REQUEST_INVALID")
    assert await agency.one("select state from notify.deliveries") == "calling"


async def test_every_decision_says_who_what_and_when_in_order(agency: Agency) -> None:
    for place in range(5):
        await agency.post(
            "/v1/contents", 201, kind="link", title=f"連結 {place}", url="https://x.test"
        )
    first = await agency.get("/v1/decisions", limit=3)
    rest = await agency.get("/v1/decisions", limit=3, cursor=first["next_cursor"])
    items = first["items"] + rest["items"]
    assert [one["what"] for one in items] == ["content.add"] * 5
    assert {(one["key_id"], one["label"]) for one in items} == {(agency.key_id, "desk one")}
    assert len({one["subject"] for one in items}) == 5 and rest["next_cursor"] is None
    about = await agency.get("/v1/decisions", subject=items[0]["subject"])
    assert about["items"] == items[:1]
