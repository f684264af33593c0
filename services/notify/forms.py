"""The pages of the forms: a single-use link from the chat, and what was filled in.

The link is the permission: whoever holds it is the user it was given to, so no cookie is set and
no other site can submit in somebody's name. Nothing personal is in an address.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from pipeline.http_problems import Problem
from services.notify import applications, bindings, form_fields, tokens
from services.notify.applications import Filled
from services.notify.bot_words import mails
from services.notify.bot_words import pages as words
from services.notify.database import Connection
from services.notify.form_fields import FIELDS, REMARK, Answers
from services.notify.form_page import form_page, told_page
from services.notify.house import House, house_of
from services.notify.mail_outbox import queue_mail
from services.notify.sealed import Contact, seal_contact

router = APIRouter(prefix="/forms", include_in_schema=False)
# Every field at its longest, encoded, and as much again.
_FORM_BYTES = 16 * 1024
_FILE_FIELDS = tuple(field for field in FIELDS if field.name != REMARK)


@router.get("/apply/{token}")
async def apply_page(request: Request, token: str) -> Response:
    """The application form 申請表單."""
    house = house_of(request)
    async with house.pool.acquire() as connection:
        link = await tokens.look(connection, token, tokens.FORM, house.now())
    return expired() if link is None else _apply_form({}, {})


@router.post("/apply/{token}")
async def apply(request: Request, token: str) -> Response:
    """What is wrong comes back beside its field, and the link still works."""
    house, now = house_of(request), house_of(request).now()
    if not await is_live(house, token, tokens.FORM):
        return expired()
    answers = form_fields.read(await sent(request))
    async with house.pool.acquire() as connection, connection.transaction():
        link = await tokens.look(connection, token, tokens.FORM, now)
        if link is None:
            return expired()
        errors = dict(answers.errors)
        bound = await bindings.live_of(connection, link.subject)
        if answers.values["facility_id"] in [one.facility_id for one in bound]:
            errors["facility_id"] = words.ALREADY_BOUND
        if errors:
            return _apply_form(answers.values, errors)
        if await tokens.use(connection, token, tokens.FORM, now) is None:
            return expired()
        return await _submit(house, connection, link.subject, _filled(answers), now)


async def _submit(
    house: House, connection: Connection, user_id: str, filled: Filled, now: datetime
) -> Response:
    link_key = house.settings.link_key
    if await applications.are_too_many(connection, link_key, user_id, filled.contact.email, now):
        return told_page(words.TOO_MANY_TITLE, words.TOO_MANY, 429)
    made = await applications.submit(connection, house.sealer, link_key, user_id, filled, now)
    if made is None:
        return told_page(words.OPEN_TITLE, words.OPEN, 409)
    token = tokens.make(link_key, tokens.CONFIRM, made.application_id)
    until = now + timedelta(hours=tokens.CONFIRM_HOURS)
    await tokens.keep(connection, token, tokens.CONFIRM, made.application_id, until)
    url = house.links.confirm(token)
    mail = mails.confirm(filled.facility_id, url, tokens.CONFIRM_HOURS)
    await queue_mail(
        connection,
        house.sealer,
        contact_id=made.contact_id,
        purpose="confirm",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
    )
    return told_page(words.SENT_TITLE, words.SENT)


@router.get("/file/{token}")
async def file_page(request: Request, token: str) -> Response:
    """電子檔申請: for a facility the user is bound to, since it is about that facility's list."""
    house = house_of(request)
    async with house.pool.acquire() as connection:
        link = await tokens.look(connection, token, tokens.FILE, house.now())
        if link is None:
            return expired()
        bound = await bindings.live_of(connection, link.subject)
    return _file_form({}, {}, [one.facility_id for one in bound])


@router.post("/file/{token}")
async def file(request: Request, token: str) -> Response:
    house, now = house_of(request), house_of(request).now()
    if not await is_live(house, token, tokens.FILE):
        return expired()
    answers = form_fields.read(await sent(request), _FILE_FIELDS)
    async with house.pool.acquire() as connection, connection.transaction():
        link = await tokens.look(connection, token, tokens.FILE, now)
        if link is None:
            return expired()
        bound = await bindings.live_of(connection, link.subject)
        facilities, errors = [one.facility_id for one in bound], dict(answers.errors)
        if answers.values["facility_id"] not in facilities:
            errors["facility_id"] = words.CHOOSE_BOUND
        if errors:
            return _file_form(answers.values, errors, facilities)
        if await tokens.use(connection, token, tokens.FILE, now) is None:
            return expired()
        await _ask_for_file(house, connection, link.subject, _filled(answers), now)
    return told_page(words.FILE_SENT_TITLE, words.FILE_SENT)


async def _ask_for_file(
    house: House, connection: Connection, user_id: str, filled: Filled, now: datetime
) -> None:
    request_id = "f" + secrets.token_hex(12)
    await connection.execute(
        "insert into notify.file_requests (request_id, user_id, facility_id, facility_name,"
        " contact_sealed, seal_key_id, requested_at) values ($1, $2, $3, $4, $5, $6, $7)",
        request_id,
        user_id,
        filled.facility_id,
        filled.facility_name,
        seal_contact(house.sealer, filled.contact, request_id),
        house.sealer.key_id,
        now,
    )


async def is_live(house: House, token: str, purpose: str) -> bool:
    """Looked at before anything of the body is read: whoever holds no link makes us no work."""
    async with house.pool.acquire() as connection:
        return await tokens.look(connection, token, purpose, house.now()) is not None


async def sent(request: Request) -> dict[str, str]:
    """The fields of the form as text; a file in their place counts as nothing.

    Raises Problem 413.
    """
    if len(await request.body()) > _FORM_BYTES:
        raise Problem(413, "TOO_LARGE", "表單內容過長。")
    async with request.form(max_files=0, max_fields=20) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _filled(answers: Answers) -> Filled:
    values = answers.values
    contact = Contact(
        values["contact_name"], values["email"], values["phone"], values.get(REMARK, "")
    )
    return Filled(values["facility_id"], values["facility_name"], contact)


def _apply_form(values: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    return form_page(words.APPLY_TITLE, words.APPLY_INTRO, words.STATEMENT, FIELDS, values, errors)


def _file_form(
    values: Mapping[str, str], errors: Mapping[str, str], facilities: list[str]
) -> Response:
    if not facilities:
        return told_page(words.NOT_BOUND_TITLE, words.NOT_BOUND, 409)
    title, intro, statement = words.FILE_TITLE, words.FILE_INTRO, words.FILE_STATEMENT
    return form_page(title, intro, statement, _FILE_FIELDS, values, errors, choices=facilities)


def expired() -> Response:
    return told_page(words.EXPIRED_TITLE, words.EXPIRED, 410)
