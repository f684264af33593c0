"""The pages of 帳號連結: our login, the link in the mail, and the way on to LINE.

The login page answers the same whatever was written: it tells nobody which address a facility has.
"""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from services.notify import account_links, form_fields, tokens
from services.notify.bot_words import mails
from services.notify.bot_words import pages as words
from services.notify.form_fields import FIELDS, Answers
from services.notify.form_page import form_page, told_page
from services.notify.forms import expired, is_live, sent
from services.notify.house import House, house_of
from services.notify.mail_outbox import queue_mail

router = APIRouter(include_in_schema=False)
_FIELDS = tuple(field for field in FIELDS if field.name in ("facility_id", "email"))


@router.get("/forms/link/{token}")
async def login_page(request: Request, token: str) -> Response:
    if not await is_live(house_of(request), token, tokens.LINK):
        return expired()
    return _form(Answers({}, {}))


@router.post("/forms/link/{token}")
async def login(request: Request, token: str) -> Response:
    """What is no code or no address comes back beside its field, and the link still works."""
    house, now = house_of(request), house_of(request).now()
    if not await is_live(house, token, tokens.LINK):
        return expired()
    answers = form_fields.read(await sent(request), _FIELDS)
    if answers.errors:
        return _form(answers)
    values = answers.values
    async with house.pool.acquire() as connection, connection.transaction():
        link = await tokens.use(connection, token, tokens.LINK, now)
        if link is None:
            return expired()
        asked = await account_links.ask(
            *(connection, house.settings.link_key, link.subject),
            *(values["facility_id"], values["email"], now),
        )
        if asked is None:
            return told_page(words.TOO_MANY_TITLE, words.LINK_TOO_MANY, 429)
        if asked.contact_id is not None:
            secret = tokens.make(house.settings.link_key, tokens.LOGIN, asked.link_id)
            until = now + timedelta(minutes=tokens.LOGIN_MINUTES)
            await tokens.keep(connection, secret, tokens.LOGIN, asked.link_id, until)
            url = house.links.login(secret)
            mail = mails.login(values["facility_id"], url, tokens.LOGIN_MINUTES)
            await queue_mail(
                connection,
                house.sealer,
                contact_id=asked.contact_id,
                purpose="login",
                subject=mail.subject,
                text=mail.text,
                html=mail.html,
            )
    return told_page(words.LINK_ASKED_TITLE, words.LINK_ASKED)


@router.get("/mail/link/{token}")
async def mailed_page(request: Request, token: str) -> Response:
    """A GET changes nothing: programs that look into mails follow every link they find."""
    if not await is_live(house_of(request), token, tokens.LOGIN):
        return told_page(words.EXPIRED_TITLE, words.LINK_EXPIRED, 410)
    return told_page(words.LINK_TITLE, words.LINK, button=words.LINK_BUTTON)


@router.post("/mail/link/{token}")
async def mailed(request: Request, token: str) -> Response:
    """On to LINE. While LINE does not answer the link of the mail stays as it is."""
    house, now = house_of(request), house_of(request).now()
    async with house.pool.acquire() as connection:
        link = await tokens.look(connection, token, tokens.LOGIN, now)
        user = link and await account_links.user_of(connection, link.subject)
    if link is None or not user:
        return told_page(words.EXPIRED_TITLE, words.LINK_EXPIRED, 410)
    link_token = await _link_token(house, user)
    if not link_token:
        return told_page(words.LINK_LATER_TITLE, words.LINK_LATER, 503)
    async with house.pool.acquire() as connection, connection.transaction():
        nonce = None
        if await tokens.use(connection, token, tokens.LOGIN, now) is not None:
            nonce = await account_links.nonce_for(connection, link.subject, now)
    if nonce is None:
        return told_page(words.EXPIRED_TITLE, words.LINK_EXPIRED, 410)
    url = account_links.dialog(house.settings.line_access_url, link_token, nonce)
    return told_page(words.LINK_ON_TITLE, words.LINK_ON, onward=(words.LINK_ON_BUTTON, url))


async def _link_token(house: House, user_id: str) -> str:
    """Empty when LINE has none for us."""
    outcome = await house.line.link_token(user_id)
    token = outcome.body.get("linkToken") if outcome.is_done else None
    return token if isinstance(token, str) else ""


def _form(answers: Answers) -> Response:
    title, intro, statement = words.LINK_LOGIN_TITLE, words.LINK_LOGIN_INTRO, words.LINK_STATEMENT
    return form_page(title, intro, statement, _FIELDS, answers.values, answers.errors)
