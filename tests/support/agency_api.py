"""The agency's API in this process, on its own database: a caller, and who it is about."""

import base64
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from asyncpg import Record
from fastapi import FastAPI

from pipeline.logs import no_log
from pipeline.postgres import Pool
from pipeline.sealing import Sealer
from services.notify import applications, keys
from services.notify.applications import Filled
from services.notify.http_app import make_app
from services.notify.sealed import Contact
from services.notify.settings import ServeSettings

OURS, THEIRS, ELSEWHERE = "3501340006", "3501340015", "3502340013"
LINK_KEY = b"l" * 32
ENVIRONMENT = {
    "GOUJI_SEAL_KEY": base64.b64encode(b"s" * 64).decode(),
    "GOUJI_SEAL_KEY_ID": "test-1",
    "GOUJI_LINK_KEY": base64.b64encode(LINK_KEY).decode(),
    "GOUJI_LINE_CHANNEL_TOKEN": "token",
    "GOUJI_LINE_CHANNEL_SECRET": "secret",
    # Nobody is there: the API itself never speaks to LINE.
    "GOUJI_LINE_BASE_URL": "http://127.0.0.1:9",
    "GOUJI_LINE_BUDGET": "3000",
    "GOUJI_LINE_RESERVE": "0.1",
}
_LINE_USER_ID = re.compile(r"U[0-9a-f]{32}")
# Children first. On a few rows this is many times faster than truncating.
_TABLES = """
news_batches news decisions delivery_notices deliveries digests notice_cases notices cases facts
budgets chat_lines chats file_requests bindings applications contacts tokens contents users api_keys
""".split()  # noqa: SIM905 - one line a table is harder to read


class Agency:
    """A caller with a key. No answer may show LINE's user id, whatever is asked."""

    def __init__(self, app: FastAPI, pool: "Pool[Record]", client: httpx.AsyncClient) -> None:
        self.app, self.pool, self._client = app, pool, client
        self.sealer = Sealer(b"s" * 64, "test-1")
        self.key_id = ""

    async def signed_in(self, label: str = "desk one") -> "Agency":
        async with self.pool.acquire() as connection:
            key = await keys.create(connection, label)
        self._client.headers["X-Api-Key"] = key
        self.key_id = key.split("_")[1]
        return self

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = await self._client.request(method, path, **more)
        assert not _LINE_USER_ID.search(answer.text)
        return answer

    async def get(self, path: str, **query: Any) -> Any:
        """The body of a 200."""
        answer = await self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = await self.ask("POST", path, json=body or None)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Status and code of a problem; its words are for people."""
        answer = await self.ask(method, path, **more)
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        assert any("一" <= char <= "鿿" for char in problem["detail"]), problem
        return answer.status_code, problem["code"]

    async def rows(self, query: str, *args: Any) -> list[Mapping[str, Any]]:
        return [dict(row) for row in await self.pool.fetch(query, *args)]

    async def one(self, query: str, *args: Any) -> Any:
        return await self.pool.fetchval(query, *args)

    async def decided(self, subject: str) -> list[str]:
        """What was decided about it by our key, in order."""
        rows = await self.rows(
            "select what from notify.decisions where subject = $1 and key_id = $2 order by number",
            subject,
            self.key_id,
        )
        return [row["what"] for row in rows]

    # ── people

    async def a_follower(self, is_following: bool = True) -> str:
        """LINE's user id."""
        user_id = "U" + secrets.token_hex(16)
        await self.pool.execute(
            "insert into notify.users (user_id, user_ref, is_following) values ($1, $2, $3)",
            user_id,
            "u" + secrets.token_hex(12),
            is_following,
        )
        return user_id

    async def an_application(
        self, user_id: str, facility_id: str = OURS, *, email: str = "", confirmed: bool = True
    ) -> str:
        contact = Contact("王小明", email or f"{secrets.token_hex(4)}@clinic.test", "0223456789")
        filled, now = Filled(facility_id, "好好診所", contact), datetime.now(UTC)
        async with self.pool.acquire() as connection, connection.transaction():
            made = await applications.submit(
                connection, self.sealer, LINK_KEY, user_id, filled, now
            )
            assert made is not None
            if confirmed:
                await applications.confirm_email(connection, made.application_id, now)
        return made.application_id

    async def a_bound_user(
        self, facility_id: str = OURS, *, is_following: bool = True, email: str = ""
    ) -> str:
        user_id = await self.a_follower(is_following)
        application_id = await self.an_application(user_id, facility_id, email=email)
        async with self.pool.acquire() as connection, connection.transaction():
            await applications.approve(
                connection, self.sealer, application_id, "test", datetime.now(UTC)
            )
        # What it said to the user is not what the tests of others count.
        await self.pool.execute("delete from notify.deliveries where purpose = 'answer'")
        await self.pool.execute("delete from notify.budgets")
        return user_id

    async def a_case(self, case_id: str, facility_id: str, programme: str) -> None:
        await self.pool.execute(
            "insert into notify.cases (case_id, sequence, facility_id, lab_facility_id, programme,"
            " state, is_open, round_id, changed_on)"
            " values ($1, 1, $2, '', $3, 'pending', true, '', 20000)",
            case_id,
            facility_id,
            programme,
        )


@asynccontextmanager
async def agency_api(url: str) -> AsyncIterator[Agency]:
    """Without a key, on empty tables."""
    settings = ServeSettings.read({**ENVIRONMENT, "DATABASE_URL": url})
    app = make_app(settings, no_log)
    async with app.router.lifespan_context(app):
        pool = app.state.house.pool
        await pool.execute(";".join(f"delete from notify.{table}" for table in _TABLES))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://agency") as client:
            yield Agency(app, pool, client)
