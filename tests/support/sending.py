"""A sender with everything around it: database, LINE simulator, mail inbox, a clock that stands.

It is Monday, 2 June 2025, 10:00 in Taipei: a window is open.
"""

import base64
import gc
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zlib import crc32

import asyncpg

from claims.notices import BY_NAME, notice_id
from claims.reminder_events import Reminders
from deploy.line_simulator.phones import user_id
from deploy.line_simulator.simulator import LineSimulator
from deploy.mail_inbox.inbox import MailInbox
from deploy.mail_inbox.mails import SLOW
from pipeline.clock import FixedClock
from pipeline.http import Probe
from pipeline.metrics import Meter
from pipeline.sealing import Sealer
from services.notify.database import opened
from services.notify.sealed import email_hash
from services.notify.sender import Around, sender_of
from services.notify.sender_loops import Sender
from services.notify.sender_metrics import SENDER
from services.notify.settings import SenderSettings
from tests.support.contracts import CODEC
from tests.support.notices import new_database

SEAL_KEY, LINK_KEY = b"s" * 64, b"l" * 32
CLINIC, LAB = "3501340006", "1401110011"
# Days since 1970, and the instant of 10:00 in Taipei.
TODAY = 20_241
TEN = datetime(2025, 6, 2, 2, tzinfo=UTC)
TABLES = (
    "cases, milestones, notices, notice_cases, digests, deliveries, delivery_notices, facts,"
    " budgets, line_calls, users, applications, contacts, bindings, news"
)


Store: TypeAlias = "tuple[str, asyncpg.Pool[asyncpg.Record]]"


