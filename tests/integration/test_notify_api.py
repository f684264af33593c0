"""The agency's API on a real database: keys, applications, chats, contents, contacts, records."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest
from typer.testing import CliRunner

from services.notify import chats, cli, cli_keys, keys
from tests.support.agency_api import OURS, THEIRS, Agency, agency_api
from tests.support.notices import new_database


@pytest.fixture(scope="module")
def url(database_url: str) -> str:
    return asyncio.run(new_database(database_url, "notify_api"))


@pytest.fixture
async def agency(url: str) -> AsyncIterator[Agency]:
    async with agency_api(url) as caller:
        yield await caller.signed_in()


# ── who may ask


async def test_every_route_refuses_a_caller_without_a_key(url: str) -> None:
    async with agency_api(url) as nobody:
        paths = nobody.app.openapi()["paths"]
        asked = 0
        for path, methods in paths.items():
            for method in methods if path.startswith("/v1/") else ():
                bare = path.replace("{", "").replace("}", "")
                assert await nobody.refused(method, bare) == (401, "KEY_UNKNOWN"), (method, path)
                asked += 1
        assert asked > 30


async def test_a_revoked_key_opens_nothing_from_that_moment(agency: Agency) -> None:
    await agency.get("/v1/users")
    async with agency.pool.acquire() as connection:
        assert await keys.revoke(connection, agency.key_id)
    assert await agency.refused("GET", "/v1/users") == (401, "KEY_UNKNOWN")


async def test_a_key_is_not_kept_only_its_hash(agency: Agency) -> None:
    async with agency.pool.acquire() as connection:
        shown = await keys.create(connection, "desk two")
    (row,) = await agency.rows("select * from notify.api_keys where label = 'desk two'")
    assert shown.split("_", 2)[2] not in str(row)


# ── applications and bindings


async def test_an_approved_application_binds_the_user_and_tells_them(agency: Agency) -> None:
    user_id = await agency.a_follower()
    name = await agency.an_application(user_id)

    (listed,) = (await agency.get("/v1/applications", state="submitted"))["items"]
    approved = await agency.post(f"/v1/applications/{name}/approve")

    assert listed["application_id"] == name and "contact" not in listed
    assert (approved["state"], approved["decided_by"]) == ("approved", agency.key_id)
    (binding,) = (await agency.get("/v1/bindings", facility_id=OURS))["items"]
    assert binding["user_ref"] == listed["user_ref"]
    (told,) = await agency.rows("select recipient, cost from notify.deliveries")
    assert (told["recipient"], told["cost"]) == (user_id, 1)
    assert await agency.decided(name) == ["application.approve"]
    assert (await agency.get("/v1/budget"))["used"] == 1


async def test_an_application_shows_its_contact_to_whoever_decides_and_notes_that(
    agency: Agency,
) -> None:
    name = await agency.an_application(await agency.a_follower(), email="a@clinic.test")
    whole = await agency.get(f"/v1/applications/{name}")
    assert whole["contact"]["email"] == "a@clinic.test"
    assert await agency.decided(name) == ["application.read"]


async def test_a_refused_applicant_is_told_the_reason(agency: Agency) -> None:
    name = await agency.an_application(await agency.a_follower())
    path = f"/v1/applications/{name}/refuse"
    assert await agency.refused("POST", path, json={"reason": ""}) == (422, "REQUEST_INVALID")

    refused = await agency.post(path, reason="代碼與院所名稱不符")

    assert (refused["state"], refused["reason"]) == ("refused", "代碼與院所名稱不符")
    (push,) = await agency.rows("select * from notify.deliveries")
    words = agency.sealer.open(push["body"], push["delivery_id"])
    assert "代碼與院所名稱不符".encode() in words and words not in push["body"]
    assert await agency.decided(name) == ["application.refuse"]


async def test_what_stands_in_the_way_of_a_decision_is_said_and_nothing_changes(
    agency: Agency,
) -> None:
    name = await agency.an_application(await agency.a_follower(), confirmed=False)
    path = f"/v1/applications/{name}/approve"
    assert await agency.refused("POST", path) == (409, "EMAIL_NOT_CONFIRMED")
    assert await agency.decided(name) == []
    await agency.post(f"/v1/applications/{name}/refuse", reason="重複申請")
    assert await agency.refused("POST", path) == (409, "APPLICATION_DECIDED")
    unknown = "/v1/applications/a0"
    assert await agency.refused("GET", unknown) == (404, "APPLICATION_UNKNOWN")
    assert await agency.refused("POST", f"{unknown}/approve") == (404, "APPLICATION_UNKNOWN")


async def test_an_ended_binding_silences_its_address_and_tells_the_user(agency: Agency) -> None:
    user_id = await agency.a_bound_user()
    (binding,) = (await agency.get("/v1/bindings"))["items"]
    path = f"/v1/bindings/{binding['binding_id']}/unbind"

    ended = await agency.post(path)

    assert ended["unbound_by"] == "agency"
    assert (await agency.get("/v1/bindings"))["items"] == []
    assert len((await agency.get("/v1/bindings", live=False))["items"]) == 1
    assert await agency.one("select removed_at is not null from notify.contacts")
    assert await agency.one("select recipient from notify.deliveries") == user_id
    assert await agency.refused("POST", path) == (404, "BINDING_UNKNOWN")
    assert await agency.decided(binding["binding_id"]) == ["binding.unbind"]


async def test_users_are_counted_by_what_reaches_them(agency: Agency) -> None:
    await agency.a_follower()
    await agency.a_bound_user()
    await agency.a_bound_user(THEIRS, is_following=False)
    counts = await agency.get("/v1/users")
    assert counts == {"known": 3, "following": 2, "bound": 1, "bound_but_blocked": 1}


async def test_a_list_comes_in_pages_that_neither_repeat_nor_leave_out(agency: Agency) -> None:
    made = {await agency.an_application(await agency.a_follower()) for _ in range(7)}
    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = await agency.get("/v1/applications", **query)
        seen += [one["application_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 7 and set(seen) == made
    for bad in ("x", "W10=", "WyJ4IiwgInkiXQ=="):
        query = {"cursor": bad}
        answer = await agency.refused("GET", "/v1/applications", params=query)
        assert answer == (422, "CURSOR_INVALID")


# ── chats and requests for files


async def a_chat(agency: Agency, words: str = "請問期限？") -> str:
    user_id, now = await agency.a_follower(), datetime.now(UTC)
    async with agency.pool.acquire() as connection, connection.transaction():
        chat_id = await chats.begin(connection, user_id, now)
        await chats.note(connection, agency.sealer, chat_id, chats.USER, words, now, "m1")
    return chat_id


async def test_a_chat_is_read_taken_answered_and_closed(agency: Agency) -> None:
    chat_id = await a_chat(agency)
    path = f"/v1/chats/{chat_id}"

    (waiting,) = (await agency.get("/v1/chats"))["items"]
    (line,) = (await agency.get(f"{path}/lines"))["items"]
    taken = await agency.post(f"{path}/take")
    said = await agency.post(f"{path}/lines", text="三月底")
    closed = await agency.post(f"{path}/close")

    assert (waiting["state"], line["author"], line["text"]) == ("waiting", "user", "請問期限？")
    assert (taken["state"], taken["taken_by"]) == ("open", agency.key_id)
    assert (said["lines"], closed["state"]) == (2, "closed")
    push, ended = await agency.rows("select * from notify.deliveries order by created_at")
    closing = agency.sealer.open(ended["body"], ended["delivery_id"]).decode()
    assert "客服對話已結束" in closing
    assert (push["purpose"], push["cost"], push["urgent"]) == ("answer", 1, True)
    assert "三月底".encode() not in push["body"]
    assert "三月底".encode() in agency.sealer.open(push["body"], push["delivery_id"])
    assert (await agency.get("/v1/budget"))["used"] == 2
    assert (await agency.get("/v1/chats"))["items"] == []
    assert await agency.decided(chat_id) == ["chat.read", "chat.take", "chat.say", "chat.close"]
    again = await agency.refused("POST", f"{path}/lines", json={"text": "還在嗎"})
    assert again == (409, "CHAT_CLOSED")
    assert await agency.refused("POST", "/v1/chats/h0/take") == (404, "CHAT_UNKNOWN")


async def test_an_answer_without_budget_is_refused_and_nothing_is_said(agency: Agency) -> None:
    chat_id, path = await a_chat(agency), "/v1/chats/{}/lines"
    month = (await agency.get("/v1/budget"))["month"]
    await agency.pool.execute("insert into notify.budgets (month, used) values ($1, 3000)", month)

    refused = await agency.refused("POST", path.format(chat_id), json={"text": "三月底"})

    assert refused == (409, "BUDGET_SPENT")
    assert len((await agency.get(path.format(chat_id)))["items"]) == 1
    assert (await agency.post(f"/v1/chats/{chat_id}/close"))["state"] == "closed"
    assert await agency.one("select count(*) from notify.deliveries") == 0


async def test_a_line_that_was_taken_back_reads_as_empty(agency: Agency) -> None:
    chat_id = await a_chat(agency)
    user_id = await agency.one("select user_id from notify.chats")
    async with agency.pool.acquire() as connection:
        await chats.unsend(connection, "m1", user_id)
    (line,) = (await agency.get(f"/v1/chats/{chat_id}/lines"))["items"]
    assert line["text"] == ""


async def test_a_request_for_a_file_ends_once(agency: Agency) -> None:
    user_id = await agency.a_follower()
    await agency.pool.execute(
        "insert into notify.file_requests (request_id, user_id, facility_id, facility_name,"
        " contact_sealed, seal_key_id) values ('f1', $1, $2, '好好診所', $3, 'test-1')",
        user_id,
        OURS,
        agency.sealer.seal(
            msgspec.msgpack.encode(
                {"name": "王小明", "email": "b@clinic.test", "phone": "0223456789", "remark": ""}
            ),
            "f1",
        ),
    )
    (listed,) = (await agency.get("/v1/file-requests", state="open"))["items"]
    whole = await agency.get("/v1/file-requests/f1")
    done = await agency.post("/v1/file-requests/f1/done")

    assert "contact" not in listed and whole["contact"]["email"] == "b@clinic.test"
    assert (done["state"], done["done_by"]) == ("done", agency.key_id)
    again = await agency.refused("POST", "/v1/file-requests/f1/refuse")
    assert again == (409, "FILE_REQUEST_ENDED")
    unknown = await agency.refused("POST", "/v1/file-requests/f2/done")
    assert unknown == (404, "FILE_REQUEST_UNKNOWN")
    assert await agency.decided("f1") == ["file-request.read", "file-request.done"]


# ── keys from the command line


def test_keys_are_made_listed_and_revoked_from_the_command_line(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    run = CliRunner()
    shown = run.invoke(cli_keys.app, ["create", "--label", "櫃台"]).stdout.strip()
    key_id = shown.split("_")[1]

    listed = run.invoke(cli_keys.app, ["list"]).stdout
    revoked = run.invoke(cli_keys.app, ["revoke", key_id])
    again = run.invoke(cli_keys.app, ["revoke", key_id])

    assert key_id in listed and shown.split("_", 2)[2] not in listed
    assert (revoked.exit_code, again.exit_code) == (0, cli.REFUSED)
