"""What the bot shows and whom mails reach, as the agency keeps it: on a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from services.notify import bindings, contacts, knowing, tokens
from services.notify.mail_links import Links
from tests.support.agency_api import LINK_KEY, OURS, Agency, agency_api
from tests.support.notices import new_database


@pytest.fixture(scope="module")
def url(database_url: str) -> str:
    return asyncio.run(new_database(database_url, "notify_contents"))


@pytest.fixture
async def agency(url: str) -> AsyncIterator[Agency]:
    async with agency_api(url) as caller:
        yield await caller.signed_in()


def a_link(**more: Any) -> dict[str, Any]:
    return {"kind": "link", "title": "預防保健", "url": "https://x.test/a", **more}


async def test_published_contents_reach_the_bot_in_the_agencys_order(agency: Agency) -> None:
    late = await agency.post("/v1/contents", 201, **a_link(position=2, is_published=True))
    await agency.post("/v1/contents", 201, **a_link(title="草稿", position=0))
    early = await agency.post(
        "/v1/contents", 201, kind="answer", title="期限？", body="三月底", is_published=True
    )
    async with agency.pool.acquire() as connection:
        shown = await knowing.published(connection)
    assert [one.content_id for one in shown] == [early["content_id"], late["content_id"]]
    assert len((await agency.get("/v1/contents", kind="link"))["items"]) == 2


async def test_a_content_is_changed_and_removed(agency: Agency) -> None:
    made = await agency.post("/v1/contents", 201, **a_link())
    path = f"/v1/contents/{made['content_id']}"
    changed = await agency.ask("PUT", path, json=a_link(title="新的", is_published=True))
    assert (changed.json()["title"], changed.json()["changed_by"]) == ("新的", agency.key_id)
    assert (await agency.ask("DELETE", path)).status_code == 204
    assert await agency.refused("DELETE", path) == (404, "CONTENT_UNKNOWN")
    assert await agency.refused("PUT", path, json=a_link()) == (404, "CONTENT_UNKNOWN")
    expected = ["content.add", "content.change", "content.remove"]
    assert await agency.decided(made["content_id"]) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://x.test/a"},
        {"url": "javascript:alert(1)"},
        {"url": "https://x.test/a b"},
        {"url": ""},
        {"kind": "answer", "body": " "},
        {"programme": "dental"},
        {"title": ""},
        {"position": -1},
    ],
)
async def test_a_content_that_cannot_be_shown_is_refused(
    agency: Agency, wrong: dict[str, Any]
) -> None:
    answer = await agency.refused("POST", "/v1/contents", json=a_link(**wrong))
    assert answer == (422, "REQUEST_INVALID")


async def test_an_address_is_used_only_after_its_link_was_followed(agency: Agency) -> None:
    added = await agency.post("/v1/contacts", 201, facility_id=OURS, email="lab@clinic.test")
    contact_id = added["contact_id"]
    assert (added["confirmed_at"], added["email_masked"]) == (None, "l***@clinic.test")
    (mail,) = await agency.rows("select * from notify.deliveries where channel = 'email'")
    assert (mail["purpose"], mail["recipient"]) == ("confirm", contact_id)

    text = msgspec.json.decode(agency.sealer.open(mail["body"], mail["delivery_id"]))["text"]
    (link,) = [line for line in text.split("\n") if line.startswith("http")]
    token = link.rsplit("/", 1)[1]
    assert link == Links("http://127.0.0.1:8081", LINK_KEY).confirm(token)
    followed = await agency.ask("POST", f"/mail/confirm/{token}")

    assert followed.status_code == 200
    (listed,) = (await agency.get("/v1/contacts", facility_id=OURS))["items"]
    assert listed["confirmed_at"] is not None
    assert "lab@clinic.test" not in str(await agency.rows("select * from notify.contacts"))
    again = {"facility_id": OURS, "email": "LAB@clinic.test"}
    assert await agency.refused("POST", "/v1/contacts", json=again) == (409, "CONTACT_EXISTS")
    assert await agency.decided(contact_id) == ["contact.add"]


async def test_a_bounced_address_comes_back_only_by_its_link(agency: Agency) -> None:
    added = await agency.post("/v1/contacts", 201, facility_id="", email="desk@agency.test")
    path = f"/v1/contacts/{added['contact_id']}"
    await agency.pool.execute("update notify.contacts set confirmed_at = now(), bounced_at = now()")
    asked = await agency.post(f"{path}/ask")
    assert (asked["bounced_at"], asked["confirmed_at"]) == (None, None)
    assert await agency.one("select count(*) from notify.tokens where purpose = 'confirm'") == 2
    assert (await agency.ask("DELETE", path)).status_code == 204
    assert await agency.refused("POST", f"{path}/ask") == (404, "CONTACT_UNKNOWN")


async def test_an_address_that_is_none_is_refused(agency: Agency) -> None:
    for body, code in (
        ({"facility_id": OURS, "email": "nobody"}, "EMAIL_INVALID"),
        ({"facility_id": "12", "email": "a@clinic.test"}, "FACILITY_INVALID"),
    ):
        assert await agency.refused("POST", "/v1/contacts", json=body) == (422, code)
    assert await agency.one("select count(*) from notify.contacts") == 0


async def test_the_address_of_an_applicant_goes_with_the_binding_only(agency: Agency) -> None:
    await agency.a_bound_user()
    (one,) = (await agency.get("/v1/contacts"))["items"]
    path = f"/v1/contacts/{one['contact_id']}"
    assert await agency.refused("DELETE", path) == (409, "CONTACT_OF_APPLICANT")


async def test_an_applicants_address_is_asked_again_once_there_is_a_binding(
    agency: Agency,
) -> None:
    await agency.an_application(await agency.a_follower(), confirmed=False)
    (one,) = (await agency.get("/v1/contacts"))["items"]
    path = f"/v1/contacts/{one['contact_id']}/ask"
    assert await agency.refused("POST", path) == (409, "CONTACT_OF_APPLICANT")
    await agency.pool.execute("update notify.applications set state = 'approved'")
    await agency.pool.execute("update notify.contacts set unsubscribed_at = now()")
    await agency.post(path)
    async with agency.pool.acquire() as connection:
        assert await contacts.confirm(connection, one["contact_id"], datetime.now(UTC))
    (again,) = (await agency.get("/v1/contacts"))["items"]
    assert again["unsubscribed_at"] is None and again["confirmed_at"] is not None


def test_a_link_to_confirm_names_nobody() -> None:
    token = tokens.make(LINK_KEY, tokens.CONFIRM, "c1/2026")
    assert len(token) == 43 and "c1" not in token


async def test_characters_that_no_message_can_show_are_refused(agency: Agency) -> None:
    link = {"kind": "link", "url": "https://x.test"}
    for title in ("a\x00b", "題\nBcc: x@x.test", " ", "\u2028"):
        body = {**link, "title": title}
        answer = await agency.refused("POST", "/v1/contents", json=body)
        assert answer == (422, "REQUEST_INVALID"), repr(title)
    for path in ("/v1/decisions?subject=%00", "/v1/applications/a%00", "/v1/news/%00/preview"):
        assert await agency.refused("GET", path) == (422, "REQUEST_INVALID"), path


async def test_an_address_the_agency_entered_stays_when_an_applicant_with_it_leaves(
    agency: Agency,
) -> None:
    added = await agency.post("/v1/contacts", 201, facility_id=OURS, email="desk@clinic.test")
    await agency.pool.execute("update notify.contacts set confirmed_at = now()")
    user = await agency.a_follower()
    name = await agency.an_application(user, email="desk@clinic.test")
    await agency.post(f"/v1/applications/{name}/approve")
    binding_id = await agency.one("select binding_id from notify.bindings")
    async with agency.pool.acquire() as connection:
        assert await bindings.unbind(connection, binding_id, "user", datetime.now(UTC)) == OURS
    (left,) = (await agency.get("/v1/contacts"))["items"]
    assert left["contact_id"] == added["contact_id"]