class Post:
    """The world around a sender, and what a test puts into it."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", database_url: str, line: LineSimulator,
        inbox: MailInbox,
    ) -> None:  # fmt: skip
        self.pool, self.database_url, self.line, self.inbox = pool, database_url, line, inbox
        self.clock = FixedClock(TEN.timestamp())
        self.meter = Meter(SENDER)
        self.sealer = Sealer(SEAL_KEY, "test-1")
        self.logged: list[str] = []
        self._cases = 0

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of its own needs."""
        known = {
            "DATABASE_URL": self.database_url,
            "KAFKA_BROKERS": "127.0.0.1:1",
            "GOUJI_SEAL_KEY": base64.b64encode(SEAL_KEY).decode(),
            "GOUJI_SEAL_KEY_ID": "test-1",
            "GOUJI_LINK_KEY": base64.b64encode(LINK_KEY).decode(),
            "GOUJI_LINE_CHANNEL_TOKEN": self.line.channel.token,
            "GOUJI_LINE_BASE_URL": self.line.url,
            "GOUJI_LINE_TIMEOUT_S": "8",
            "GOUJI_SMTP_URL": self.inbox.smtp_url,
            "GOUJI_SMTP_CA_FILE": self.inbox.ca_file,
            "GOUJI_MAIL_ANSWER_S": "8",
            "GOUJI_PORTAL_URL": "https://portal.gouji.invalid",
            "GOUJI_PUBLIC_URL": "https://gouji.invalid",
        }
        return {**known, **more}

    def sender(self, **settings: str) -> AbstractAsyncContextManager[Sender]:
        """Its steps are taken by the test; nothing of it runs by itself."""
        read = SenderSettings.read(self.environment(**settings))
        probe = Probe(self.clock, 60)
        return sender_of(read, Around(self.pool, self.clock, self.meter, probe, self._log))

    def _log(self, event: str, **fields: object) -> None:
        self.logged.append(event)

    def later(self, *, hours: float = 0, seconds: float = 0) -> None:
        self.clock.seconds += hours * 3600 + seconds

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.seconds, UTC)

    async def run(self, **settings: str) -> None:
        """Prepare and deliver, as often as anything is due now; who never answers is not waited
        for."""
        faults = (fault for fault in self.line.faults.shown() if fault["times"] != 0)
        if any("timeout" in fault["kind"] for fault in faults):
            settings = {"GOUJI_LINE_TIMEOUT_S": "1", **settings}
        if any(fault.kind == SLOW for fault in self.inbox.mailbox.faults):
            settings = {"GOUJI_MAIL_ANSWER_S": "0.3", **settings}
        async with self.sender(**settings) as sender:
            await sender.prepare()
            await sender.deliver()

    # ── who hears

    async def contact(self, email: str, facility: str = CLINIC, confirmed: bool = True) -> str:
        name = f"c{len(email):02}{crc32(email.encode()):010}"
        await self.pool.execute(
            "insert into notify.contacts (contact_id, facility_id, email_sealed, email_hash,"
            " seal_key_id, confirmed_at) values ($1, $2, $3, $4, 'test-1', $5)",
            name, facility, self.sealer.seal(email.encode(), name), email_hash(LINK_KEY, email),
            self.now if confirmed else None,
        )  # fmt: skip
        return name

    async def friend(
        self, name: str, facility: str = CLINIC, email: str | None = None, follows: bool = True
    ) -> str:
        """A user bound to a facility, with a phone; LINE's user id."""
        user = user_id(name)
        self.line.channel.phones.get(user, name).following = follows
        contact = None if email is None else await self.contact(email, facility)
        await self.pool.execute(
            "insert into notify.users (user_id, user_ref, is_following) values ($1, $2, $3)"
            " on conflict do nothing",
            user, f"u-{name}", follows,
        )  # fmt: skip
        await self.pool.execute(
            "insert into notify.applications (application_id, user_id, facility_id,"
            " facility_name, contact_sealed, seal_key_id, consented_at, state, contact_id)"
            " values ($1, $2, $3, '', '', 'test-1', now(), 'approved', '')",
            f"a-{name}-{facility}", user, facility,
        )  # fmt: skip
        await self.pool.execute(
            "insert into notify.bindings (binding_id, user_id, facility_id, application_id,"
            " contact_id) values ($1, $2, $3, $4, $5)",
            f"b-{name}-{facility}", user, facility, f"a-{name}-{facility}", contact,
        )  # fmt: skip
        return user

    # ── what is told

    async def notice(
        self, cases: int = 1, *, kind: str = "correction_due", facility: str = CLINIC,
        audience: str = "claiming", programme: str = "adult", due_in: int | None = 7,
        urgent: bool = False, planned_on: int = TODAY, age_s: float = 3600,
    ) -> list[str]:  # fmt: skip
        """A planned notice about so many cases in its state; their ids."""
        shape = BY_NAME[kind]
        due_on = None if due_in is None else TODAY + due_in
        name = notice_id(kind, audience, facility, programme, "R1", due_on, planned_on)
        await self.pool.execute(
            "insert into notify.notices (notice_id, kind, audience, facility_id, programme,"
            " subject, due_on, while_states, urgent, count, facts, planned_on, planned_at)"
            " values ($1, $2, $3, $4, $5, 'R1', $6, $7, $8, $9, '{}', $10, $11)",
            name, kind, audience, facility, programme, due_on, list(shape.while_states), urgent,
            cases, planned_on, self.now - timedelta(seconds=age_s),
        )  # fmt: skip
        names = [f"case-{self._cases + number}" for number in range(cases)]
        self._cases += cases
        state = shape.while_states[0] if shape.while_states else "matched"
        for case in names if shape.counts_cases else ():
            await self.pool.execute(
                "insert into notify.cases (case_id, sequence, facility_id, lab_facility_id,"
                " programme, state, is_open, due_on, round_id, changed_on)"
                " values ($1, 1, $2, $3, $4, $5, true, $6, 'R1', $7)",
                case, *((CLINIC, facility) if audience == "lab" else (facility, "")),
                programme, state, due_on, TODAY,
            )  # fmt: skip
            await self.pool.execute("insert into notify.notice_cases values ($1, $2)", name, case)
        return names

    async def matched(self, *cases: str) -> None:
        """A result arrived: nothing is open about them any more."""
        await self.pool.execute(
            "update notify.cases set state = 'matched', is_open = false where case_id = any($1)",
            list(cases),
        )

    # ── what came of it

    def phone(self, user: str) -> list[str]:
        """What the phone shows of ours, oldest first."""
        return [message.text for message in self.line.received(user)]

    async def deliveries(self, *columns: str) -> list[tuple[Any, ...]]:
        """Chosen columns, oldest first."""
        rows = await self.pool.fetch(
            f"select {', '.join(columns)} from notify.deliveries order by created_at, channel desc"
        )
        return [tuple(row) for row in rows]

    async def used(self) -> int:
        """LINE messages charged."""
        return int(await self.pool.fetchval("select coalesce(sum(used), 0) from notify.budgets"))

    async def facts(self) -> list[Reminders]:
        rows = await self.pool.fetch("select value from notify.facts order by number")
        return [CODEC.decode(row["value"]) for row in rows]

    async def told(self) -> list[tuple[str, str, str]]:
        """Fact, channel and reason of each."""
        return [(fact.fact, fact.channel, fact.reason) for fact in await self.facts()]


@asynccontextmanager
async def a_post(
    pool: "asyncpg.Pool[asyncpg.Record]", database_url: str, **line: Any
) -> AsyncIterator[Post]:
    """Everything running, all tables of the sender empty."""
    names = ", ".join(f"notify.{name.strip()}" for name in TABLES.split(","))
    await pool.execute(f"truncate {names} cascade")
    # As the process does: a pause for garbage is longer than the timeouts of these tests.
    gc.collect()
    gc.freeze()
    async with LineSimulator.running(**line) as simulator, MailInbox.running(slow_s=0.8) as inbox:
        post = Post(pool, database_url, simulator, inbox)
        yield post
        assert "digest not prepared" not in post.logged
        assert simulator.violations == []


@asynccontextmanager
async def a_store(server_url: str, name: str) -> AsyncIterator[Store]:
    """A new database on the server, up to date: its URL and a pool."""
    url = await new_database(server_url, name)
    pool = await opened(url, 12)
    yield url, pool
    await pool.close()
