"""帳號連結 from the chat to the binding, on the strict LINE and a real database."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from services.notify import account_links, tokens
from services.notify.sealed import email_hash
from services.notify.wording import Mail
from tests.support.bot import LINK_KEY, SECRET, Bot, a_bot, a_database_of_notify
from tests.support.kafka import until
from tests.support.line import LineSimulator

OURS = "3501340006"


@pytest.fixture(scope="module")
def link_database(database_url: str) -> Iterator[str]:
    yield asyncio.run(a_database_of_notify(database_url, "notify_account_link"))


@pytest.fixture
async def line() -> AsyncIterator[LineSimulator]:
    async with LineSimulator.running(channel_secret=SECRET, channel_token="token") as simulated:
        yield simulated


@pytest.fixture
async def bot(link_database: str, line: LineSimulator) -> AsyncIterator[Bot]:
    async with a_bot(link_database, line.url) as running:
        line.webhook.url = f"{running.url}/line/webhook"
        await line.follow(running.user)
        await until(lambda: bool(line.received(running.user)), 10)
        yield running


@pytest.fixture
async def address(bot: Bot) -> str:
    """One that the agency has entered for the facility, and that was confirmed."""
    contact, email = f"c{uuid.uuid4().hex[:24]}", f"a{uuid.uuid4().hex[:8]}@clinic.invalid"
    await bot.house.pool.execute(
        "insert into notify.contacts (contact_id, facility_id, email_sealed, email_hash,"
        " seal_key_id, confirmed_at) values ($1, $2, $3, $4, 'test-1', now())",
        contact, OURS, bot.sealer.seal(email.encode(), contact), email_hash(LINK_KEY, email),
    )  # fmt: skip
    return email


class Linking:
    """Somebody on the way through the pages."""

    def __init__(self, bot: Bot, line: LineSimulator) -> None:
        self._bot, self._line = bot, line

    async def login_page(self) -> str:
        """Address of our login, from the chat."""
        before = len(self._line.received(self._bot.user))
        await self._line.say(self._bot.user, "帳號連結")
        await until(lambda: len(self._line.received(self._bot.user)) > before, 10)
        tapped = await self._line.tap(self._bot.user, "開始連結")
        assert tapped.uri is not None
        return self._here(tapped.uri)

    async def asks(self, email: str, facility: str = OURS) -> httpx.Response:
        page = await self.login_page()
        assert "帳號連結" in (await self._bot.client.get(page)).text
        filled = {"facility_id": facility, "email": email, "consent": "yes"}
        return await self._bot.client.post(page, data=filled)

    async def mailed(self) -> list[str]:
        """Links of the mails that wait to be sent, oldest first."""
        rows = await self._bot.house.pool.fetch(
            "select delivery_id, body from notify.deliveries where purpose = 'login'"
            " order by created_at"
        )
        opened = (
            msgspec.json.decode(self._bot.sealer.open(row["body"], row["delivery_id"]), type=Mail)
            for row in rows
        )
        return [self._here(re.findall(r"https?://\S+", mail.text)[0]) for mail in opened]

    async def dialog(self, mailed: str) -> str:
        """LINE's page, behind the button of the mail's."""
        page = await self._bot.client.get(mailed)
        assert "解除綁定" in page.text
        return self._dialog_on(await self._bot.client.post(mailed))

    @staticmethod
    def _dialog_on(page: httpx.Response) -> str:
        found = re.findall(r'class="onward" href="([^"]+)"', page.text)
        assert len(found) == 1, page.text
        return str(found[0]).replace("&amp;", "&")

    async def opens(self, dialog: str) -> str:
        """What the chat says after LINE was asked."""
        before = len(self._line.received(self._bot.user))
        async with httpx.AsyncClient() as browser:
            await browser.get(dialog)
        await until(lambda: len(self._line.received(self._bot.user)) > before, 10)
        return self._line.received(self._bot.user)[-1].text

    async def bound(self) -> list[str]:
        rows = await self._bot.house.pool.fetch(
            "select facility_id from notify.bindings where user_id = $1 and unbound_at is null",
            self._bot.user,
        )
        return [row["facility_id"] for row in rows]

    def _here(self, url: str) -> str:
        return self._bot.url + urlsplit(url).path


@pytest.fixture
def linking(bot: Bot, line: LineSimulator) -> Linking:
    return Linking(bot, line)


async def test_an_address_the_agency_has_binds_without_a_review(
    linking: Linking, bot: Bot, line: LineSimulator, address: str
) -> None:
    assert "確認信已寄出" in (await linking.asks(address.upper())).text
    mailed = (await linking.mailed())[-1]
    dialog = await linking.dialog(mailed)
    nonce = parse_qs(urlsplit(dialog).query)["nonce"][0]
    assert 10 <= len(nonce) <= 255 and address not in dialog + mailed
    assert "帳號已連結" in await linking.opens(dialog)
    assert await linking.bound() == [OURS]
    await line.say(bot.user, "解除綁定")
    await until(lambda: "確定要解除" in line.received(bot.user)[-1].text, 10)
    await line.tap(bot.user, "確定解除")
    await until(lambda: "已解除" in line.received(bot.user)[-1].text, 10)
    assert await linking.bound() == []
    hashed = email_hash(LINK_KEY, address)
    stays = "select removed_at is null from notify.contacts where email_hash = $1"
    assert await bot.house.pool.fetchval(stays, hashed), "the agency's address is the facility's"
    assert line.violations == []


async def test_the_page_says_the_same_of_an_address_nobody_knows(
    linking: Linking, address: str
) -> None:
    known = await linking.asks(address)
    mails = len(await linking.mailed())
    unknown = await linking.asks("nobody@elsewhere.invalid")
    elsewhere = await linking.asks(address, "3501340015")
    assert known.text == unknown.text == elsewhere.text
    assert known.status_code == unknown.status_code == elsewhere.status_code == 200
    assert len(await linking.mailed()) == mails


async def test_every_step_works_once(linking: Linking, bot: Bot, address: str) -> None:
    page = await linking.login_page()
    filled = {"facility_id": OURS, "email": address, "consent": "yes"}
    assert (await bot.client.post(page, data={**filled, "consent": ""})).status_code == 422
    assert (await bot.client.post(page, data=filled)).status_code == 200
    assert (await bot.client.post(page, data=filled)).status_code == 410
    mailed = (await linking.mailed())[-1]
    dialog = await linking.dialog(mailed)
    assert (await bot.client.get(mailed)).status_code == 410
    assert (await bot.client.post(mailed)).status_code == 410
    assert "帳號已連結" in await linking.opens(dialog)
    async with httpx.AsyncClient() as browser:
        again = await browser.get(dialog)
    assert "連結已失效" in again.text
    assert await linking.bound() == [OURS]


async def test_a_nonce_used_too_old_or_of_somebody_else_binds_nobody(
    linking: Linking, bot: Bot, line: LineSimulator, address: str
) -> None:
    await linking.asks(address)
    dialog = await linking.dialog((await linking.mailed())[-1])
    nonce = parse_qs(urlsplit(dialog).query)["nonce"][0]
    now, pool = bot.house.now(), bot.house.pool
    late = now + timedelta(minutes=account_links.NONCE_MINUTES, seconds=1)
    async with pool.acquire() as connection:
        assert await account_links.of_nonce(connection, nonce, bot.user, late) is None
        assert await account_links.of_nonce(connection, nonce, "U" + "0" * 32, now) is None
        assert await account_links.of_nonce(connection, nonce + "x", bot.user, now) is None
        found = await account_links.of_nonce(connection, nonce, bot.user, now)
        assert found is not None and found.facility_id == OURS
        await account_links.complete(connection, bot.sealer, found.link_id, now)
        await account_links.complete(connection, bot.sealer, found.link_id, now)
        assert await account_links.of_nonce(connection, nonce, bot.user, now) is None
    assert await linking.bound() == [OURS]
    outcome = await bot.house.line.link_token(bot.user)
    unknown = account_links.dialog(line.url, outcome.body["linkToken"], "n" * 32)
    assert "帳號未連結" in await linking.opens(unknown)


async def test_who_asks_too_often_waits_until_tomorrow(
    linking: Linking, bot: Bot, address: str
) -> None:
    for _ in range(account_links.A_DAY):
        assert (await linking.asks("nobody@elsewhere.invalid")).status_code == 200
    assert (await linking.asks(address)).status_code == 429


async def test_while_line_is_silent_the_link_of_the_mail_stays(
    linking: Linking, bot: Bot, line: LineSimulator, address: str
) -> None:
    await linking.asks(address)
    mailed = (await linking.mailed())[-1]
    line.faults.replace(
        [{"kind": "500-before-accept", "endpoint": "user/*", "probability": 1.0, "times": 1}], 1
    )
    assert (await bot.client.post(mailed)).status_code == 503
    assert "帳號已連結" in await linking.opens(await linking.dialog(mailed))


def test_tokens_of_the_login_are_no_tokens_of_a_form() -> None:
    assert tokens.make(LINK_KEY, tokens.LOGIN, "k1") != tokens.make(LINK_KEY, tokens.LINK, "k1")
