"""The pages behind the links of a mail: confirm an address, unsubscribe.

A GET changes nothing: programs that look into mails follow every link they find.
"""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from services.notify import applications, contacts, tokens
from services.notify.bot_words import pages as words
from services.notify.database import Connection
from services.notify.form_page import told_page
from services.notify.house import house_of

router = APIRouter(prefix="/mail", include_in_schema=False)


@router.get("/confirm/{token}")
async def confirm_page(request: Request, token: str) -> Response:
    house = house_of(request)
    async with house.pool.acquire() as connection:
        link = await tokens.look(connection, token, tokens.CONFIRM, house.now())
    if link is None:
        return told_page(words.EXPIRED_TITLE, words.CONFIRM_EXPIRED, 410)
    return told_page(words.CONFIRM_TITLE, words.CONFIRM, button=words.CONFIRM_BUTTON)


@router.post("/confirm/{token}")
async def confirm(request: Request, token: str) -> Response:
    """410 as well when the application was withdrawn or decided meanwhile."""
    house, now = house_of(request), house_of(request).now()
    async with house.pool.acquire() as connection, connection.transaction():
        link = await tokens.use(connection, token, tokens.CONFIRM, now)
        if link is None or not await _confirmed(connection, link.subject, now):
            return told_page(words.EXPIRED_TITLE, words.CONFIRM_EXPIRED, 410)
    is_ours = link.subject.startswith(applications.LETTER)
    return told_page(words.CONFIRMED_TITLE, words.CONFIRMED if is_ours else words.CONFIRMED_ADDRESS)


async def _confirmed(connection: Connection, subject: str, now: datetime) -> bool:
    """Of an application, or of an address that the agency entered."""
    if subject.startswith(applications.LETTER):
        return await applications.confirm_email(connection, subject, now)
    return await contacts.confirm(connection, subject, now)


@router.get("/unsubscribe/{token}")
async def unsubscribe_page(request: Request, token: str) -> Response:
    if tokens.unsubscribes(house_of(request).settings.link_key, token) is None:
        return told_page(words.EXPIRED_TITLE, words.UNSUBSCRIBE_INVALID, 410)
    return told_page(words.UNSUBSCRIBE_TITLE, words.UNSUBSCRIBE, button=words.UNSUBSCRIBE_BUTTON)


@router.post("/unsubscribe/{token}")
async def unsubscribe(request: Request, token: str) -> Response:
    """By the button, or by the one click of a mail program (RFC 8058); again is the same."""
    house = house_of(request)
    contact_id = tokens.unsubscribes(house.settings.link_key, token)
    if contact_id is None:
        return told_page(words.EXPIRED_TITLE, words.UNSUBSCRIBE_INVALID, 410)
    async with house.pool.acquire() as connection:
        await connection.execute(
            "update notify.contacts set unsubscribed_at = coalesce(unsubscribed_at, $2)"
            " where contact_id = $1",
            contact_id,
            house.now(),
        )
    return told_page(words.UNSUBSCRIBED_TITLE, words.UNSUBSCRIBED)
