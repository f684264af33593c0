"""The bot on a real database: forms, applications, bindings, chats, links of mails."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from services.notify import applications, bindings, chats, tokens
from tests.support.bot import LINK_KEY, Bot, TakingLine, a_bot, a_database_of_notify
from tests.support.bot_ways import (
    FILLED,
    OURS,
    THEIRS,
    a_binding,
    a_form,
    an_application,
    confirm_link,
    here,
    links,
    pushed,
    words,
)
from tests.support.chatting import actions_of


@pytest.fixture(scope="module")
def bot_database(database_url: str) -> Iterator[str]:
    yield asyncio.run(a_database_of_notify(database_url, "notify_bot"))


@pytest.fixture
async def line() -> AsyncIterator[TakingLine]:
    async with TakingLine().running() as taking:
        yield taking


@pytest.fixture
async def bot(bot_database: str, line: TakingLine) -> AsyncIterator[Bot]:
    async with a_bot(bot_database, line.url) as running:
        yield running


# ---- joining


async def test_from_following_to_leaving(bot: Bot, line: TakingLine) -> None:
    follow, ask = bot.an_event("follow"), bot.tapped("apply")
    await bot.tell(follow, ask)
    assert "審核申請" in words(line, follow)
    (uri,) = links(line, ask)
    page = await bot.client.get(here(bot, uri))
    assert page.status_code == 200 and "醫事機構代碼" in page.text
    sent = await bot.client.post(here(bot, uri), data=FILLED)
    assert sent.status_code == 200 and "已送出申請" in sent.text

    again = bot.tapped("apply")
    assert await bot.tell(again) == ["under review"]
    assert "信箱尚未確認" in words(line, again)
    confirm = here(bot, await confirm_link(bot))
    assert "確認信箱" in (await bot.client.get(confirm)).text
    assert (await bot.client.post(confirm)).status_code == 200

    async with bot.house.pool.acquire() as connection, connection.transaction():
        name = await applications.open_of(connection, bot.user)
        assert name is not None
        await applications.approve(connection, bot.sealer, name, "key-1", bot.house.now())
        await connection.execute(
            "insert into notify.cases (case_id, sequence, facility_id, lab_facility_id, programme,"
            " state, is_open, due_on, round_id, changed_on) values"
            " ('k1', 1, $1, '', 'adult', 'open_missing', true, 20239, 'R1', 20200),"
            " ('k2', 1, $1, '', 'adult', 'pending', true, 20250, '', 20200),"
            " ('k3', 1, $1, '', 'adult', 'matched', false, 20239, '', 20200),"
            " ('k5', 1, $1, '', 'adult', 'late', true, 20100, '', 20200),"
            " ('k6', 1, $1, '', 'adult', 'overdue', true, 20100, '', 20200),"
            " ('k8', 1, $1, '', 'oral', 'noted', true, 20300, 'r1', 20200),"
            " ('k4', 1, $2, '', 'child', 'open_missing', true, 20239, 'R1', 20200)",
            OURS,
            THEIRS,
        )
    assert [body["altText"].split("\n")[0] for body in await pushed(bot)] == ["審核通過"]
    count = bot.said("待補件數")
    await bot.tell(count)
    assert "待補正 2 件，最近期限 114年5月31日（六）" in words(line, count)
    assert "待上傳 1 件" in words(line, count) and "共 3 件" in words(line, count)
    assert "屆期仍未補正 1 件" in words(line, count)
    assert THEIRS not in words(line, count)

    unbind = bot.tapped("unbind")
    await bot.tell(unbind)
    (sure,) = [
        action["data"]
        for action in actions_of(tuple(line.said[unbind["replyToken"]]))
        if action.get("data", "").startswith("unbind-yes/")
    ]
    assert await bot.tell(bot.tapped(sure), bot.said("待補件數")) == ["unbound", "not bound"]
    contact = "select removed_at is not null from notify.contacts where facility_id = $1"
    assert await bot.house.pool.fetchval(contact, OURS) is True


async def test_a_form_works_once_and_for_half_an_hour(bot: Bot, line: TakingLine) -> None:
    form = await a_form(bot, line)
    both = await asyncio.gather(*(bot.client.post(form, data=FILLED) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 410]
    assert (await bot.client.get(form)).status_code == 410
    assert (await bot.client.get(form[:-2] + "zz")).status_code == 410
    other = Bot(bot.app, bot.url, bot.client)
    late = await a_form(other, line)
    await bot.house.pool.execute("update notify.tokens set expires_at = now() - interval '1 s'")
    assert (await bot.client.get(late)).status_code == 410
    assert (await bot.client.post(late, data=FILLED)).status_code == 410


async def test_nothing_is_read_without_a_link_and_no_more_than_a_form_holds(
    bot: Bot, line: TakingLine
) -> None:
    form, long = await a_form(bot, line), {**FILLED, "remark": "x" * 20_000}
    assert (await bot.client.post(form[:-2] + "zz", data=long)).status_code == 410
    assert (await bot.client.post(form, data=long)).status_code == 413
    assert (await bot.client.post(form, data=FILLED)).status_code == 200


async def test_an_address_is_not_mailed_time_and_again(bot: Bot, line: TakingLine) -> None:
    theirs = {"email": "flooded@clinic.test"}
    for _ in range(applications.A_DAY):
        await an_application(bot, line, confirmed=False, **theirs)
        assert await bot.tell(bot.tapped("withdraw-yes")) == ["withdrawn"]
    for user in (bot, Bot(bot.app, bot.url, bot.client)):
        answer = await bot.client.post(await a_form(user, line), data={**FILLED, **theirs})
        assert answer.status_code == 429 and "明日再申請" in answer.text
    other = Bot(bot.app, bot.url, bot.client)
    answer = await bot.client.post(
        await a_form(other, line), data={**FILLED, "email": "other@clinic.test"}
    )
    assert answer.status_code == 200


async def test_what_is_wrong_comes_back_beside_its_field_and_the_link_still_works(
    bot: Bot, line: TakingLine
) -> None:
    form = await a_form(bot, line)
    bad = {"facility_id": "12", "email": "x", "phone": "abc", "remark": "<script>"}
    answer = await bot.client.post(form, data=bad)
    assert answer.status_code == 422
    for name in ("facility_name", "facility_id", "contact_name", "email", "phone", "consent"):
        assert f'id="{name}-error"' in answer.text
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await bot.client.post(form, data=FILLED)).status_code == 200


async def test_a_confirmation_changes_nothing_before_the_button(bot: Bot, line: TakingLine) -> None:
    name = await an_application(bot, line, confirmed=False)
    link = here(bot, await confirm_link(bot))
    await bot.client.get(link)
    async with bot.house.pool.acquire() as connection, connection.transaction():
        with pytest.raises(applications.NotPossible) as refused:
            await applications.approve(connection, bot.sealer, name, "key-1", bot.house.now())
        assert refused.value.code == applications.NOT_CONFIRMED
    assert (await bot.client.post(link)).status_code == 200
    assert (await bot.client.post(link)).status_code == 410


async def test_refused_with_a_reason_one_may_apply_again(bot: Bot, line: TakingLine) -> None:
    name = await an_application(bot, line)
    async with bot.house.pool.acquire() as connection, connection.transaction():
        await applications.refuse(
            connection, bot.sealer, name, "key-1", "代碼與名稱不符", bot.house.now()
        )
        with pytest.raises(applications.NotPossible):
            await applications.approve(connection, bot.sealer, name, "key-1", bot.house.now())
    assert "代碼與名稱不符" in (await pushed(bot))[0]["altText"]
    assert await an_application(bot, line) != name
    assert await bot.tell(bot.tapped("withdraw-yes")) == ["withdrawn"]
    assert await bot.tell(bot.tapped("apply")) == ["form given"]


async def test_a_second_form_of_an_open_application_is_not_taken(
    bot: Bot, line: TakingLine
) -> None:
    first, second = await a_form(bot, line), await a_form(bot, line)
    assert (await bot.client.post(first, data=FILLED)).status_code == 200
    answer = await bot.client.post(second, data={**FILLED, "facility_id": THEIRS})
    assert answer.status_code == 409 and "正在審核中" in answer.text


async def test_several_facilities_each_way_and_leaving_one(bot: Bot, line: TakingLine) -> None:
    first, second = await a_binding(bot, line), await a_binding(bot, line, facility_id=THEIRS)
    colleague = Bot(bot.app, bot.url, bot.client)
    await a_binding(colleague, line)
    again = await bot.client.post(await a_form(bot, line), data=FILLED)
    assert again.status_code == 422 and "已綁定此醫事機構" in again.text
    ask = bot.tapped("unbind")
    await bot.tell(ask)
    assert OURS in words(line, ask) and THEIRS in words(line, ask)
    assert await bot.tell(bot.tapped(f"unbind-yes/{second}")) == ["unbound"]
    live = "select user_id from notify.bindings where facility_id = $1 and unbound_at is null"
    assert {row["user_id"] for row in await bot.house.pool.fetch(live, OURS)} >= {
        bot.user,
        colleague.user,
    }
    # Of somebody else's binding, nothing happens.
    assert await colleague.tell(colleague.tapped(f"unbind-yes/{first}")) == ["nothing bound"]
    async with bot.house.pool.acquire() as connection:
        now, by = bot.house.now(), bindings.BY_USER
        assert await bindings.unbind(connection, first, by, now, colleague.user) is None
        assert await bindings.unbind(connection, first, by, now, bot.user) == OURS


async def test_blocked_is_silent_and_coming_back_goes_on(bot: Bot, line: TakingLine) -> None:
    binding = await a_binding(bot, line)
    await bot.tell(bot.an_event("unfollow"))
    live = "select unbound_at is null from notify.bindings where binding_id = $1"
    assert await bot.house.pool.fetchval(live, binding) is True
    back = bot.an_event("follow")
    await bot.tell(back)
    assert "仍然有效" in words(line, back)


# ---- chats, files, mail links


async def test_staff_have_the_chat_until_they_close_it(bot: Bot, line: TakingLine) -> None:
    take, asked, picture = bot.tapped("staff"), bot.said("勾稽不到", "m-1"), bot.tapped("count")
    assert await bot.tell(take, asked, picture) == ["handed over", "noted", "noted"]
    assert line.calls == 1
    async with bot.house.pool.acquire() as connection, connection.transaction():
        chat = await chats.live_of(connection, bot.user)
        assert chat is not None
        now = bot.house.now()
        assert await chats.say(connection, bot.sealer, chat, "key-1", "請看教學", now)
        lines = await connection.fetch(
            "select line_id, author, text_sealed from notify.chat_lines where chat_id = $1"
            " order by at, line_id",
            chat,
        )
        said = [
            (row["author"], bot.sealer.open(row["text_sealed"], row["line_id"])) for row in lines
        ]
        assert [(who, text.decode()) for who, text in said] == [
            ("user", "勾稽不到"),
            ("user", "（點選：待補件數）"),
            ("staff", "請看教學"),
        ]
        assert await chats.close(connection, chat, now + timedelta(seconds=1))
    assert [one["text"] for one in await pushed(bot)] == ["客服：請看教學"]
    assert await bot.tell(bot.said("謝謝")) == ["helped"]


async def test_a_message_taken_back_is_deleted_in_either_order(bot: Bot, line: TakingLine) -> None:
    await bot.tell(bot.tapped("staff"), bot.said("A123456789", "m-2"))
    await bot.tell(bot.an_event("unsend", unsend={"messageId": "m-2"}))
    text = "select text_sealed from notify.chat_lines where message_id = $1"
    assert await bot.house.pool.fetchval(text, "m-2") == b""
    late = bot.said("B123456789", "m-3")
    taken_back = bot.an_event("unsend", unsend={"messageId": "m-3"})
    assert await bot.tell(taken_back) == ["unsent/m-3"]
    assert await bot.tell(late) == ["was unsent"]
    assert await bot.house.pool.fetchval(text, "m-3") is None


async def test_a_list_as_a_file_becomes_a_task_for_staff(bot: Bot, line: TakingLine) -> None:
    assert await bot.tell(bot.tapped("file")) == ["not bound"]
    await a_binding(bot, line)
    form = await a_form(bot, line, "file")
    assert f"<option>{OURS}</option>" in (await bot.client.get(form)).text
    wrong = await bot.client.post(form, data={**FILLED, "facility_id": THEIRS})
    assert wrong.status_code == 422
    assert (await bot.client.post(form, data=FILLED)).status_code == 200
    row = await bot.house.pool.fetchrow(
        "select facility_id, state from notify.file_requests where user_id = $1", bot.user
    )
    assert row is not None and (row["facility_id"], row["state"]) == (OURS, "open")


async def test_unsubscribing_needs_the_button_and_our_signature(bot: Bot, line: TakingLine) -> None:
    await a_binding(bot, line, email="other@clinic.test")
    contact = await bot.house.pool.fetchval(
        "select contact_id from notify.bindings where user_id = $1", bot.user
    )
    left = "select unsubscribed_at is not null from notify.contacts where contact_id = $1"
    page = f"{bot.url}/mail/unsubscribe/{tokens.unsubscribe_token(LINK_KEY, contact)}"
    assert (await bot.client.get(page)).status_code == 200
    for answer in (await bot.client.get(page[:-1] + "_"), await bot.client.post(page[:-1] + "_")):
        assert answer.status_code == 410
        assert "取消訂閱" in answer.text and "表單" not in answer.text
    assert await bot.house.pool.fetchval(left, contact) is False
    assert (await bot.client.post(page, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    assert await bot.house.pool.fetchval(left, contact) is True


async def test_the_answers_of_the_letter_are_there_at_the_first_start(
    bot: Bot, line: TakingLine
) -> None:
    lessons, one, pages = bot.tapped("teach"), bot.tapped("answer/adult-04"), bot.tapped("links")
    await bot.tell(lessons, one, pages)
    assert "Q13 請幫我確認" in words(line, lessons) and "Q5 代碼變更或停歇業" in words(
        line, lessons
    )
    assert "40、41" in words(line, one)
    assert "https://medvpn.nhi.gov.tw" in words(line, pages)


async def test_a_round_whose_last_day_was_closed_is_no_longer_listed(
    bot: Bot, line: TakingLine
) -> None:
    await bot.house.pool.execute(
        "insert into notify.rounds (round_id, programme, service_from, service_to, pickup_from,"
        " pickup_to, correction_deadline, opened_on) values"
        " ('R1', 'adult', 20000, 20100, 20200, 20230, 20239, 20200),"
        " ('R2', 'child', 20000, 20100, 20200, 20230, 20240, 20200)"
    )
    before, after = bot.tapped("list"), bot.tapped("list")
    await bot.tell(before)
    await bot.house.pool.execute(
        "insert into notify.milestones (cause, day) values ('day-closed/2025-05-31', 20239)"
    )
    await bot.tell(after)
    assert "成人預防保健：提供下載日期" in words(line, before)
    assert "成人預防保健：提供下載日期" not in words(line, after)
    assert "兒童預防保健：提供下載日期" in words(line, after)
