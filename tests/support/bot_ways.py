"""What a user does with the bot, and what comes of it, for tests of the running service."""

import json
from typing import Any

import httpx

from services.notify import applications
from tests.support.bot import Bot, TakingLine
from tests.support.chatting import actions_of, words_of

OURS, THEIRS = "3501340006", "3501340015"
FILLED = {
    "facility_name": "測試診所",
    "facility_id": OURS,
    "contact_name": "測試人",
    "email": "someone@clinic.test",
    "phone": "02-2234 5678 分機 12",
    "consent": "yes",
    "remark": "",
}


def words(line: TakingLine, event: dict[str, Any]) -> str:
    return words_of(tuple(line.said.get(event["replyToken"], ())))


def links(line: TakingLine, event: dict[str, Any]) -> list[str]:
    return [one["uri"] for one in actions_of(tuple(line.said[event["replyToken"]])) if "uri" in one]


def here(bot: Bot, uri: str) -> str:
    """The page behind a link, on the port of this test."""
    return bot.url + httpx.URL(uri).path


async def a_form(bot: Bot, line: TakingLine, verb: str = "apply") -> str:
    """The address of a new form."""
    event = bot.tapped(verb)
    await bot.tell(event)
    return here(bot, links(line, event)[0])


async def an_application(bot: Bot, line: TakingLine, confirmed: bool = True, **more: str) -> str:
    """The application_id of one that this user has just handed in."""
    answer = await bot.client.post(await a_form(bot, line), data={**FILLED, **more})
    assert answer.status_code == 200, answer.text
    async with bot.house.pool.acquire() as connection:
        name = await applications.open_of(connection, bot.user)
        assert name is not None
        if confirmed:
            assert await applications.confirm_email(connection, name, bot.house.now())
    return name


async def a_binding(bot: Bot, line: TakingLine, **more: str) -> str:
    name = await an_application(bot, line, True, **more)
    async with bot.house.pool.acquire() as connection, connection.transaction():
        return await applications.approve(connection, bot.sealer, name, "key-1", bot.house.now())


async def pushed(bot: Bot) -> list[dict[str, Any]]:
    rows = await bot.house.pool.fetch(
        "select delivery_id, body from notify.deliveries where channel = 'line' and recipient = $1"
        " and purpose = 'answer' order by created_at",
        bot.user,
    )
    bodies = [bot.sealer.open(row["body"], row["delivery_id"]) for row in rows]
    return [message for body in bodies for message in json.loads(body)]


async def confirm_link(bot: Bot) -> str:
    """Of the one mail to this user's address."""
    row = await bot.house.pool.fetchrow(
        "select d.delivery_id, d.body from notify.deliveries d"
        " join notify.applications a on a.contact_id = d.recipient"
        " where a.user_id = $1 and d.purpose = 'confirm'",
        bot.user,
    )
    assert row is not None
    mail = json.loads(bot.sealer.open(row["body"], row["delivery_id"]))
    links = [each for each in mail["text"].split() if each.startswith("http")]
    assert len(links) == 1 and links[0] in mail["html"]
    return str(links[0])
